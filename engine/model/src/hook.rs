//! Hooks: plugins that run around the DDL of a migration, and what they are given there.
//!
//! Mirrors `wit/v0.1/hooks.wit`. A hook plans steps; the host runs each, times it, retries it and remembers it as done.

use crate::{
    BoxFuture,
    database::{QueryError, ReadDatabase, Value},
    fault::Fault,
    migration::Direction,
    plugin::{DirectoryAccess, PluginInfo},
    rule::OptionInfo,
};
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};

/// When a hook runs, in the order of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    /// All of them, in order.
    pub const ALL: [Self; 7] = [
        Self::BeforeValidation,
        Self::BeforeDdl,
        Self::AfterDdl,
        Self::AfterValidation,
        Self::Cleanup,
        Self::OnError,
        Self::AfterMigration,
    ];

    /// As the configuration writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BeforeValidation => "before_validation",
            Self::BeforeDdl => "before_ddl",
            Self::AfterDdl => "after_ddl",
            Self::AfterValidation => "after_validation",
            Self::Cleanup => "cleanup",
            Self::OnError => "on_error",
            Self::AfterMigration => "after_migration",
        }
    }
}

/// What a hook is told about the migration that it runs in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HookContext {
    /// The migration's name.
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
    pub statistics: serde_json::Value,
    /// For [`Phase::OnError`]: what went wrong.
    pub failure: Option<String>,
}

/// What a plugin says of one of its hooks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HookInfo {
    /// snake_case or kebab-case, unique within the plugin: what `type:` names.
    pub id: String,
    /// One sentence.
    pub summary: String,
    /// Markdown.
    pub documentation: String,
    /// Where it may stand.
    pub phases: Vec<Phase>,
    /// What it takes.
    pub options: Vec<OptionInfo>,
}

impl HookInfo {
    /// Whether it puts rows of a backup in the place of others: one of its options names the directory of a backup to
    /// restore, in the `format` of its JSON Schema. Somebody is asked before such a hook runs.
    pub fn restores(&self) -> bool {
        let formats = self.options.iter().filter_map(|option| option.schema.get("format")?.as_str());
        formats.into_iter().any(|format| format == RESTORE_DIRECTORY)
    }
}

/// The `format` of an option whose value names the directory of a backup to restore.
pub const RESTORE_DIRECTORY: &str = "restore-directory";

/// Where a hook's steps run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Placement {
    /// In the migration's transaction, each behind a savepoint.
    InTransaction,
    /// After the commit, each step in a transaction of its own.
    OwnTransaction,
    /// After the commit, outside any transaction.
    Autocommit,
}

/// Where a hook runs with the options that it has, and whether a dry-run can rehearse it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placing {
    /// Where.
    pub placement: Placement,
    /// Whether it can run in a transaction that is rolled back.
    pub rehearsable: bool,
    /// What the plan is to say of it.
    pub notes: Vec<String>,
}

/// One unit of a hook's work, such as one batch of a backfill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookStep {
    /// What it does, for people.
    pub title: String,
    /// The plugin's own.
    pub arguments: String,
    /// How many rows it is about, where the plugin knows.
    pub estimated_rows: Option<u64>,
    /// Whether it may run beside other parallel steps of its plan, outside the migration's transaction.
    pub parallel: bool,
}

/// What a step did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HookOutcome {
    /// How many rows it changed, as the plugin counts them.
    pub rows_affected: u64,
    /// A JSON object, kept with the migration's record and shown to later hooks.
    pub statistics: serde_json::Value,
    /// For people.
    pub notes: Vec<String>,
    /// Further steps found while running this one; they run next.
    pub next: Vec<HookStep>,
}

/// A database as a hook has it: the connection that its step runs on. With a `read` grant [`HookDatabase::execute`] is
/// denied and the rest reads only. It answers nothing once the step that it was made for has ended.
pub trait HookDatabase: ReadDatabase {
    /// Runs one statement and answers how many rows it changed.
    ///
    /// # Errors
    /// [`QueryError::Denied`] for what no hook may do; else what went wrong.
    fn execute<'a>(&'a self, sql: &'a str, params: &'a [Value]) -> BoxFuture<'a, Result<u64, QueryError>>;
}

/// What one statement of a hook may take, with a `read` grant or with a `write` grant.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct HookBudget {
    /// Of one statement, in milliseconds. The call that it belongs to may be given less.
    pub statement_timeout_ms: u64,
    /// Rows that it may return. How many it changes is not limited.
    pub rows: u64,
    /// Bytes that it may return, as the values are handed to the hook.
    pub bytes: u64,
}

impl Default for HookBudget {
    fn default() -> Self {
        Self { statement_timeout_ms: 300_000, rows: 100_000, bytes: 32 << 20 }
    }
}

/// Is told how far a step has come.
pub trait ProgressSink: Send + Sync {
    /// `done` of `total` of `what`.
    fn report(&self, done: u64, total: Option<u64>, what: &str);
}

/// What one call into a hook is given.
#[derive(Clone)]
pub struct HookPowers {
    /// The database, where one is granted and at hand.
    pub database: Option<Arc<dyn HookDatabase>>,
    /// Where progress goes.
    pub progress: Option<Arc<dyn ProgressSink>>,
    /// How long the call may take.
    pub timeout: Duration,
}

/// One hook, as a migration has it.
#[derive(Clone, Copy, Debug)]
pub struct HookCall<'a> {
    /// Its id.
    pub hook: &'a str,
    /// Its options: a JSON object.
    pub options: &'a str,
    /// The migration.
    pub context: &'a HookContext,
}

/// A directory that an option of a hook names, and what the hook will do with it. The JSON Schema of the option says so
/// in its `format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedDirectory<'a> {
    /// As the option names it: by the project's name, or by its path.
    pub name: &'a str,
    /// Reading or writing.
    pub access: DirectoryAccess,
    /// Whether backups of the database are made into it.
    pub backups: bool,
}

/// A loaded plugin that offers hooks.
pub trait HookPlugin: Send + Sync {
    /// The name that the project uses for it.
    fn name(&self) -> &str;
    /// Who it says it is.
    fn info(&self) -> &PluginInfo;
    /// Its hooks.
    fn hooks(&self) -> &[HookInfo];
    /// Where a hook runs with these options. Pure: asked before anything exists.
    ///
    /// # Errors
    /// A [`Fault`]; options that the hook does not take are [`crate::fault::PluginError::InvalidConfig`].
    fn place<'a>(&'a self, hook: &'a str, options: &'a str) -> BoxFuture<'a, Result<Placing, Fault>>;
    /// Whether the project grants a directory that the options of a hook name, and whether a backup can be made where one
    /// is to be made into it. Asked when a plan is made; each use of the directory is checked by itself again.
    ///
    /// # Errors
    /// A [`Fault`] that is [`crate::fault::PluginError::Denied`] with what the project would have to write, or that says
    /// why no backup can be made.
    fn reach<'a>(&'a self, hook: &'a str, directory: NamedDirectory<'a>) -> BoxFuture<'a, Result<(), Fault>>;
    /// The steps that a hook will take, asked when its phase is reached.
    ///
    /// # Errors
    /// A [`Fault`].
    fn plan<'a>(&'a self, call: HookCall<'a>, powers: HookPowers) -> BoxFuture<'a, Result<Vec<HookStep>, Fault>>;
    /// Runs one step.
    ///
    /// # Errors
    /// A [`Fault`].
    fn run<'a>(
        &'a self,
        call: HookCall<'a>,
        step: &'a HookStep,
        powers: HookPowers,
    ) -> BoxFuture<'a, Result<HookOutcome, Fault>>;
}
