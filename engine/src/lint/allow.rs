//! Suppressions: findings that somebody allows, with a reason. They stand in SQL files ([`sql`]), in comments of objects
//! ([`object`]) or in the configuration ([`configured`]). One without a reason, and one that suppresses nothing, is a
//! finding of its own ([`told`]).

mod configured;
mod object;
mod sql;
mod told;
mod words;

pub use configured::of_configuration;
pub use object::of_objects;
pub use sql::of_files;

use super::{
    report::{LintReport, Reported, Suppressed, Suppression, SuppressionKind},
    rule::NamePattern,
};
use crate::options::kebab;
use confiture_model::object::{ObjectKind, ObjectRef, SourceSpan};
use std::collections::HashMap;

/// One rule that somebody allows somewhere.
#[derive(Clone, Debug)]
pub struct Allow {
    /// The rule: its id, its plugin and id, or the name of a use of it. None where what is written cannot be read.
    pub(crate) rule: Option<String>,
    /// Of what it is allowed.
    pub(crate) reach: Reach,
    /// Why, as it is written.
    pub(crate) reason: Option<String>,
    /// Where it is written.
    pub(crate) kind: SuppressionKind,
    /// The place itself.
    pub(crate) span: Option<SourceSpan>,
    /// What the findings about it are about.
    pub(crate) subject: ObjectRef,
}

/// What a suppression covers.
#[derive(Clone, Debug)]
pub(crate) enum Reach {
    /// Whatever a statement makes.
    Statement(SourceSpan),
    /// What is made in one line of a file.
    Line(String, u32),
    /// An object, and what belongs to it.
    Object(ObjectRef),
    /// Objects by name.
    Names(NamePattern),
    /// Nothing: it stands before no statement.
    Nothing,
}

/// What a run knows of rules, to tell what a suppression that suppresses nothing is about.
pub struct Offered<'a> {
    /// Every rule of every plugin: the plugin's name, the rule's id.
    pub rules: &'a [(&'a str, &'a str)],
    /// Whether the command line left rules out: then a rule that did not run says nothing about its suppressions.
    pub restricted: bool,
}

/// Takes what is allowed out of the findings, and adds findings about suppressions.
pub fn apply(report: &mut LintReport, allows: &[Allow], offered: &Offered<'_>) {
    if allows.is_empty() {
        return;
    }
    let mut by_rule: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, allow) in allows.iter().enumerate() {
        if let Some(rule) = &allow.rule {
            by_rule.entry(kebab(rule)).or_default().push(index);
        }
    }
    let mut used = vec![false; allows.len()];
    for finding in std::mem::take(&mut report.findings) {
        let candidates = names(&finding.rule, &finding.instance, &finding.plugin);
        let candidates = candidates.iter().filter_map(|name| by_rule.get(name)).flatten();
        let mut by = None;
        // All that cover it are of use: none of them is called idle because another one came first.
        for (index, allow) in candidates.filter_map(|index| Some((*index, allows.get(*index)?))) {
            if allow.reach.covers(&finding) {
                used[index] = true;
                by = by.or(Some(allow));
            }
        }
        match by {
            Some(allow) => report.suppressed.push(Suppressed { suppression: allow.suppression(), finding }),
            None => report.findings.push(finding),
        }
    }
    let told: Vec<Reported> =
        allows.iter().zip(&used).flat_map(|(allow, used)| told::about(allow, *used, report, offered)).collect();
    report.findings.extend(told);
}

/// What a rule may be called in a suppression.
fn names(rule: &str, instance: &str, plugin: &str) -> Vec<String> {
    let mut names = vec![kebab(rule), kebab(instance), kebab(&format!("{plugin}/{rule}"))];
    names.sort();
    names.dedup();
    names
}

impl Allow {
    fn suppression(&self) -> Suppression {
        Suppression { kind: self.kind, span: self.span.clone(), reason: self.reason.clone() }
    }
}

impl Reach {
    fn covers(&self, finding: &Reported) -> bool {
        match self {
            Self::Statement(statement) => finding.span.as_ref().is_some_and(|span| is_within(span, statement)),
            Self::Line(file, line) => {
                finding.span.as_ref().is_some_and(|span| span.file == *file && span.line == *line)
            }
            Self::Object(object) => is_of(&finding.subject, object),
            Self::Names(pattern) => pattern.matches_object(&finding.subject),
            Self::Nothing => false,
        }
    }
}

/// Whether a place begins within a statement.
fn is_within(span: &SourceSpan, statement: &SourceSpan) -> bool {
    let start = (span.line, span.column);
    span.file == statement.file
        && start >= (statement.line, statement.column)
        && start <= (statement.end_line, statement.end_column)
}

/// Whether an object is this one, or belongs to it.
fn is_of(subject: &ObjectRef, object: &ObjectRef) -> bool {
    use ObjectKind::{Domain, Function, Procedure, Type};
    let same_schema = subject.schema == object.schema;
    let is_other = |kind| matches!(kind, Function | Procedure | Type | Domain | ObjectKind::Sequence);
    match object.kind {
        Function | Procedure => {
            // A routine may be named with its arguments.
            let name = subject.name.split_once('(').map_or(subject.name.as_str(), |(name, _)| name);
            matches!(subject.kind, Function | Procedure) && same_schema && name == object.name
        }
        Type | Domain => matches!(subject.kind, Type | Domain) && same_schema && subject.name == object.name,
        ObjectKind::Column => {
            subject.kind == ObjectKind::Column
                && same_schema
                && subject.parent == object.parent
                && subject.name == object.name
        }
        _ => !is_other(subject.kind) && subject.relation() == object.relation(),
    }
}
