//! What a rule found.

use crate::object::{ObjectRef, SourceSpan};
use std::any::Any;

/// How much a finding matters, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Severity {
    Info,
    Warning,
    Error,
}

/// One thing that a rule found. Its rule, severity and place in a file are filled in by the host unless the rule says
/// otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The instance of the rule that found it, as the project names it.
    pub rule: String,
    /// What it is about.
    pub subject: ObjectRef,
    /// One sentence.
    pub message: String,
    /// What to do about it.
    pub suggestion: Option<String>,
    /// SQL that repairs it, one statement each, safe to run as it stands.
    pub fix: Vec<String>,
    /// What it rests on.
    pub evidence: Vec<String>,
    /// Where it is, where the rule knows better than the host.
    pub span: Option<SourceSpan>,
    /// Set where the rule lowers or raises its own severity for this one.
    pub severity: Option<Severity>,
}

impl Finding {
    /// What to do about it: a sentence, or SQL to look at first.
    pub fn suggestion(&mut self, suggestion: impl Into<String>) -> &mut Self {
        self.suggestion = Some(suggestion.into());
        self
    }

    /// Adds one SQL statement that repairs it. Only what is safe to run as it stands, on a database in use: it is what
    /// `confiture lint --fix` runs.
    pub fn fix(&mut self, statement: impl Into<String>) -> &mut Self {
        self.fix.push(statement.into());
        self
    }

    /// Adds what the finding rests on, such as `reltuples = 5200000`.
    pub fn evidence(&mut self, fact: impl Into<String>) -> &mut Self {
        self.evidence.push(fact.into());
        self
    }

    /// Another severity than the rule's own, for this finding alone: a small table, a new table.
    pub fn severity(&mut self, severity: Severity) -> &mut Self {
        self.severity = Some(severity);
        self
    }

    /// Where it is, where that is not where its subject was created.
    pub fn at(&mut self, span: SourceSpan) -> &mut Self {
        self.span = Some(span);
        self
    }
}

/// Where a rule puts what it finds.
#[derive(Debug)]
pub struct Report {
    instance: String,
    findings: Vec<Finding>,
    skips_relations: bool,
    memory: Option<Box<dyn Any>>,
}

impl Report {
    pub(crate) fn new(instance: &str) -> Self {
        Self { instance: instance.to_owned(), findings: Vec::new(), skips_relations: false, memory: None }
    }

    /// Adds a finding. More is said of it on what comes back:
    /// `report.finding(table, "...").suggestion("...").evidence("...")`.
    pub fn finding(&mut self, subject: impl Into<ObjectRef>, message: impl Into<String>) -> &mut Finding {
        let finding = Finding {
            rule: self.instance.clone(),
            subject: subject.into(),
            message: message.into(),
            suggestion: None,
            fix: Vec::new(),
            evidence: Vec::new(),
            span: None,
            severity: None,
        };
        let at = self.findings.len();
        self.findings.push(finding);
        &mut self.findings[at]
    }

    /// The rule needs no further relation in this pass: `check_relation` is not called again.
    pub fn skip_relations(&mut self) {
        self.skips_relations = true;
    }

    /// Keeps something from one relation to the next, and for [`check`](crate::Rule::check), which takes it back with
    /// [`recall`](Self::recall): what a rule has to know of all tables without a pass of its own. One type a rule.
    pub fn remember<T: Default + 'static>(&mut self, note: impl FnOnce(&mut T)) {
        let mut memory: Box<T> = self.memory.take().and_then(|memory| memory.downcast().ok()).unwrap_or_default();
        note(&mut memory);
        self.memory = Some(memory);
    }

    /// What the rule remembered; its default where that is nothing.
    pub fn recall<T: Default + 'static>(&mut self) -> T {
        self.memory.take().and_then(|memory| memory.downcast().ok()).map_or_else(T::default, |memory| *memory)
    }

    pub(crate) fn skips_relations(&self) -> bool {
        self.skips_relations
    }

    pub(crate) fn len(&self) -> usize {
        self.findings.len()
    }

    pub(crate) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_recalled_once() {
        let mut report = Report::new("r");
        report.remember(|seen: &mut Vec<u8>| seen.push(1));
        report.remember(|seen: &mut Vec<u8>| seen.push(2));
        assert_eq!(report.recall::<Vec<u8>>(), [1, 2]);
        assert!(report.recall::<Vec<u8>>().is_empty());
    }
}
