//! What a run did.

use super::{json, progress::seconds, text::counted};
use crate::{
    exit::Exit,
    failure::Failure,
    global::{Format, Global},
    migrations::failure,
    output::{self, GREEN, styled},
};
use confiture_engine::migrate::{
    plan::{Direction, Refusal},
    run::{FailureReport, RunError, RunFailure, RunReport},
};
use serde::Serialize;

/// A run as data.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    report: &'a RunReport,
    /// Why it ended early; null where it did not.
    failure: Option<FailureReport>,
    /// Why nothing was run.
    refusals: &'a [Refusal],
}

/// Prints how a run ended. `applied` is how many migrations were applied when it began, where it got that far.
pub fn finish(global: &Global, outcome: Result<RunReport, RunError>, applied: Option<usize>) -> Result<Exit, Failure> {
    let (report, error) = match &outcome {
        Ok(report) => (report, None),
        Err(error) => (&error.report, Some(&error.failure)),
    };
    let text = match global.format()? {
        Format::Text => summary(report, error.is_some(), applied),
        Format::Json => json::render(&document(report, error))?,
    };
    output::result(global, &text)?;
    match error {
        None => Ok(Exit::Done),
        Some(error) => {
            let failure = failure(error);
            let message = format!("{}{}{}", failure.message, on_error(report), aftermath(error, report));
            Err(Failure { message, ..failure })
        }
    }
}

fn document<'a>(report: &'a RunReport, error: Option<&'a RunFailure>) -> Document<'a> {
    let refusals: &[Refusal] = match error {
        Some(RunFailure::Refused(plan)) => &plan.refusals,
        _ => &[],
    };
    Document { report, failure: error.map(RunFailure::report), refusals }
}

/// What the failure of a statement or a hook left, which PostgreSQL's own words do not say.
fn aftermath(error: &RunFailure, report: &RunReport) -> String {
    match error {
        RunFailure::Statement(_) | RunFailure::Hook { .. } => left(error, report),
        _ => String::new(),
    }
}

fn left(error: &RunFailure, report: &RunReport) -> String {
    let Some(migration) = error.migration() else { return String::new() };
    let back = match report.direction {
        Direction::Up => "was rolled back: nothing of it is left",
        Direction::Down => "is as it was: undoing it was rolled back",
    };
    let stays = match report.migrations.len() as u64 {
        0 => String::new(),
        count => format!("; {} before it stays done", counted(count, "migration")),
    };
    format!("\n{migration} {back}{stays}")
}

/// What became of the hooks that ran because of the failure: one that fails itself is told beside it.
fn on_error(report: &RunReport) -> String {
    report.on_error.iter().map(|hook| format!("\n{hook}")).collect()
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
