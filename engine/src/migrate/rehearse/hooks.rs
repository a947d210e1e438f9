//! Hooks around the statements of a migration, in the same transaction.

use super::report::{RehearsedStep, StepKind, Unrehearsed, milliseconds};
use crate::migrate::plan::PlannedMigration;
use confiture_model::{BoxFuture, database::DbError, migration::MigrationConnection, session::SessionError};
use std::time::Duration;

/// Where hooks stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Before the first statement.
    Before,
    /// Behind the last one.
    After,
}

/// Whoever runs the hooks of a migration, all of them as in a run whose transaction is rolled back.
pub trait Hooks: Send {
    /// Runs those that stand at a place and can be rehearsed, and names the others with [`Stage::leave_out`]; each step that
    /// ran is told with [`Stage::ran`].
    fn run<'a>(
        &'a mut self,
        place: Place,
        migration: &'a PlannedMigration,
        stage: &'a mut Stage<'_>,
    ) -> BoxFuture<'a, Result<(), HookStop>>;
}

/// A project without hooks.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHooks;

impl Hooks for NoHooks {
    fn run<'a>(
        &'a mut self,
        _: Place,
        _: &'a PlannedMigration,
        _: &'a mut Stage<'_>,
    ) -> BoxFuture<'a, Result<(), HookStop>> {
        Box::pin(async { Ok(()) })
    }
}

/// Why a hook ended the rehearsal.
#[derive(Clone, Debug, PartialEq)]
pub struct HookStop {
    /// Phase and hook: `after_ddl: backfill_read_model`.
    pub hook: String,
    /// What happened, without row values.
    pub reason: String,
    /// What PostgreSQL said, where it was that.
    pub error: Option<DbError>,
    /// What to do.
    pub help: Option<String>,
}

/// What hooks of a rehearsal have: the migration's connection, and somewhere to say what they did.
pub struct Stage<'s> {
    /// In the transaction.
    pub connection: &'s mut Box<dyn MigrationConnection>,
    pub(super) steps: &'s mut Vec<RehearsedStep>,
    pub(super) unrehearsed: &'s mut Vec<Unrehearsed>,
    pub(super) inconsistencies: &'s mut Vec<String>,
    pub(super) title: &'s str,
}

impl Stage<'_> {
    /// A step ran: looks at what it did. `rows` is what the hook says that it changed.
    ///
    /// # Errors
    /// What PostgreSQL said.
    pub async fn ran(
        &mut self,
        phase: &str,
        hook: &str,
        step: &str,
        took: Duration,
        rows: u64,
    ) -> Result<(), SessionError> {
        let seen = match self.connection.watch() {
            Some(watch) => watch.observe().await?,
            None => Default::default(),
        };
        let what = StepKind::Hook { phase: phase.to_owned(), hook: hook.to_owned(), step: step.to_owned() };
        self.steps.push(RehearsedStep { what, ms: milliseconds(took), rows, failed: false, seen });
        Ok(())
    }

    /// A hook is not rehearsed.
    pub fn leave_out(&mut self, hook: &str, place: Option<String>, reason: &str) {
        self.unrehearsed.push(Unrehearsed {
            migration: self.title.to_owned(),
            place,
            what: hook.to_owned(),
            reason: reason.to_owned(),
        });
    }

    /// A check found data that do not agree: in words, without row values.
    pub fn inconsistent(&mut self, what: impl Into<String>) {
        self.inconsistencies.push(what.into());
    }
}
