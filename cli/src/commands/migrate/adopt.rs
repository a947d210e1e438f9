//! `confiture migrate adopt`.

use crate::{
    exit::Exit,
    failure::Failure,
    global::Global,
    interrupt::Interrupt,
    migrations::{LockWait, Migrations, change, entries},
    report,
};
use clap::Args;
use confiture_engine::migrate::ledger::adoption;
use confiture_model::migration::ForeignLedger;
use std::path::Path;

/// Take over the ledger of another tool: Flyway, sqlx, diesel, golang-migrate or dbmate
///
/// What the other tool applied is recorded as applied; its own table is left as it is. Nothing of the schema changes.
#[derive(Debug, Args)]
pub struct Adopt {
    /// The tool, where several have left a ledger: flyway, sqlx, diesel, golang-migrate, dbmate
    #[arg(long, value_name = "TOOL")]
    from: Option<String>,
    #[command(flatten)]
    lock_wait: LockWait,
}

impl Adopt {
    /// Writes our ledger.
    pub async fn run(self, global: &Global, directory: Option<&Path>, interrupt: &Interrupt) -> Result<Exit, Failure> {
        let migrations = Migrations::load(global, directory)?;
        let connector = migrations.connector()?;
        let (mut connection, entries) = entries(&connector).await?;
        let ledgers = connection.foreign_ledgers().await.map_err(Failure::with(Exit::Database))?;
        let adoption = adoption(&migrations.files, &entries, self.choose(&ledgers)?);
        if !adoption.problems.is_empty() {
            let problems: Vec<String> = adoption.problems.iter().map(ToString::to_string).collect();
            return Err(Failure::new(Exit::Refused, format!("nothing was taken over\n{}", problems.join("\n"))));
        }
        if !adoption.changes.is_empty() {
            let what =
                format!("{} of {} will be taken over", report::ledger::titles(&adoption.changes), adoption.table);
            migrations.confirm(global, &what).await?;
            change(&connector, &adoption.changes, "adopted", self.lock_wait, interrupt).await?;
        }
        let what = format!("taken over from {} ({})", adoption.tool, adoption.table);
        report::ledger::changed(global, &what, &adoption.changes)?;
        Ok(Exit::Done)
    }

    fn choose<'a>(&self, ledgers: &'a [ForeignLedger]) -> Result<&'a ForeignLedger, Failure> {
        let wanted = |ledger: &&ForeignLedger| self.from.as_ref().is_none_or(|tool| *tool == ledger.tool);
        let found: Vec<&ForeignLedger> = ledgers.iter().filter(wanted).collect();
        let list = |of: &[&ForeignLedger]| {
            of.iter().map(|ledger| format!("{} ({})", ledger.tool, ledger.table)).collect::<Vec<_>>().join(", ")
        };
        match found.as_slice() {
            [only] => Ok(only),
            [] if ledgers.is_empty() => Err(Failure::new(
                Exit::Refused,
                "this database has no ledger of Flyway, sqlx, diesel, golang-migrate or dbmate\n  what is in it already \
                 is recorded with `confiture migrate baseline --through VERSION`",
            )),
            [] => {
                let all: Vec<&ForeignLedger> = ledgers.iter().collect();
                let tool = self.from.as_deref().unwrap_or_default();
                Err(Failure::new(Exit::Refused, format!("there is no ledger of `{tool}`; there is: {}", list(&all))))
            }
            several => {
                let message = format!("there are several ledgers: {}\n  say which with --from", list(several));
                Err(Failure::new(Exit::Refused, message))
            }
        }
    }
}
