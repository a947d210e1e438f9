//! What a run did.

use super::{json, progress::seconds, text::counted};
use crate::{
    arguments::{Format, Global},
    exit::Exit,
    failure::Failure,
    migrations::failure,
    output::{self, GREEN, styled},
};
use confiture_engine::migrate::{
    plan::Direction,
    run::{FailureReport, RunError, RunReport},
};
use serde::Serialize;

/// A run as data.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    report: &'a RunReport,
    /// Why it ended early; null where it did not.
    failure: Option<FailureReport>,
}

/// Prints how a run ended. `applied` is how many migrations were applied when it began, where it got that far.
pub fn finish(global: &Global, outcome: Result<RunReport, RunError>, applied: Option<usize>) -> Result<Exit, Failure> {
    let (report, error) = match &outcome {
        Ok(report) => (report, None),
        Err(error) => (&error.report, Some(&error.failure)),
    };
    let text = match global.format.unwrap_or(Format::Text) {
        Format::Text => summary(report, error.is_some(), applied),
        Format::Json => json::render(&Document { report, failure: error.map(|error| error.report()) })?,
    };
    output::result(global, &text)?;
    match error {
        None => Ok(Exit::Done),
        Some(error) => Err(failure(error)),
    }
}

fn summary(report: &RunReport, failed: bool, applied: Option<usize>) -> String {
    let count = report.migrations.len() as u64;
    let verb = match report.direction {
        Direction::Up => "applied",
        Direction::Down => "undone",
    };
    if count == 0 {
        return match (failed, report.direction) {
            (true, _) => String::new(),
            (false, Direction::Up) => {
                let there = applied.map(|applied| format!(": {} applied", counted(applied as u64, "migration")));
                format!("{} nothing is pending{}\n", styled(GREEN, "✓"), there.unwrap_or_default())
            }
            (false, Direction::Down) => format!("{} nothing is applied that could be undone\n", styled(GREEN, "✓")),
        };
    }
    let time: u64 = report.migrations.iter().map(|done| done.duration_ms).sum();
    let rows: u64 = report.migrations.iter().map(|done| done.rows).sum();
    let rows = if rows > 0 { format!(", {} changed", counted(rows, "row")) } else { String::new() };
    format!("{} {} {verb} ({}{rows})\n", styled(GREEN, "✓"), counted(count, "migration"), seconds(time))
}
