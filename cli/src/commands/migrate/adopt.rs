//! `confiture migrate adopt`.

use super::{up::counted, work::Work};
use crate::{arguments::Global, exit::Exit, failure::Failure, output, prompt::confirm};
use clap::Args;
use confiture_engine::migrate::ledger::{Adoption, adoption};

/// Take over the ledger of Flyway, sqlx, diesel, golang-migrate or dbmate
///
/// Its table is read and left as it is.
#[derive(Debug, Args)]
pub struct Adopt {
    /// Which tool's, where the database holds more than one
    #[arg(long, value_name = "TOOL")]
    from: Option<String>,
}

impl Adopt {
    /// Writes our ledger.
    pub async fn run(self, work: &Work, global: &Global) -> Result<Exit, Failure> {
        let files = work.files()?;
        let mut connection = work.connect().await?;
        let failed = Failure::with(Exit::Database);
        let entries = connection.entries().await.map_err(|error| failed(error.to_string()))?;
        let mut found = connection.foreign_ledgers().await.map_err(|error| failed(error.to_string()))?;
        drop(connection);
        found.retain(|ledger| self.from.as_ref().is_none_or(|tool| *tool == ledger.tool));
        let foreign = match found.as_slice() {
            [one] => one,
            [] => return Err(Failure::new(Exit::Refused, "no ledger of another tool was found in this database")),
            several => {
                let tools: Vec<&str> = several.iter().map(|ledger| ledger.tool.as_str()).collect();
                let message = format!("several ledgers were found: name one with --from ({})", tools.join(", "));
                return Err(Failure::new(Exit::Refused, message));
            }
        };
        let adoption = adoption(&files, &entries, foreign);
        check(&adoption)?;
        let what = format!("{} of {} will be taken as applied.", counted(adoption.changes.len()), adoption.table);
        confirm(global, &what)?;
        let count = work.change(&adoption.changes, "adopted").await?;
        output::say(format!("{} of {} taken over on {}", counted(count), adoption.table, work.target()?));
        Ok(Exit::Done)
    }
}

fn check(adoption: &Adoption) -> Result<(), Failure> {
    if adoption.problems.is_empty() {
        return Ok(());
    }
    let problems: Vec<String> = adoption.problems.iter().map(ToString::to_string).collect();
    Err(Failure::new(Exit::Refused, problems.join("\n")))
}
