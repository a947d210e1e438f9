//! `confiture migrate baseline`.

use super::{
    up::{counted, version},
    work::Work,
};
use crate::{arguments::Global, exit::Exit, failure::Failure, output};
use clap::Args;
use confiture_engine::migrate::{Version, ledger};

/// Take what is in the database as applied, without running it
#[derive(Debug, Args)]
pub struct Baseline {
    /// The last version that is in the database already
    #[arg(long, value_name = "VERSION", value_parser = version)]
    through: Version,
}

impl Baseline {
    /// Writes the ledger.
    pub async fn run(self, work: &Work, global: &Global) -> Result<Exit, Failure> {
        let files = work.files()?;
        let changes = ledger::baseline(&files, &work.entries().await?, &self.through);
        if !changes.is_empty() {
            work.confirm(global, &format!("{} will be taken as applied", counted(changes.len())))?;
        }
        let count = work.change(&changes, "baselined").await?;
        output::say(format!("{} taken as applied on {}", counted(count), work.target()?));
        Ok(Exit::Done)
    }
}
