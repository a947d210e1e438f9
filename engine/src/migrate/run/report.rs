//! What a run did.

use super::{HookRecord, RunFailure};
use crate::migrate::plan::{Action, Direction, Plan, Skipped};
use serde::Serialize;
use std::fmt;

/// The version of a printed report.
const REPORT_VERSION: u32 = 1;

/// What a run did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunReport {
    /// 1.
    pub schema_version: u32,
    /// The UUID that its events carry.
    pub run: String,
    /// Which way it went.
    pub direction: Direction,
    /// What is done, in order.
    pub migrations: Vec<Done>,
    /// What was pending and did not run.
    pub skipped: Vec<Skipped>,
    /// What is worth knowing.
    pub notes: Vec<String>,
    /// The hooks that ran because a migration had failed.
    pub on_error: Vec<OnErrorReport>,
}

/// A migration that is done.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Done {
    /// As the ledger knows it.
    pub version: String,
    /// Version and name.
    pub title: String,
    /// What was done with it.
    pub action: Action,
    /// Statements that ran, in this run.
    pub statements: u32,
    /// Rows that PostgreSQL says they changed.
    pub rows: u64,
    /// How often it was begun: more than once where a lock was not to be had.
    pub attempts: u32,
    /// Milliseconds of the try that succeeded.
    pub duration_ms: u64,
    /// The content address of the schema after it, where it was stored.
    pub snapshot: Option<String>,
    /// What its hooks did in this run, in order.
    pub hooks: Vec<HookRecord>,
}

/// A hook that was to run because a migration had failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OnErrorReport {
    /// Its name.
    pub hook: String,
    /// Why it failed itself; none where it did what it was to do.
    pub failure: Option<String>,
}

/// What became of it, for people.
impl fmt::Display for OnErrorReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.failure {
            Some(failure) => write!(f, "the on_error hook `{}` failed as well: {failure}", self.hook),
            None => write!(f, "the on_error hook `{}` ran", self.hook),
        }
    }
}

impl RunReport {
    pub(super) fn new(run: String, direction: Direction) -> Self {
        Self {
            schema_version: REPORT_VERSION,
            run,
            direction,
            migrations: Vec::new(),
            skipped: Vec::new(),
            notes: Vec::new(),
            on_error: Vec::new(),
        }
    }

    pub(super) fn planned(&mut self, plan: &Plan) {
        self.skipped.clone_from(&plan.skipped);
        self.notes.clone_from(&plan.notes);
    }

    pub(super) fn failed(self, failure: RunFailure) -> RunError {
        RunError { failure, report: self }
    }
}

/// A run that ended early.
#[derive(Clone, Debug, PartialEq)]
pub struct RunError {
    /// Why.
    pub failure: RunFailure,
    /// What was done before; it stays.
    pub report: RunReport,
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.failure.fmt(f)?;
        self.report.on_error.iter().try_for_each(|hook| write!(f, "\n{hook}"))
    }
}

impl std::error::Error for RunError {}
