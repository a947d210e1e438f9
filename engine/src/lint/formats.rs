//! A lint report as the documents that other programs read. Each is a pure function of the report.

pub mod github;
pub mod gitlab;
pub mod html;
pub mod junit;
mod line;
pub mod markdown;
pub mod sarif;

use super::report::LintReport;
use confiture_model::{finding::Severity, object::SourceSpan};

/// What a document needs besides the report.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// What was linted, for people.
    pub title: String,
    /// The directory of the project within its repository, with a slash behind it; empty where it is the repository's own.
    /// Findings name files as the project does, and who reads these documents sees the repository.
    pub prefix: String,
    /// The least severity that fails the run; none where nothing does.
    pub failing: Option<Severity>,
}

impl Surroundings {
    /// A file as the repository names it. What lies outside of the project is named as it was.
    pub(crate) fn file(&self, span: &SourceSpan) -> String {
        let is_outside = span.file.starts_with('/') || span.file.starts_with("..");
        if is_outside { span.file.clone() } else { format!("{}{}", self.prefix, span.file) }
    }

    fn fails(&self, severity: Severity) -> bool {
        self.failing.is_some_and(|failing| severity >= failing)
    }
}

/// A document as JSON text, which ends in a newline.
fn pretty(document: &serde_json::Value) -> String {
    format!("{document:#}\n")
}

/// `3 errors, 1 warning`: what is there, the worst first.
fn counts(report: &LintReport) -> String {
    let words = [
        (Severity::Error, "error", "errors"),
        (Severity::Warning, "warning", "warnings"),
        (Severity::Info, "info", "info"),
    ];
    let counted = words.iter().filter_map(|(severity, one, several)| match report.count(*severity) {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {several}")),
    });
    let faults = match report.faults.len() {
        0 => None,
        1 => Some("1 plugin fault".to_owned()),
        count => Some(format!("{count} plugin faults")),
    };
    let parts: Vec<String> = counted.chain(faults).collect();
    if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") }
}
