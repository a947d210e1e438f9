//! A hook as a plan says it.

use crate::config::{Secret, hooks::Level};
use confiture_model::hook::Phase;
use serde::{Deserialize, Serialize};

/// A hook that would run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlannedHook {
    /// What it is known by among the hooks of its migration: what the ledger remembers of it stays its own when others
    /// are added.
    pub key: String,
    /// When it runs.
    pub phase: Phase,
    /// Where it is written.
    pub level: Level,
    /// The project's name of the plugin that offers it.
    pub plugin: String,
    /// Its name there.
    pub hook: String,
    /// What it is for, in the user's words.
    pub description: Option<String>,
    /// Where it is written: `file:line:column`.
    pub place: String,
    /// Where it runs.
    pub runs: Runs,
    /// CEL: whether it runs.
    pub condition: Option<String>,
    /// How long one step may take: milliseconds.
    pub timeout_ms: u64,
    /// How often a step is tried.
    pub tries: u32,
    /// How many steps run at a time, where its plan allows it.
    pub workers: u32,
    /// Whether a dry-run can run it.
    pub rehearsable: bool,
    /// Whether it puts rows of a backup in the place of others: somebody is asked before it runs.
    pub restores: bool,
    /// What is worth knowing.
    pub notes: Vec<String>,
    /// SHA-256 of everything about it that decides what it does.
    pub checksum: String,
    /// A JSON object; what it holds may come from the environment, and is not shown.
    #[serde(skip)]
    pub(in crate::migrate) options: Secret,
}

/// Where a hook runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Runs {
    /// Before the migration's transaction begins; the database only reads.
    BeforeBegin,
    /// In the migration's transaction, each step behind a savepoint.
    InTransaction,
    /// Of a migration outside a transaction: in a transaction of its own, before or behind its statements.
    OwnTransaction,
    /// A stage after the commit, each step in a transaction of its own.
    AfterCommit,
    /// A stage after the commit, outside any transaction.
    AfterCommitOutside,
    /// When the migration failed: behind the rollback, in a transaction of its own.
    OnError,
}

impl Runs {
    /// Whether it is a stage: recorded step by step after the commit, and resumable.
    pub fn is_stage(self) -> bool {
        matches!(self, Self::AfterCommit | Self::AfterCommitOutside)
    }

    /// Whether it still has a turn once the migration is committed.
    pub fn is_left_after_commit(self) -> bool {
        self.is_stage() || self == Self::OnError
    }

    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Self::BeforeBegin => "before the transaction, reading only",
            Self::InTransaction => "in the transaction",
            Self::OwnTransaction => "in a transaction of its own",
            Self::AfterCommit => "after the commit",
            Self::AfterCommitOutside => "after the commit, outside of transactions",
            Self::OnError => "after a rollback",
        }
    }
}

impl PlannedHook {
    /// Its description, else its name.
    pub fn title(&self) -> &str {
        self.description.as_deref().unwrap_or(&self.hook)
    }
}
