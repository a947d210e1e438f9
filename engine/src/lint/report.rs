//! What a lint run found, how plugins broke, and what was checked.

use super::baseline::BaselineEntry;
use confiture_model::{
    fault::Fault,
    finding::Severity,
    object::{ObjectRef, SourceSpan},
    schema::{RelationKind, Snapshot},
};
use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use std::{cmp::Reverse, collections::HashMap};

/// The version of a report as JSON. Fields may be added without raising it.
pub const REPORT_VERSION: u32 = 1;

/// A lint run.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LintReport {
    /// [`REPORT_VERSION`] of the writer.
    pub schema_version: u32,
    /// The worst first, then by place, then by name.
    pub findings: Vec<Reported>,
    /// How plugins broke: where there is one, a clean list of findings means nothing.
    #[serde(serialize_with = "faults")]
    #[schemars(with = "Vec<FaultDocument>")]
    pub faults: Vec<Fault>,
    /// What was looked at.
    pub checked: Checked,
    /// What was found and is not reported as a finding: somebody allowed it, or a baseline knows it.
    pub suppressed: Vec<Suppressed>,
    /// The baseline that findings were compared with; none where there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineUse>,
}

/// A finding that is kept out of the findings.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Suppressed {
    /// The finding itself.
    #[serde(flatten)]
    pub finding: Reported,
    /// Who keeps it out.
    pub suppression: Suppression,
}

/// Who keeps a finding out, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Suppression {
    /// Where it is written.
    pub kind: SuppressionKind,
    /// The place itself, where it is one in a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<SourceSpan>,
    /// As it is written there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Where a suppression is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SuppressionKind {
    /// `-- confiture: allow(rule) reason` in an SQL file.
    SqlComment,
    /// The same words in the comment of an object.
    ObjectComment,
    /// `linting.allow` of the configuration.
    Configuration,
    /// A baseline: it was there when that was written.
    Baseline,
}

/// What became of a baseline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BaselineUse {
    /// Its file, as it was named.
    pub file: String,
    /// How many findings it knows that are still there.
    pub known: u64,
    /// What it knows and is there no more: write the baseline anew to forget it.
    pub fixed: Vec<BaselineEntry>,
    /// What it knows and was not found, of rules that could not judge here: whether it is still there is not known.
    pub not_judged: Vec<BaselineEntry>,
}

/// A finding, as the host reports it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Reported {
    /// The rule's id.
    pub rule: String,
    /// The use of the rule that found it, as the configuration names it.
    pub instance: String,
    /// The plugin that offers the rule, by the project's name for it.
    pub plugin: String,
    /// The rule's category: `naming`, `security`, ...
    pub category: String,
    /// After what the project and the finding say of it.
    pub severity: Severity,
    /// What it is about.
    pub subject: ObjectRef,
    /// One sentence: the project's where it has one, else the rule's.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
    /// SQL that repairs it, one statement each.
    pub fix: Vec<String>,
    /// What it rests on; first the rule's own message where the project's stands in its place.
    pub evidence: Vec<String>,
    /// Where its object was made, for a schema from files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<SourceSpan>,
}

/// What was looked at. Parts that no rule reads were not fetched, and count 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Checked {
    /// Whether row counts, sizes and scans come from a database in use.
    pub live: bool,
    /// Tables, partitions and foreign tables.
    pub tables: u64,
    /// Views and materialized views.
    pub views: u64,
    /// Of all relations.
    pub columns: u64,
    /// Of all relations.
    pub indexes: u64,
    /// Of all relations.
    pub constraints: u64,
    /// Every rule that was switched on.
    pub rules: Vec<CheckedRule>,
    /// How long each plugin took, what crosses to it and back included; they run at the same time.
    pub plugins: Vec<CheckedPlugin>,
}

/// A plugin that was called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CheckedPlugin {
    /// By the project's name for it.
    pub plugin: String,
    /// Microseconds from its call to its answer.
    pub micros: u64,
}

/// A rule that was switched on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CheckedRule {
    /// The rule's id.
    pub rule: String,
    /// The use of it, as the configuration names it.
    pub instance: String,
    /// The plugin that offers it.
    pub plugin: String,
    /// The rule's category: `naming`, `security`, ...
    pub category: String,
    /// What the rule finds, in one sentence.
    pub summary: String,
    /// What it found and was reported.
    pub findings: u64,
    /// What it found where its scope does not reach: exempted names, other schemas and directories.
    pub left_out: u64,
    /// Whether it broke: then its findings are not all there are.
    pub faulted: bool,
    /// Why its silence says nothing here; none where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_judged: Option<NotJudged>,
}

/// Why a rule could not judge a schema, or not all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NotJudged {
    /// It rests on statistics, which only a database in use has.
    NoStatistics,
    /// It is limited to directories, of which no file made anything here.
    NoFiles,
    /// It is limited to schemas, and nothing is in one of them.
    NoSuchSchema,
}

impl NotJudged {
    /// In words, for the end of a sentence.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoStatistics => "for want of statistics, which only a database in use has",
            Self::NoFiles => "limited to directories of which no file made anything here",
            Self::NoSuchSchema => "limited to schemas in which there is nothing",
        }
    }
}

impl LintReport {
    pub(super) fn new(checked: Checked) -> Self {
        Self {
            schema_version: REPORT_VERSION,
            findings: Vec::new(),
            faults: Vec::new(),
            checked,
            suppressed: Vec::new(),
            baseline: None,
        }
    }

    /// How many findings are of this severity.
    pub fn count(&self, severity: Severity) -> u64 {
        self.findings.iter().filter(|finding| finding.severity == severity).count() as u64
    }

    /// Whether some finding is of this severity or a worse one. Faults are another matter: they fail every run.
    pub fn fails_at(&self, severity: Severity) -> bool {
        self.findings.iter().any(|finding| finding.severity >= severity)
    }

    /// Puts the findings in order and counts them anew, after some were taken out or added.
    pub fn settle(&mut self) {
        self.put_in_order();
        let mut counts: HashMap<(&str, &str), u64> = HashMap::new();
        for finding in &self.findings {
            *counts.entry((&finding.plugin, &finding.instance)).or_default() += 1;
        }
        for rule in &mut self.checked.rules {
            rule.findings = counts.get(&(rule.plugin.as_str(), rule.instance.as_str())).copied().unwrap_or_default();
        }
    }

    pub(super) fn put_in_order(&mut self) {
        self.findings.sort_by(|one, other| one.order().cmp(&other.order()));
    }

    /// The JSON Schema of a report as JSON.
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}

impl Reported {
    /// What has no place stands after what has one.
    fn order(&self) -> impl Ord + '_ {
        let place = self.span.as_ref().map(|span| (span.file.as_str(), span.line, span.column));
        let subject = &self.subject;
        let names = (&subject.schema, &subject.parent, &subject.name, subject.kind);
        (Reverse(self.severity), place.is_none(), place, names, &self.instance, &self.plugin, &self.message)
    }
}

impl Checked {
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        Self::of_schemas(snapshot, |_| true)
    }

    /// What there is in some schemas.
    pub(super) fn of_schemas(snapshot: &Snapshot, covered: impl Fn(&str) -> bool) -> Self {
        let mut checked = Self { live: snapshot.live, ..Self::default() };
        for relation in snapshot.relations.iter().filter(|relation| covered(&relation.schema)) {
            match relation.kind {
                RelationKind::View | RelationKind::MaterializedView => checked.views += 1,
                RelationKind::Table
                | RelationKind::PartitionedTable
                | RelationKind::Partition
                | RelationKind::ForeignTable => checked.tables += 1,
                RelationKind::Other => {}
            }
            checked.columns += relation.columns.len() as u64;
            checked.indexes += relation.indexes.len() as u64;
            checked.constraints += relation.constraints.len() as u64;
        }
        checked
    }
}

/// A fault as JSON.
#[derive(Serialize, JsonSchema)]
struct FaultDocument {
    /// The plugin that broke.
    plugin: String,
    /// The use of a rule that is to blame, where one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    /// The call that failed.
    call: String,
    /// `trap`, `timed-out`, `memory-exceeded`, `denied`, `malformed`, `reported` or `load`.
    code: &'static str,
    /// What happened, for people.
    message: String,
}

fn faults<S: Serializer>(faults: &[Fault], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(faults.iter().map(|fault| FaultDocument {
        plugin: fault.plugin.clone(),
        rule: fault.item.clone(),
        call: fault.call.clone(),
        code: fault.code(),
        message: fault.to_string(),
    }))
}
