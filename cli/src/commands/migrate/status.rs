//! `confiture migrate status`.

use super::work::Work;
use crate::{
    arguments::{Format, Global},
    exit::Exit,
    failure::Failure,
    output::{self, BOLD, DIM, GREEN, RED, YELLOW, styled},
};
use clap::Args;
use confiture_engine::migrate::status::{MigrationStatus, State, status};

/// Say which migrations are applied, and which are pending
#[derive(Debug, Args)]
pub struct Status {}

impl Status {
    /// Prints where the database stands.
    pub async fn run(self, work: &Work, global: &Global) -> Result<Exit, Failure> {
        let files = work.files()?;
        let found = status(&files, &work.entries().await?, work.environment().as_deref());
        let text = match global.format.unwrap_or(Format::Text) {
            Format::Json => serde_json::to_string_pretty(&found).map_err(Failure::with(Exit::Failed))? + "\n",
            Format::Text => {
                let width = found.migrations.iter().map(|row| row.title.chars().count()).max().unwrap_or_default();
                let rows: String = found.migrations.iter().map(|row| line(row, width)).collect();
                let target = styled(BOLD, work.target()?);
                format!("{rows}{target}: {} applied, {} pending\n", found.applied, found.pending)
            }
        };
        output::result(global, &text)?;
        Ok(Exit::Done)
    }
}

fn line(row: &MigrationStatus, width: usize) -> String {
    let (style, word) = match row.state {
        State::Applied => (GREEN, "applied"),
        State::Pending => (BOLD, "pending"),
        State::ToRepeat => (BOLD, "changed: runs again"),
        State::OutOfOrder => (RED, "pending, out of order"),
        State::Skipped => (DIM, "not for this environment"),
        State::Changed => (RED, "applied, file changed"),
        State::Missing => (RED, "applied, file gone"),
        State::Partial => (YELLOW, "stopped part-way"),
        State::Undoing => (YELLOW, "undoing stopped part-way"),
        State::StagesPending => (YELLOW, "applied, stages pending"),
    };
    let when = match (&row.applied_at, &row.applied_by) {
        (Some(at), Some(by)) => styled(DIM, format!("  {at} by {by}")),
        _ => String::new(),
    };
    let down = if row.reversible { "" } else { "  (no way down)" };
    format!("{:width$}  {}{when}{}\n", row.title, styled(style, word), styled(DIM, down))
}
