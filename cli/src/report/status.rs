//! Where a database stands, for people.

use super::{progress::seconds, text::counted};
use crate::output::{BOLD, DIM, GREEN, RED, YELLOW, styled};
use anstyle::Style;
use confiture_engine::migrate::status::{MigrationStatus, State, Status};
use std::fmt::Write;

/// A line for each migration, then how many there are. `target` is the database.
pub fn render(status: &Status, target: &str) -> String {
    let mut text = format!("{}\n", styled(BOLD, target));
    let width = status.migrations.iter().map(|row| row.title.chars().count()).max().unwrap_or(0);
    for (index, row) in status.migrations.iter().enumerate() {
        let twig = if index + 1 == status.migrations.len() { "└─" } else { "├─" };
        let (style, word) = word(row);
        let gap = " ".repeat(width - row.title.chars().count());
        let details = details(row);
        let _ = writeln!(text, "{twig} {}{gap}  {}{}", row.title, styled(style, word), styled(DIM, details));
    }
    let _ = writeln!(text, "{} applied, {} pending", counted(status.applied as u64, "migration"), status.pending);
    text
}

fn word(row: &MigrationStatus) -> (Style, &'static str) {
    match row.state {
        State::Applied => (GREEN, "applied"),
        State::Pending => (YELLOW, "pending"),
        State::ToRepeat => (YELLOW, "changed, runs again"),
        State::OutOfOrder => (RED, "pending behind a higher version"),
        State::Skipped => (DIM, "not for this environment"),
        State::Changed => (RED, "applied, and changed since"),
        State::Missing => (RED, "applied, and its file is gone"),
        State::Partial => (RED, "stopped part-way"),
        State::Undoing => (RED, "stopped while it was undone"),
        State::StagesPending => (YELLOW, "applied, with work after the commit to do"),
    }
}

fn details(row: &MigrationStatus) -> String {
    let what = if row.state == State::StagesPending { "stage" } else { "statement" };
    let done = row.done.map(|done| format!("{} done", counted(u64::from(done), what)));
    let applied = row.applied_at.as_deref().map(|at| {
        let by = row.applied_by.as_deref().unwrap_or_default();
        format!("{} by {by}", at.split('.').next().unwrap_or(at).replace('T', " "))
    });
    let origin = row.origin.as_deref().filter(|origin| *origin != "run").map(str::to_owned);
    let time = row.duration_ms.filter(|time| *time > 0).map(seconds);
    let down = (!row.reversible && row.state == State::Pending).then(|| "no way down".to_owned());
    let parts: Vec<String> = [done, applied, origin, time, down].into_iter().flatten().collect();
    if parts.is_empty() { String::new() } else { format!("  {}", parts.join(", ")) }
}
