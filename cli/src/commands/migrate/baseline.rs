//! `confiture migrate baseline`.

use crate::{
    exit::Exit,
    failure::Failure,
    global::Global,
    interrupt::Interrupt,
    migrations::{LockWait, Migrations, change, entries},
    report,
};
use clap::Args;
use confiture_engine::migrate::{Version, ledger::baseline};
use std::path::Path;

/// Take a database that is older than its ledger: what is in it already counts as applied
///
/// Every migration up to VERSION is recorded, and none is run. Where VERSION has no file, it stands for all before it.
#[derive(Debug, Args)]
pub struct Baseline {
    /// The last migration whose effect is in the database
    #[arg(long, value_name = "VERSION", value_parser = super::version)]
    through: Version,
    #[command(flatten)]
    lock_wait: LockWait,
}

impl Baseline {
    /// Writes the ledger.
    pub async fn run(self, global: &Global, directory: Option<&Path>, interrupt: &Interrupt) -> Result<Exit, Failure> {
        let migrations = Migrations::load(global, directory)?;
        let connector = migrations.connector()?;
        let (_connection, entries) = entries(&connector).await?;
        let changes = baseline(&migrations.files, &entries, &self.through);
        if !changes.is_empty() {
            let what = format!("{} will be recorded as applied", report::ledger::titles(&changes));
            migrations.confirm(global, &what).await?;
            change(&connector, &changes, "baselined", self.lock_wait, interrupt).await?;
        }
        report::ledger::changed(global, "recorded as applied, without running", &changes)?;
        Ok(Exit::Done)
    }
}
