//! Reports for programs: one document.

use crate::{exit::Exit, failure::Failure};
use serde::Serialize;
use std::io::{self, Write};

/// A report as JSON, as its type describes it.
pub fn render(report: &impl Serialize) -> Result<String, Failure> {
    let mut text = serde_json::to_string_pretty(report)
        .map_err(|error| Failure::new(Exit::Failed, format!("the report could not be written as JSON: {error}")))?;
    text.push('\n');
    Ok(text)
}

/// The same, piece by piece.
pub fn write(report: &impl Serialize, mut to: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut to, report)?;
    to.write_all(b"\n")
}
