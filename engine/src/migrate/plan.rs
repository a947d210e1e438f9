//! What a run would do, and why it may not: everything is said before anything runs.

mod approval;
mod down;
mod mode;
mod preview;
mod up;

pub use {
    approval::Approval,
    down::{Undo, plan_down},
    mode::Mode,
    preview::preview,
    up::{UpRequest, plan_up},
};

pub(super) use up::{compare, difference};

use super::{
    FileError,
    files::{Migration, title},
    hooks::PlannedHook,
};
pub use confiture_model::migration::Direction;
use confiture_model::migration::{LedgerEntry, Progress};
use serde::{Deserialize, Serialize};

/// The version of a stored or printed plan.
pub const PLAN_VERSION: u32 = 1;

/// What a run would do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// [`PLAN_VERSION`].
    pub schema_version: u32,
    /// Which way it goes.
    pub direction: Direction,
    /// How many migrations are applied.
    pub applied: usize,
    /// What would run, in order.
    pub steps: Vec<PlannedMigration>,
    /// What is pending and would not run, and why.
    pub skipped: Vec<Skipped>,
    /// Why nothing may run; empty where it may.
    pub refusals: Vec<Refusal>,
    /// What is worth knowing.
    pub notes: Vec<String>,
}

/// A migration that would run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlannedMigration {
    /// As the ledger knows it.
    pub version: String,
    /// What stands behind the version in its file's name.
    pub name: String,
    /// Both as one word.
    pub title: String,
    /// Its file, as the user would write it.
    pub file: String,
    /// What is done with it.
    pub action: Action,
    /// How it runs.
    pub mode: Mode,
    /// How many statements it has.
    pub statements: u32,
    /// The checksum of its way up.
    pub checksum: String,
    /// Whether it has a way down.
    pub reversible: bool,
    /// Milliseconds that a statement waits for a lock.
    pub lock_timeout_ms: u64,
    /// Milliseconds that a statement may take; 0: for ever.
    pub statement_timeout_ms: u64,
    /// What runs around its statements, in order.
    pub hooks: Vec<PlannedHook>,
}

/// What is done with a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum Action {
    /// It is applied for the first time.
    Apply,
    /// A repeatable one changed since.
    Reapply,
    /// It stopped part-way and goes on.
    Resume {
        /// Statements that are done.
        done: u32,
        /// Whether the statement after them was sent.
        started: bool,
    },
    /// It is undone.
    Undo,
    /// Undoing it stopped part-way and goes on.
    ResumeUndo {
        /// Statements that are done.
        done: u32,
        /// Whether the statement after them was sent.
        started: bool,
    },
    /// It is applied, and its stages after the commit go on.
    ResumeStages {
        /// Stages that are done.
        done: u32,
    },
    /// It is undone, and the stages after that commit go on.
    ResumeUndoStages {
        /// Stages that are done.
        done: u32,
    },
}

impl Action {
    /// Whether only stages after a commit are left to run.
    pub fn is_stages(self) -> bool {
        matches!(self, Self::ResumeStages { .. } | Self::ResumeUndoStages { .. })
    }
}

/// A pending migration that would not run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Version and name.
    pub title: String,
    /// Why not.
    pub reason: String,
}

/// Why a run may not begin.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Refusal {
    /// A word for scripts.
    pub code: RefusalCode,
    /// The migration, as version and name.
    pub migration: Option<String>,
    /// What is wrong, where, and what to do.
    #[serde(flatten)]
    pub problem: FileError,
}

/// Kinds of refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum RefusalCode {
    Changed,
    Missing,
    OutOfOrder,
    Hooks,
    HookFault,
    NoBackup,
    TransactionControl,
    Mixed,
    Incomplete,
    NoWayDown,
    UnknownVersion,
    NotLast,
    NotApproved,
    OtherLedger,
}

impl Plan {
    fn new(direction: Direction, applied: usize) -> Self {
        Self {
            schema_version: PLAN_VERSION,
            direction,
            applied,
            steps: Vec::new(),
            skipped: Vec::new(),
            refusals: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub(super) fn refuse(&mut self, code: RefusalCode, migration: impl Into<Option<String>>, problem: FileError) {
        self.refusals.push(Refusal { code, migration: migration.into(), problem });
    }

    /// Adds a migration, or what keeps it from running. Where the ledger has an entry of it, that says how its version is
    /// written.
    fn add(
        &mut self,
        migration: &Migration,
        entry: Option<&LedgerEntry>,
        action: Action,
        default_lock_timeout_ms: u64,
    ) {
        let script = match self.direction {
            Direction::Up => &migration.up,
            Direction::Down => migration.down.as_ref().unwrap_or(&migration.up),
        };
        for control in script.controls() {
            self.refuse(RefusalCode::TransactionControl, migration.title(), control.clone());
        }
        match Mode::of(script) {
            Err(problem) => self.refuse(RefusalCode::Mixed, migration.title(), problem),
            Ok(mode) => self.steps.push(PlannedMigration {
                version: entry.map_or(migration.id.as_str(), |entry| &entry.version).to_owned(),
                name: migration.name.clone(),
                title: migration.title(),
                file: script.file().to_owned(),
                action,
                mode,
                statements: u32::try_from(script.steps().len()).unwrap_or(u32::MAX),
                checksum: migration.up.checksum(),
                reversible: migration.down.is_some(),
                lock_timeout_ms: script.options.lock_timeout_ms.unwrap_or(default_lock_timeout_ms),
                statement_timeout_ms: script.options.statement_timeout_ms.unwrap_or(0),
                hooks: Vec::new(),
            }),
        }
    }
}

/// The refusal where what ran is not what the file says now.
fn changed(entry: &LedgerEntry, migration: &Migration) -> Option<Refusal> {
    let message = up::difference(entry, migration)?;
    let help = "put the file back as it was and write a new migration; or accept it with `confiture migrate repair`";
    let problem = FileError::about(migration.up.file(), message).help(help);
    Some(Refusal { code: RefusalCode::Changed, migration: Some(entry_title(entry)), problem })
}

/// The refusal where what ran has no file; none for a baseline, which never had to have one.
pub(super) fn missing(entry: &LedgerEntry) -> Option<Refusal> {
    if entry.checksum.is_empty() && entry.progress == Progress::Applied {
        return None;
    }
    let help = "bring the file back; or take it out of the ledger with `confiture migrate repair`";
    let problem = FileError::about("", "it is applied, and its file is gone").help(help);
    Some(Refusal { code: RefusalCode::Missing, migration: Some(entry_title(entry)), problem })
}

fn entry_title(entry: &LedgerEntry) -> String {
    title(&entry.version, &entry.name)
}

fn counted(count: u32, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests;
