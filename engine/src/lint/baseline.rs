//! A baseline: the findings that a project lives with for now. What it knows is not reported again; what is new is.
//!
//! A finding is known by its rule and its object, so that it stays known while lines move, files are reordered and a
//! message counts other rows. Two findings of one rule about one object are told apart by their messages, as far as those
//! stay the same.

use super::{
    focus::Focus,
    report::{BaselineUse, CheckedRule, LintReport, NotJudged, Reported, Suppressed, Suppression, SuppressionKind},
};
use confiture_model::object::ObjectRef;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

/// The version of a baseline. A reader refuses a newer one.
pub const BASELINE_VERSION: u32 = 1;

/// The findings that a project lives with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// [`BASELINE_VERSION`] of the writer.
    pub baseline_version: u32,
    /// Whether it was found in a database in use, with its statistics; none where the writer did not say.
    #[serde(default)]
    pub live: Option<bool>,
    /// By rule, then by object.
    pub findings: Vec<BaselineEntry>,
}

/// A finding that a project lives with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct BaselineEntry {
    /// The use of the rule that found it.
    pub rule: String,
    /// The plugin that offers the rule.
    pub plugin: String,
    /// What it is about.
    pub object: ObjectRef,
    /// What it said: for people, and to tell two findings of one rule about one object apart.
    pub message: String,
}

/// Why a file is no baseline.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaselineError {
    /// The file is no baseline.
    #[error(
        "{file}:{line}:{column}: this is no baseline: {reason}\nwrite it anew with `confiture lint --write-baseline {file}`"
    )]
    Malformed {
        /// As it was named.
        file: String,
        /// From 1.
        line: usize,
        /// In bytes, from 1.
        column: usize,
        /// What does not fit.
        reason: String,
    },
    /// A later version of Confiture wrote it.
    #[error("{file}: this baseline is of version {found}, and this Confiture reads versions up to {BASELINE_VERSION}")]
    TooNew {
        /// As it was named.
        file: String,
        /// Its version.
        found: u64,
    },
}

type Key<'a> = (&'a str, &'a str, &'a ObjectRef);

impl Baseline {
    /// What a report found.
    pub fn of(report: &LintReport) -> Self {
        let mut findings: Vec<BaselineEntry> = report.findings.iter().map(entry).collect();
        findings.sort();
        Self { baseline_version: BASELINE_VERSION, live: Some(report.checked.live), findings }
    }

    /// Reads what [`Self::write`] wrote; `file` stands in errors.
    ///
    /// # Errors
    /// [`BaselineError`].
    pub fn read(text: &str, file: &str) -> Result<Self, BaselineError> {
        let malformed = |error: serde_json::Error| {
            let text = error.to_string();
            let place = format!(" at line {} column {}", error.line(), error.column());
            let reason = text.strip_suffix(&place).unwrap_or(&text).to_owned();
            let (line, column) = (error.line().max(1), error.column().max(1));
            BaselineError::Malformed { file: file.to_owned(), line, column, reason }
        };
        let text = text.trim_start_matches('\u{feff}');
        // A later version may look different in everything but this.
        let version: Version = serde_json::from_str(text).map_err(malformed)?;
        if version.baseline_version > u64::from(BASELINE_VERSION) {
            return Err(BaselineError::TooNew { file: file.to_owned(), found: version.baseline_version });
        }
        serde_json::from_str(text).map_err(malformed)
    }

    /// One finding a line, in an order of its own, so that a change of it reads as one.
    pub fn write(&self) -> String {
        let lines: Vec<String> = self
            .findings
            .iter()
            .filter_map(|entry| serde_json::to_string(entry).ok())
            .map(|line| format!("    {line}"))
            .collect();
        let list = if lines.is_empty() { "[]".to_owned() } else { format!("[\n{}\n  ]", lines.join(",\n")) };
        let live = self.live.map(|live| format!("  \"live\": {live},\n")).unwrap_or_default();
        format!("{{\n  \"baseline_version\": {},\n{live}  \"findings\": {list}\n}}\n", self.baseline_version)
    }

    /// Takes what it knows out of the findings of a report. What it knows and is no more is told, but for what the run did
    /// not look at.
    pub fn apply(&self, report: &mut LintReport, file: &str, focus: &Focus) {
        let mut left: HashMap<Key<'_>, Vec<&BaselineEntry>> = HashMap::new();
        for entry in &self.findings {
            left.entry((&entry.rule, &entry.plugin, &entry.object)).or_default().push(entry);
        }
        let findings = std::mem::take(&mut report.findings);
        let mut known = vec![false; findings.len()];
        // The same words first: what is left over of an object's findings pairs up in order.
        for exact in [true, false] {
            for (finding, known) in findings.iter().zip(&mut known).filter(|(_, known)| !**known) {
                let Some(entries) = left.get_mut(&key(finding)) else { continue };
                let found = entries.iter().position(|entry| !exact || entry.message == finding.message);
                *known = found.map(|index| entries.remove(index)).is_some();
            }
        }
        let gone = left.into_values().flatten().filter(|entry| focus.covers_whole(&entry.object)).cloned();
        let (mut fixed, mut not_judged) = (Vec::new(), Vec::new());
        for entry in gone {
            match self.looked_at(report, &entry) {
                Some(true) => fixed.push(entry),
                Some(false) => not_judged.push(entry),
                None => {}
            }
        }
        fixed.sort();
        not_judged.sort();
        let count = known.iter().filter(|known| **known).count() as u64;
        for (finding, known) in findings.into_iter().zip(known) {
            if known {
                let suppression = Suppression { kind: SuppressionKind::Baseline, span: None, reason: None };
                report.suppressed.push(Suppressed { finding, suppression });
            } else {
                report.findings.push(finding);
            }
        }
        report.baseline = Some(BaselineUse { file: file.to_owned(), known: count, fixed, not_judged });
    }

    /// Whether the rule of an entry could judge; none where it did not run, or not to its end.
    fn looked_at(&self, report: &LintReport, entry: &BaselineEntry) -> Option<bool> {
        let is_its_rule = |rule: &&CheckedRule| rule.instance == entry.rule && rule.plugin == entry.plugin;
        let rule = report.checked.rules.iter().filter(is_its_rule).find(|rule| !rule.faulted)?;
        Some(match rule.not_judged {
            None => true,
            // What was found without statistics is looked for without.
            Some(NotJudged::NoStatistics) => self.live == Some(false),
            Some(NotJudged::NoFiles | NotJudged::NoSuchSchema) => false,
        })
    }
}

fn entry(finding: &Reported) -> BaselineEntry {
    BaselineEntry {
        rule: finding.instance.clone(),
        plugin: finding.plugin.clone(),
        object: finding.subject.clone(),
        message: finding.message.clone(),
    }
}

fn key(finding: &Reported) -> Key<'_> {
    (&finding.instance, &finding.plugin, &finding.subject)
}

/// A name for each finding that stays the same while lines, other findings and numbers in messages change: its rule, its
/// object, and which one it is where a rule found several about one object.
pub(crate) fn fingerprints(findings: &[Reported]) -> Vec<String> {
    let mut by_key: BTreeMap<Key<'_>, Vec<usize>> = BTreeMap::new();
    for (index, finding) in findings.iter().enumerate() {
        by_key.entry(key(finding)).or_default().push(index);
    }
    let mut prints = vec![String::new(); findings.len()];
    for ((rule, plugin, object), mut indexes) in by_key {
        indexes.sort_by_key(|index| findings.get(*index).map(|finding| &finding.message));
        for (number, index) in indexes.into_iter().enumerate() {
            let schema = object.schema.as_deref().unwrap_or_default();
            let parent = object.parent.as_deref().unwrap_or_default();
            let parts = [plugin, rule, object.kind.as_str(), schema, parent, &object.name, &number.to_string()];
            let digest = Sha256::digest(parts.join("\0").as_bytes());
            if let Some(print) = prints.get_mut(index) {
                *print = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
            }
        }
    }
    prints
}

#[derive(Deserialize)]
struct Version {
    baseline_version: u64,
}

#[cfg(test)]
mod tests;
