//! A rule as the project switched it on: what the plugin is told, and what stays with the host.

use confiture_model::{
    finding::Severity,
    object::{ObjectRef, SourceSpan},
    rule::RuleSetting,
};
use globset::GlobMatcher;

/// One use of a rule. The plugin gets `setting`; severity, message, exemptions and scope are applied by the host.
#[derive(Clone, Debug)]
pub struct ActiveRule {
    /// The plugin that offers it, by the project's name for it.
    pub plugin: String,
    /// What the plugin is told.
    pub setting: RuleSetting,
    /// Of its findings, unless a finding brings its own.
    pub severity: Severity,
    /// Whether the project chose `severity`: then a finding may lower it, but not raise it.
    pub severity_chosen: bool,
    /// Stands in place of the rule's own message.
    pub message: Option<String>,
    /// Where it applies.
    pub scope: Scope,
    /// Where it was switched on, for error messages; none for a default.
    pub origin: Option<SourceSpan>,
}

/// Where a rule applies. An empty list of `schemas` or `directories` means everywhere.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Names that the rule leaves alone.
    pub exemptions: Vec<NamePattern>,
    /// Schemas that it is limited to.
    pub schemas: Vec<NamePattern>,
    /// Directories, relative to the project, whose files' objects it is limited to.
    pub directories: Vec<String>,
}

/// A glob, or a regular expression where the user's text starts with `^`.
#[derive(Clone, Debug)]
pub enum NamePattern {
    /// `audit_*`.
    Glob(GlobMatcher),
    /// `^audit_`.
    Regex(regex::Regex),
}

impl NamePattern {
    /// Reads a pattern as the user wrote it.
    ///
    /// # Errors
    /// Why the text is no pattern.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.starts_with('^') {
            return regex::Regex::new(text).map(Self::Regex).map_err(|error| error.to_string());
        }
        globset::Glob::new(text).map(|glob| Self::Glob(glob.compile_matcher())).map_err(|error| error.to_string())
    }

    /// As the user wrote it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Glob(glob) => glob.glob().glob(),
            Self::Regex(regex) => regex.as_str(),
        }
    }

    /// Whether it is a name, and no pattern.
    pub fn is_exact(&self) -> bool {
        !self.as_str().contains(['*', '?', '[', '{', '^'])
    }

    /// Whether a name fits.
    pub fn matches(&self, name: &str) -> bool {
        match self {
            Self::Glob(glob) => glob.is_match(name),
            Self::Regex(regex) => regex.is_match(name),
        }
    }

    /// Whether one of the names of an object fits: its own, its table's, and both with the schema in front.
    pub fn matches_object(&self, subject: &ObjectRef) -> bool {
        let mut names = vec![subject.name.clone(), subject.to_string()];
        if let Some(parent) = &subject.parent {
            names.push(parent.clone());
            names.push(format!("{parent}.{}", subject.name));
            names.extend(subject.schema.iter().map(|schema| format!("{schema}.{parent}")));
        }
        names.iter().any(|name| self.matches(name))
    }
}

impl Scope {
    /// Whether a finding about `subject`, created at `span`, belongs to the rule's scope. An exemption is matched
    /// against the object's name, its table's name, and both with the schema in front.
    pub fn covers(&self, subject: &ObjectRef, span: Option<&SourceSpan>) -> bool {
        self.covers_schema(subject) && self.covers_file(span) && !self.exempts(subject)
    }

    fn covers_schema(&self, subject: &ObjectRef) -> bool {
        let name = subject.schema.as_deref().unwrap_or(&subject.name);
        self.schemas.is_empty() || self.schemas.iter().any(|pattern| pattern.matches(name))
    }

    pub(super) fn covers_file(&self, span: Option<&SourceSpan>) -> bool {
        if self.directories.is_empty() {
            return true;
        }
        let Some(span) = span else { return false };
        self.directories.iter().any(|directory| {
            let directory = directory.trim_start_matches("./").trim_end_matches('/');
            let file = span.file.trim_start_matches("./");
            file.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'))
        })
    }

    fn exempts(&self, subject: &ObjectRef) -> bool {
        self.exemptions.iter().any(|pattern| pattern.matches_object(subject))
    }
}
