//! Statements that take long are remembered with the sizes of the tables that they locked: what estimates rest on.

use super::{Run, job::Job, transaction::Trouble};
use crate::migrate::script::{Step, checksum};
use confiture_model::facts::RecordedStatement;
use std::time::Duration;

/// What counts as long.
const LONG: Duration = Duration::from_secs(1);

impl Run<'_> {
    /// A statement of a migration ran. In a transaction that a script has ended, or outside one, nobody can say any more
    /// what it locked: then it is left out.
    pub(super) async fn remember(&mut self, job: &Job<'_>, step: &Step, took: Duration) -> Result<(), Trouble> {
        if took < LONG || step.outside.is_some() {
            return Ok(());
        }
        let tables = self.connection.locked_tables().await.map_err(Trouble::of("asking for the sizes of tables"))?;
        if tables.is_empty() {
            return Ok(());
        }
        let statement = checksum([(job.script.sql(step), job.script.copy_data(step))]);
        self.timings.push(RecordedStatement { statement, seconds: took.as_secs_f64(), tables });
        Ok(())
    }
}
