//! What of a schema the findings of a run are asked for.

use super::{
    report::{Checked, LintReport},
    rule::NamePattern,
};
use confiture_model::{
    object::{ObjectRef, SourceSpan},
    schema::Snapshot,
};
use std::collections::HashSet;

/// What is asked for; everything, unless it says otherwise.
#[derive(Clone, Debug, Default)]
pub struct Focus {
    /// Schemas, where some are named.
    pub schemas: Vec<NamePattern>,
    /// Objects, where some are named: by their names, their tables' names, and both with the schema in front.
    pub objects: Vec<NamePattern>,
    /// The files that the user named. What was made by no file is asked for too.
    pub named: Option<HashSet<String>>,
    /// The files that changed. What was made by no file is not asked for.
    pub changed: Option<HashSet<String>>,
}

impl Focus {
    /// Whether findings about an object that was made at `span` are asked for.
    pub fn covers(&self, subject: &ObjectRef, span: Option<&SourceSpan>) -> bool {
        let named = |span: &SourceSpan| self.named.as_ref().is_none_or(|files| files.contains(&span.file));
        let changed = match (&self.changed, span) {
            (None, _) => true,
            (Some(files), Some(span)) => files.contains(&span.file),
            (Some(_), None) => false,
        };
        self.covers_name(subject) && span.is_none_or(named) && changed
    }

    /// Whether everything about an object is asked for, wherever it was made.
    pub(super) fn covers_whole(&self, subject: &ObjectRef) -> bool {
        self.named.is_none() && self.changed.is_none() && self.covers_name(subject)
    }

    fn covers_name(&self, subject: &ObjectRef) -> bool {
        let schema = subject.schema.as_deref().unwrap_or(&subject.name);
        let in_schema = self.schemas.is_empty() || self.schemas.iter().any(|pattern| pattern.matches(schema));
        in_schema && (self.objects.is_empty() || self.objects.iter().any(|pattern| pattern.matches_object(subject)))
    }

    /// Leaves in a report what is asked for, and counts only the schemas that are.
    pub fn limit(&self, report: &mut LintReport, snapshot: &Snapshot) {
        report.findings.retain(|finding| self.covers(&finding.subject, finding.span.as_ref()));
        report.suppressed.retain(|one| self.covers(&one.finding.subject, one.finding.span.as_ref()));
        if !self.schemas.is_empty() {
            let rules = std::mem::take(&mut report.checked.rules);
            let plugins = std::mem::take(&mut report.checked.plugins);
            let covered = |schema: &str| self.schemas.iter().any(|pattern| pattern.matches(schema));
            report.checked = Checked { rules, plugins, ..Checked::of_schemas(snapshot, covered) };
        }
    }
}
