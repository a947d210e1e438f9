//! Migrations: what the ledger of a database holds, and the connection on which a run works.
//!
//! The ledger lives in schema `confiture` of the database that it describes: `migration` (what is applied now), `event`
//! (append-only: what happened) and `snapshot` (schemas, by the hash of their content). Its rows are written in the
//! migration's own transaction, so that they cannot disagree with the database.

use crate::{
    BoxFuture,
    facts::TableFacts,
    hook::{HookDatabase, HookStep},
    plugin::DatabaseAccess,
    session::SessionError,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Which way a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Direction {
    Up,
    Down,
}

/// How far a migration has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Progress {
    /// All of it.
    Applied,
    /// Committed, with work after the commit still to do: the number of stages done.
    StagesPending {
        /// Stages that are done.
        done: u32,
    },
    /// A migration outside a transaction that stopped part-way: its first `done` statements ran. `started` says that
    /// the next one was sent, and nobody has recorded how it ended.
    Partial {
        /// Statements that are done.
        done: u32,
        /// Whether the statement after them was sent.
        started: bool,
    },
    /// A migration whose way down, outside a transaction, stopped part-way: as `Partial`, of the statements that undo it.
    Undoing {
        /// Statements that are done.
        done: u32,
        /// Whether the statement after them was sent.
        started: bool,
    },
    /// Undone, with work after the commit still to do: the number of stages done. Its entry goes when all are.
    UndoneStagesPending {
        /// Stages that are done.
        done: u32,
    },
}

/// How far a step of a hook has come that the ledger remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepState {
    /// It is to be run.
    Planned,
    /// It was sent outside of a transaction, and nobody has recorded how it ended.
    Sent,
    /// It is done.
    Done,
}

/// A step of a hook that the ledger remembers, so that a later run goes on behind it: the steps of stages after the
/// commit, and the hooks of a migration outside a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredStep {
    /// Which hook of its migration: a word of ours.
    pub hook: String,
    /// Its place among the hook's steps: `3`, or `3.1` for one that step 3 found; empty for the hook as a whole.
    pub path: String,
    /// What it is. Its arguments may hold keys of rows: they go nowhere but to the hook.
    pub step: HookStep,
    /// How far it has come.
    pub state: StepState,
    /// How many rows it changed, once it is done.
    pub rows: u64,
}

/// A row of `confiture.migration`: a migration that is applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// The version's digits, without dashes; `R__name` for a repeatable one.
    pub version: String,
    /// What stands behind the version in the file's name.
    pub name: String,
    /// SHA-256 of the script as its statements, in hexadecimal; empty for a baseline without files. While it is
    /// [`Progress::Partial`], of the statements that are done and of the one that was sent: what failed may be mended.
    pub checksum: String,
    /// How far it has come.
    pub progress: Progress,
    /// When it was applied, RFC 3339, by the server's clock; empty in an entry to record: now.
    pub applied_at: String,
    /// `user@host` of the client, and the database role; empty in an entry to record: us.
    pub applied_by: String,
    /// Milliseconds, from the first hook to the commit.
    pub duration_ms: u64,
    /// The content address of the schema after it, where one was taken.
    pub snapshot: Option<String>,
    /// How it came into the ledger: `run`, `baseline` or `adopted:flyway`.
    pub origin: String,
}

/// What happened: a row of `confiture.event`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// `applied`, `rolled-back`, `failed`, `resumed`, `baselined`, `repaired`, `adopted`, ...
    pub kind: String,
    /// The migration; none for an event of the whole ledger.
    pub version: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// The run that it belongs to: a UUID made by the client, which also tells after a lost connection whether a commit
    /// arrived.
    pub run: String,
    /// Milliseconds.
    pub duration_ms: Option<u64>,
    /// Statistics, the SQLSTATE of a failure, statement numbers: a JSON object that holds no row values.
    pub details: serde_json::Value,
}

/// An event as the ledger holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordedEvent {
    /// Grows with every event.
    pub id: i64,
    /// When it was written, RFC 3339, by the server's clock.
    pub at: String,
    /// `user@host` of the client, and the database role.
    pub by: String,
    /// What happened.
    pub event: Event,
}

/// What the ledger is to say of a migration that is done.
#[derive(Clone, Copy, Debug)]
pub enum LedgerWrite<'a> {
    /// It is applied: its entry, in place of one of the same version.
    Record(&'a LedgerEntry),
    /// It is undone: the version whose entry is taken out.
    Remove(&'a str),
}

/// The ledger of another tool, found in the same database: what `migrate adopt` takes over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ForeignLedger {
    /// `flyway`, `sqlx`, `diesel`, `golang-migrate` or `dbmate`.
    pub tool: String,
    /// Its table, quoted where needed: `public.flyway_schema_history`.
    pub table: String,
    /// What it says is applied, by version; `origin` is `adopted:` and the tool, checksums are empty.
    pub entries: Vec<LedgerEntry>,
    /// For a tool that keeps only the newest version (golang-migrate): every migration up to this one is applied.
    pub through: Option<String>,
    /// Why it cannot be taken over as it stands, one sentence each: a failed migration, a version that we cannot order.
    pub problems: Vec<String>,
}

/// Which database a connection leads to, whatever it is called there: a plan that was approved for one is not run on
/// another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseIdentity {
    /// `system_identifier` of the server's cluster, which its standbys share; `not visible` to a role that may not ask.
    pub server: String,
    /// The database's name.
    pub database: String,
    /// Its OID: another one after it was dropped and made again.
    pub oid: u32,
}

/// Who holds the run lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LockHolder {
    /// Its backend.
    pub pid: i32,
    /// Its database role.
    pub user: String,
    /// Its address; `local` for a unix socket.
    pub host: String,
    /// Its `application_name`.
    pub application: String,
    /// Seconds since it connected.
    pub age_seconds: u64,
}

/// What a call of a hook on the connection of a migration stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Footing {
    /// The transaction that is open, behind a savepoint of the call's own.
    Savepoint,
    /// The transaction that is open: a call that fails is undone with all of it.
    Transaction,
    /// No transaction.
    Outside,
}

/// The connection of a migration, lent to a hook. Dropping it closes it: whatever the hook still holds of it answers that
/// it is closed.
pub struct Loan {
    /// What the hook is given.
    pub database: Arc<dyn HookDatabase>,
    /// Closes `database` when it is dropped.
    pub guard: Box<dyn Send>,
}

/// The connection on which a run works.
///
/// Dropping it without a commit leaves what the server then does: a rollback.
pub trait MigrationConnection: Send {
    /// Refuses what no run can work on, each with its reason: a standby, a transaction pooler between us and the server,
    /// a ledger that is newer than this program, missing rights. Makes or upgrades the ledger, in one transaction.
    fn prepare<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>>;
    /// Which database this is.
    fn identity<'a>(&'a mut self) -> BoxFuture<'a, Result<DatabaseIdentity, SessionError>>;
    /// What is applied, in no particular order. Makes nothing: a database without a ledger has no entries.
    fn entries<'a>(&'a mut self) -> BoxFuture<'a, Result<Vec<LedgerEntry>, SessionError>>;
    /// Events, newest first.
    fn events<'a>(&'a mut self, limit: u32) -> BoxFuture<'a, Result<Vec<RecordedEvent>, SessionError>>;
    /// The ledgers of other tools in this database. Changes nothing.
    fn foreign_ledgers<'a>(&'a mut self) -> BoxFuture<'a, Result<Vec<ForeignLedger>, SessionError>>;
    /// Runs one statement by the simple protocol, as the user wrote it, and answers how many rows it changed.
    /// Dropping the future cancels the statement on the server.
    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<u64, SessionError>>;
    /// Runs `COPY … FROM stdin` with its data. After one that failed the session may be a new one: whatever transaction
    /// was open is then rolled back, and [`MigrationConnection::in_transaction`] says so.
    fn copy_in<'a>(&'a mut self, sql: &'a str, data: &'a str) -> BoxFuture<'a, Result<u64, SessionError>>;
    /// Begins a transaction with this `lock_timeout` and `statement_timeout` (0: none), both local to it.
    fn begin<'a>(
        &'a mut self,
        lock_timeout_ms: u64,
        statement_timeout_ms: u64,
    ) -> BoxFuture<'a, Result<(), SessionError>>;
    /// Commits. A transaction that is aborted, or that a script has ended, is an error (SQLSTATE 25P02, 25P01). An error
    /// that is [`SessionError::Connection`] says nothing about the outcome: ask
    /// [`MigrationConnection::outcome_of`] on a new connection.
    fn commit<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>>;
    /// Rolls back, whatever state the transaction is in.
    fn rollback<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>>;
    /// Whether the server is inside a transaction block (a user's script may have ended ours).
    fn in_transaction<'a>(&'a mut self) -> BoxFuture<'a, Result<bool, SessionError>>;
    /// Writes an entry, in place of one of the same version, in the transaction that is open, or in one of its own. With
    /// one that is [`Progress::Applied`] its stored steps are forgotten.
    fn record<'a>(&'a mut self, entry: &'a LedgerEntry, event: &'a Event) -> BoxFuture<'a, Result<(), SessionError>>;
    /// Takes an entry out, as [`MigrationConnection::record`] puts it in, and its stored steps with it.
    fn remove<'a>(&'a mut self, version: &'a str, event: &'a Event) -> BoxFuture<'a, Result<(), SessionError>>;
    /// Ends the work of a migration in the transaction that is open, in as few messages as can be: puts the session back
    /// as [`MigrationConnection::reset`] does, and writes to the ledger. Answers whether the run lock is still held, which
    /// is asked meanwhile. Where no transaction is open any more, it is an error (SQLSTATE 25P01) and nothing is written.
    fn conclude<'a>(
        &'a mut self,
        write: LedgerWrite<'a>,
        event: &'a Event,
    ) -> BoxFuture<'a, Result<bool, SessionError>>;
    /// The steps that are stored for a migration, in no particular order.
    fn stored_steps<'a>(&'a mut self, version: &'a str) -> BoxFuture<'a, Result<Vec<StoredStep>, SessionError>>;
    /// Stores steps of a migration that has an entry, each in place of one of the same hook and path, in the transaction
    /// that is open, or in one of its own. It holds up nobody who does the same for other steps.
    fn store_steps<'a>(
        &'a mut self,
        version: &'a str,
        steps: &'a [StoredStep],
    ) -> BoxFuture<'a, Result<(), SessionError>>;
    /// Takes a stored step for the transaction that is open, and answers how far it has come; none where it is not
    /// stored. Waits for another transaction that has taken it: a server may still be committing for a client that is
    /// gone.
    fn claim_step<'a>(
        &'a mut self,
        version: &'a str,
        hook: &'a str,
        path: &'a str,
    ) -> BoxFuture<'a, Result<Option<StepState>, SessionError>>;
    /// Writes an event alone.
    fn note<'a>(&'a mut self, event: &'a Event) -> BoxFuture<'a, Result<(), SessionError>>;
    /// Reads the schema and stores it by its content, in the transaction that is open; answers its address.
    fn store_snapshot<'a>(&'a mut self) -> BoxFuture<'a, Result<String, SessionError>>;
    /// A stored snapshot.
    fn load_snapshot<'a>(
        &'a mut self,
        address: &'a str,
    ) -> BoxFuture<'a, Result<Option<crate::schema::Snapshot>, SessionError>>;
    /// The schema as it is now, and as the ledger's snapshots hold it: without statistics.
    fn current_snapshot<'a>(&'a mut self) -> BoxFuture<'a, Result<crate::schema::Snapshot, SessionError>>;
    /// Whether the events of a run hold one of this kind for this version: what became of a commit. Waits until the
    /// transaction that wrote it has ended: a server may still be committing for a client that is gone.
    fn outcome_of<'a>(
        &'a mut self,
        run: &'a str,
        version: &'a str,
        kind: &'a str,
    ) -> BoxFuture<'a, Result<bool, SessionError>>;
    /// The tables that the open transaction has locked, with their sizes now; none outside a transaction.
    fn locked_tables<'a>(&'a mut self) -> BoxFuture<'a, Result<Vec<TableFacts>, SessionError>>;
    /// Indexes of this name that a failed CONCURRENTLY left INVALID, and those that are there and valid: `Some(valid)`.
    fn index_state<'a>(
        &'a mut self,
        schema: Option<&'a str>,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Option<bool>, SessionError>>;
    /// Takes the run lock if it is free, on a connection of its own that is outside any transaction; else its holder.
    fn try_lock<'a>(&'a mut self) -> BoxFuture<'a, Result<Result<(), LockHolder>, SessionError>>;
    /// Whether the run lock is still held: asked before every commit.
    fn lock_is_held<'a>(&'a mut self) -> BoxFuture<'a, Result<bool, SessionError>>;
    /// Lets the run lock go.
    fn unlock<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>>;
    /// Puts role, search_path and timeouts back to what they were when the connection was made.
    fn reset<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>>;
    /// Looks at what is done on this connection, for a dry-run; none where it cannot.
    fn watch(&mut self) -> Option<&mut dyn crate::rehearsal::Watch> {
        None
    }
    /// Sets a savepoint in the transaction that is open. Savepoints nest.
    fn savepoint<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>>;
    /// Lets the newest savepoint go and keeps what was done behind it.
    fn release<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>>;
    /// Undoes what was done behind the newest savepoint, and lets it go; also where a statement failed.
    fn undo_to_savepoint<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>>;
    /// Sets `lock_timeout` of the transaction that is open, or of the session outside one; 0: none.
    fn set_lock_timeout<'a>(&'a mut self, milliseconds: u64) -> BoxFuture<'a, Result<(), SessionError>>;
    /// This connection, for one call of a hook. Nothing is sent before the hook uses it: only then the savepoint is set and
    /// it is noted how the session stands. It is closed, for good, with the guard that is answered; the connection is used
    /// for nothing else before, and then it is taken back. A hook of a plugin that never asked for more than reading
    /// (`only_reads`) takes on the reader's role meanwhile, where the connection is of somebody whom READ ONLY does not
    /// contain; without such a role its calls fail, and taking back says why (SQLSTATE 42501).
    fn lend<'a>(
        &'a mut self,
        access: DatabaseAccess,
        only_reads: bool,
        footing: Footing,
    ) -> BoxFuture<'a, Result<Loan, SessionError>>;
    /// Takes back what was lent: keeps what the hook did behind its savepoint, or undoes it. Answers what the hook left
    /// otherwise than it found it (current_user, role, search_path, timeouts, the transaction, the ledger), by name; the
    /// settings among it are put back. Where the hook made no call nothing is sent. An error of the database says that
    /// what was done cannot be kept (SQLSTATE 25P02), and it may be undone yet, or why the hook could not begin.
    fn take_back<'a>(&'a mut self, keep: bool) -> BoxFuture<'a, Result<Vec<String>, SessionError>>;
}

/// Makes connections for a run: a second one after the first was lost.
pub trait MigrationConnector: Send + Sync {
    /// Connects.
    ///
    /// # Errors
    /// [`SessionError::Connection`].
    fn connect<'a>(&'a self) -> BoxFuture<'a, Result<Box<dyn MigrationConnection>, SessionError>>;
}
