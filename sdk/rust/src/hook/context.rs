//! The migration that a hook runs in.

use serde_json::Value;

/// When a hook runs, in the order of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Before anything begins: preconditions, backups.
    BeforeValidation,
    /// In the transaction, before the first statement.
    BeforeDdl,
    /// In the transaction, behind the last statement.
    AfterDdl,
    /// In the transaction, behind what changes data: checks.
    AfterValidation,
    /// Last in the transaction.
    Cleanup,
    /// After the rollback, in a transaction of its own.
    OnError,
    /// After the commit.
    AfterMigration,
}

impl Phase {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::BeforeValidation,
        Self::BeforeDdl,
        Self::AfterDdl,
        Self::AfterValidation,
        Self::Cleanup,
        Self::OnError,
        Self::AfterMigration,
    ];
}

/// Which way a migration goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Direction {
    Up,
    Down,
}

/// The migration that a hook runs in.
#[derive(Clone, Debug, PartialEq)]
pub struct Context {
    /// Its name.
    pub migration: String,
    /// Its version.
    pub version: String,
    /// Which way it goes.
    pub direction: Direction,
    /// When the hook runs.
    pub phase: Phase,
    /// `production`, `local`, ...; empty where the user named none.
    pub environment: String,
    /// Whether all of it is rolled back in the end.
    pub dry_run: bool,
    /// What earlier hooks of this migration reported: a JSON object keyed by hook.
    pub statistics: Value,
    /// For [`Phase::OnError`]: what went wrong.
    pub failure: Option<String>,
}
