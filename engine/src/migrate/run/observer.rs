//! What a run says while it goes on.

use super::{Done, HookRecord};
use crate::migrate::{
    hooks::PlannedHook,
    plan::{Direction, Plan},
};
use confiture_model::migration::LockHolder;
use serde::Serialize;

/// Is told what happens, in order.
pub trait Observer: Send {
    /// Something happened.
    fn observe(&mut self, moment: &Moment<'_>);
}

/// Something that happened. One line of JSON each, where nobody watches.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
#[allow(missing_docs)]
pub enum Moment<'a> {
    /// Another run holds the lock.
    WaitingForLock {
        holder: &'a LockHolder,
        waited_ms: u64,
    },
    /// The plan is made, under the lock.
    Planned {
        plan: &'a Plan,
    },
    /// `index` counts from 1.
    MigrationStarted {
        title: &'a str,
        index: usize,
        of: usize,
        statements: u32,
    },
    /// `index` counts from 1. `sql` is the statement, for whoever wants to show it.
    StatementStarted {
        title: &'a str,
        index: usize,
        of: usize,
        place: String,
        sql: &'a str,
    },
    /// `rows` is what PostgreSQL says that it changed.
    StatementFinished {
        title: &'a str,
        index: usize,
        of: usize,
        rows: u64,
        duration_ms: u64,
    },
    /// A lock was not to be had; all was rolled back, and is tried again.
    Retry {
        title: &'a str,
        attempt: u32,
        of: u32,
        wait_ms: u64,
        sqlstate: &'a str,
    },
    /// A statement that was sent before is taken as done, or was cleaned up after.
    Settled {
        title: &'a str,
        index: usize,
        what: String,
    },
    /// The connection was lost at a commit.
    ConnectionLost {
        title: &'a str,
        reason: &'a str,
    },
    /// What became of that commit.
    OutcomeFound {
        title: &'a str,
        committed: bool,
    },
    /// A hook's turn has come.
    HookStarted {
        title: &'a str,
        hook: &'a PlannedHook,
    },
    /// A hook does not run.
    HookSkipped {
        title: &'a str,
        hook: &'a PlannedHook,
        reason: &'a str,
    },
    /// `attempt` counts from 1.
    StepStarted {
        title: &'a str,
        hook: &'a PlannedHook,
        step: &'a str,
        attempt: u32,
        estimated_rows: Option<u64>,
    },
    /// How far a hook says that it has come: `done` of `total` of `what`.
    HookProgress {
        title: &'a str,
        hook: &'a PlannedHook,
        done: u64,
        total: Option<u64>,
        what: &'a str,
    },
    /// A step failed, was undone, and is tried again. `why` is a word for scripts.
    StepRetry {
        title: &'a str,
        hook: &'a PlannedHook,
        step: &'a str,
        attempt: u32,
        of: u32,
        why: &'a str,
    },
    StepFinished {
        title: &'a str,
        hook: &'a PlannedHook,
        step: &'a str,
        rows: u64,
        duration_ms: u64,
    },
    HookFinished {
        title: &'a str,
        record: &'a HookRecord,
    },
    /// The migration is committed; `stages` are left to do, which a later run would go on with.
    Committed {
        title: &'a str,
        stages: usize,
    },
    MigrationFinished {
        done: &'a Done,
        direction: Direction,
    },
}
