//! Reports for programs: one document.

use crate::{exit::Exit, failure::Failure};
use serde::Serialize;

/// A report as JSON, as its type describes it.
pub fn render(report: &impl Serialize) -> Result<String, Failure> {
    let mut text = serde_json::to_string_pretty(report)
        .map_err(|error| Failure::new(Exit::Failed, format!("the report could not be written as JSON: {error}")))?;
    text.push('\n');
    Ok(text)
}
