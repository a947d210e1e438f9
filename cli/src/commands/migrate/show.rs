//! What a run does, as people read it: a tree on a terminal, a line an event elsewhere.

use crate::output::{BOLD, DIM, GREEN, YELLOW, say, styled};
use confiture_engine::migrate::{
    plan::{Direction, Plan},
    run::{Done, Moment, Observer, RunError, RunReport},
};
use serde_json::Value;
use std::io::IsTerminal;

/// A migration of more statements than this shows only its slow ones.
const FEW: u32 = 20;
const SLOW_MS: u64 = 100;
const WIDTH: usize = 60;

/// Says on standard error what happens.
pub struct Progress {
    tree: bool,
    few: bool,
}

impl Progress {
    pub fn new() -> Self {
        Self { tree: std::io::stderr().is_terminal(), few: true }
    }

    fn branch(&mut self, moment: &Moment<'_>) {
        match moment {
            Moment::MigrationStarted { title, index, of, statements } => {
                self.few = *statements <= FEW;
                say(format!("{} {}", styled(BOLD, title), styled(DIM, format!("{index} of {of}"))));
            }
            Moment::StatementStarted { index, of, sql, .. } if self.few => {
                say(format!("  ├─ {index}/{of} {}", first_words(sql)));
            }
            Moment::StatementFinished { index, of, rows, duration_ms, .. } if *duration_ms >= SLOW_MS => {
                say(format!("  │  {index}/{of} {}", styled(DIM, format!("{rows} rows, {}", time(*duration_ms)))));
            }
            Moment::MigrationFinished { done, direction } => {
                let verb = if *direction == Direction::Up { "applied" } else { "undone" };
                say(format!("  └─ {} {verb} {}", styled(GREEN, "✓"), styled(DIM, time(done.duration_ms))));
            }
            Moment::StatementStarted { .. } | Moment::StatementFinished { .. } | Moment::Planned { .. } => {}
            other => say(format!("  {} {}", styled(YELLOW, "!"), sentence(other))),
        }
    }
}

impl Observer for Progress {
    fn observe(&mut self, moment: &Moment<'_>) {
        match (self.tree, moment) {
            (true, moment) => self.branch(moment),
            (false, Moment::Planned { .. } | Moment::StatementStarted { .. } | Moment::MigrationStarted { .. }) => {}
            (false, moment) => say(sentence(moment)),
        }
    }
}

fn sentence(moment: &Moment<'_>) -> String {
    match moment {
        Moment::WaitingForLock { holder, waited_ms } => format!(
            "waiting for another run: {} (process {}, user {}, from {}), {} so far",
            holder.application,
            holder.pid,
            holder.user,
            holder.host,
            time(*waited_ms)
        ),
        Moment::StatementFinished { title, index, of, rows, duration_ms } => {
            format!("{title}: statement {index} of {of}, {rows} rows, {}", time(*duration_ms))
        }
        Moment::Retry { title, attempt, of, wait_ms, sqlstate } => {
            format!(
                "{title}: try {attempt} of {of} got no lock ({sqlstate}), all rolled back; again in {}",
                time(*wait_ms)
            )
        }
        Moment::Settled { title, index, what } => format!("{title}: statement {index}: {what}"),
        Moment::ConnectionLost { title, reason } => format!("{title}: the connection was lost at the commit: {reason}"),
        Moment::OutcomeFound { title, committed: true } => format!("{title}: the commit had arrived"),
        Moment::OutcomeFound { title, committed: false } => {
            format!("{title}: the commit had not arrived; it runs again")
        }
        Moment::MigrationFinished { done, direction } => {
            let verb = if *direction == Direction::Up { "applied" } else { "undone" };
            format!("{}: {verb} in {}", done.title, time(done.duration_ms))
        }
        Moment::Planned { plan } => format!("{} to run", plan.steps.len()),
        Moment::MigrationStarted { title, .. } | Moment::StatementStarted { title, .. } => (*title).to_owned(),
    }
}

/// `3 migrations applied, 12 statements, 1.2 s`.
pub fn summary(report: &RunReport, target: &str) -> String {
    let verb = if report.direction == Direction::Up { "applied" } else { "undone" };
    let total = |part: fn(&Done) -> u64| report.migrations.iter().map(part).sum::<u64>();
    let mut lines: Vec<String> =
        report.skipped.iter().map(|skipped| format!("skipped {}: {}", skipped.title, skipped.reason)).collect();
    lines.extend(report.notes.iter().cloned());
    lines.push(match report.migrations.len() {
        0 => format!("nothing to do on {target}"),
        count => format!(
            "{count} migration{} {verb} on {target}, {} statements, {}",
            if count == 1 { "" } else { "s" },
            total(|done| u64::from(done.statements)),
            time(total(|done| done.duration_ms))
        ),
    });
    lines.join("\n")
}

/// A report and the failure that ended it, as one JSON document.
pub fn document(outcome: &Result<RunReport, RunError>) -> Value {
    let (report, failure) = match outcome {
        Ok(report) => (report, None),
        Err(error) => (&error.report, Some(error.failure.report())),
    };
    let mut document = serde_json::to_value(report).unwrap_or_default();
    document["failure"] = serde_json::to_value(failure).unwrap_or_default();
    document
}

/// What keeps a plan from running.
pub fn refusals(plan: &Plan) -> String {
    let line = |refusal: &confiture_engine::migrate::plan::Refusal| match &refusal.migration {
        Some(title) => format!("{title}: {}", refusal.problem),
        None => refusal.problem.to_string(),
    };
    plan.refusals.iter().map(line).collect::<Vec<_>>().join("\n")
}

pub fn time(milliseconds: u64) -> String {
    match milliseconds {
        0..1_000 => format!("{milliseconds} ms"),
        1_000..60_000 => format!("{:.1} s", milliseconds as f64 / 1_000.0),
        _ => format!("{} min {} s", milliseconds / 60_000, milliseconds / 1_000 % 60),
    }
}

/// The beginning of a statement on one line. Control characters of a file do not reach the terminal.
fn first_words(sql: &str) -> String {
    let words = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    let clean: String = words.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    match clean.chars().count() > WIDTH {
        true => clean.chars().take(WIDTH).chain(['…']).collect(),
        false => clean,
    }
}
