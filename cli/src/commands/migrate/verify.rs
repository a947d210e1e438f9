//! `confiture migrate verify`.

use super::work::{Work, failed};
use crate::{
    arguments::{Format, Global},
    exit::Exit,
    failure::Failure,
    output,
};
use clap::Args;
use confiture_engine::migrate::verify::{Drift, Verification, verify};

/// Check that files, ledger and database still agree
///
/// Files that changed or are gone, versions out of order, and how the live schema differs from what the last migration
/// left. Changes nothing.
#[derive(Debug, Args)]
pub struct Verify {}

impl Verify {
    /// Prints what was found; exit code 1 where something does not agree.
    pub async fn run(self, work: &Work, global: &Global) -> Result<Exit, Failure> {
        let files = work.files()?;
        let connector = work.connector()?;
        let found = verify(&connector, &files, work.environment().as_deref()).await.map_err(|error| failed(&error))?;
        let text = match global.format.unwrap_or(Format::Text) {
            Format::Json => serde_json::to_string_pretty(&found).map_err(Failure::with(Exit::Failed))? + "\n",
            Format::Text => text(&found, &work.target()?),
        };
        output::result(global, &text)?;
        Ok(if found.holds() { Exit::Done } else { Exit::Findings })
    }
}

fn text(found: &Verification, target: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for refusal in &found.problems {
        let title = refusal.migration.as_deref().unwrap_or_default();
        lines.push(format!("{title}: {}", refusal.problem));
    }
    match &found.drift {
        Drift::None => {}
        Drift::Unknown { reason } => lines.push(format!("drift cannot be told: {reason}")),
        Drift::Found { differences } => {
            lines.push("the schema was changed since the last migration:".to_owned());
            lines.extend(differences.iter().map(|difference| format!("  {difference}")));
        }
    }
    let verdict = if found.holds() { "files, ledger and schema agree" } else { "does not agree" };
    lines.push(format!("{target}: {verdict}"));
    lines.join("\n") + "\n"
}
