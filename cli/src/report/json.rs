//! Findings for programs: one document.

use crate::{exit::Exit, failure::Failure};
use confiture_engine::lint::report::LintReport;

/// The whole report as JSON, as `LintReport` describes it.
pub fn render(report: &LintReport) -> Result<String, Failure> {
    let mut text = serde_json::to_string_pretty(report)
        .map_err(|error| Failure::new(Exit::Failed, format!("the report could not be written as JSON: {error}")))?;
    text.push('\n');
    Ok(text)
}
