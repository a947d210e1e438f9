//! Why a run ended early. What is printed is for the user's own terminal: PostgreSQL's DETAIL may hold row values. What
//! goes elsewhere is a [`FailureReport`].

use super::HookFailure;
use crate::{
    build::FailedStatement,
    migrate::plan::{Direction, Plan, RefusalCode},
};
use confiture_model::{database::DbError, migration::LockHolder, session::SessionError};
use serde::Serialize;
use std::fmt;

/// Why a run ended early.
#[derive(Clone, Debug, PartialEq)]
pub enum RunFailure {
    /// Another run holds the lock.
    LockBusy {
        /// Who.
        holder: LockHolder,
        /// Milliseconds that we waited.
        waited_ms: u64,
    },
    /// The plan says why nothing may run.
    Refused(Box<Plan>),
    /// The server could not be reached, refused us, or was lost; nothing of the migration that was running stays.
    Connection {
        /// What was being done.
        doing: String,
        /// What happened.
        reason: String,
    },
    /// The ledger could not be read or written, outside of a migration.
    Ledger {
        /// What was being done.
        doing: String,
        /// What PostgreSQL said.
        error: DbError,
    },
    /// A statement failed, and all of its migration was undone.
    Statement(Box<StatementFailure>),
    /// A hook failed, and all of its migration was undone.
    Hook {
        /// Version and name.
        migration: String,
        /// Which, and why.
        failure: Box<HookFailure>,
    },
    /// A migration is committed, and its stages after the commit stopped part-way: the next run goes on.
    StagesStopped {
        /// Version and name.
        migration: String,
        /// Which way it went.
        direction: Direction,
        /// Stages that are done.
        done: usize,
        /// Stages that it has.
        of: usize,
        /// Why.
        cause: Box<RunFailure>,
    },
    /// A migration could not be finished for another reason, and all of it was undone.
    Undone {
        /// Version and name.
        migration: String,
        /// Why.
        reason: String,
        /// What to do.
        help: Option<String>,
    },
    /// A migration outside a transaction stopped part-way: what ran is recorded, and the next run goes on.
    Stopped {
        /// Version and name.
        migration: String,
        /// Statements that are done.
        done: usize,
        /// Statements that it has.
        of: usize,
        /// Why.
        cause: Box<RunFailure>,
    },
    /// Nobody recorded how a statement ended, and the catalog does not tell.
    Uncertain {
        /// Version and name.
        migration: String,
        /// The statement's place in the file.
        place: String,
        /// What it is.
        what: String,
    },
    /// The connection was lost at a commit, and no other could be made to ask what became of it.
    CommitUnknown {
        /// Version and name.
        migration: String,
        /// What happened.
        reason: String,
    },
    /// Ctrl-C.
    Interrupted {
        /// The migration that was running.
        migration: Option<String>,
        /// For one outside a transaction: statements that are done, and how many it has.
        stopped: Option<(usize, usize)>,
    },
}

/// A statement that failed.
#[derive(Clone, Debug, PartialEq)]
pub struct StatementFailure {
    /// Version and name of its migration.
    pub migration: String,
    /// Which statement, from 1.
    pub index: usize,
    /// How many there are.
    pub of: usize,
    /// How often it was tried.
    pub attempts: u32,
    /// The place and PostgreSQL's message.
    pub failed: FailedStatement,
}

/// A failure as data: without DETAIL and CONTEXT, and without a message, where they may hold row values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct FailureReport {
    pub code: &'static str,
    pub exit_code: u8,
    pub message: String,
    pub migration: Option<String>,
    pub file: Option<String>,
    pub line: Option<u32>,
    pub column: Option<u32>,
    pub sqlstate: Option<String>,
    pub hint: Option<String>,
}

impl RunFailure {
    pub(in crate::migrate) fn of_session(doing: &str, error: SessionError) -> Self {
        match error {
            SessionError::Connection(reason) => Self::Connection { doing: doing.to_owned(), reason },
            SessionError::Database(error) => Self::Ledger { doing: doing.to_owned(), error },
        }
    }

    /// The code that a process ends with.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Connection { .. } | Self::Ledger { .. } | Self::CommitUnknown { .. } => 4,
            Self::Hook { failure, .. } if failure.is_fault() => 7,
            Self::Statement(_) | Self::Undone { .. } | Self::Hook { .. } => 5,
            Self::LockBusy { .. } => 6,
            Self::Refused(plan) => refused_code(plan),
            Self::Uncertain { .. } => 8,
            Self::Stopped { .. } | Self::StagesStopped { .. } | Self::Interrupted { stopped: Some(_), .. } => 9,
            Self::Interrupted { stopped: None, .. } => 130,
        }
    }

    /// A word for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::LockBusy { .. } => "lock-busy",
            Self::Refused(_) => "refused",
            Self::Connection { .. } => "connection",
            Self::Ledger { .. } => "ledger",
            Self::Statement(_) => "statement-failed",
            Self::Undone { .. } => "undone",
            Self::Hook { failure, .. } if failure.is_fault() => "hook-fault",
            Self::Hook { .. } => "hook-failed",
            Self::StagesStopped { .. } => "stages-stopped",
            Self::Stopped { .. } => "stopped-part-way",
            Self::Uncertain { .. } => "uncertain",
            Self::CommitUnknown { .. } => "commit-unknown",
            Self::Interrupted { .. } => "interrupted",
        }
    }

    /// The failure as data.
    pub fn report(&self) -> FailureReport {
        let mut report = FailureReport {
            code: self.code(),
            exit_code: self.exit_code(),
            message: self.headline(),
            migration: self.migration().map(str::to_owned),
            file: None,
            line: None,
            column: None,
            sqlstate: None,
            hint: None,
        };
        let error = match self.statement() {
            Some(statement) => {
                let span = &statement.failed.span;
                report.file = Some(span.file.clone());
                (report.line, report.column) = (Some(span.line), Some(span.column));
                Some(&statement.failed.error)
            }
            None => match self {
                Self::Ledger { error, .. } => Some(error),
                _ => None,
            },
        };
        report.sqlstate = error.map(|error| error.sqlstate.clone());
        if let Some(hook) = self.hook() {
            report.sqlstate = hook.sqlstate().map(str::to_owned);
            (report.file, report.line, report.column) = position(&hook.place);
        }
        report.hint = error.and_then(|error| error.hint.clone());
        report
    }

    /// The statement that failed.
    pub fn statement(&self) -> Option<&StatementFailure> {
        match self {
            Self::Statement(statement) => Some(statement),
            Self::Stopped { cause, .. } | Self::StagesStopped { cause, .. } => cause.statement(),
            _ => None,
        }
    }

    /// The hook that failed.
    pub fn hook(&self) -> Option<&HookFailure> {
        match self {
            Self::Hook { failure, .. } => Some(failure),
            Self::Stopped { cause, .. } | Self::StagesStopped { cause, .. } => cause.hook(),
            _ => None,
        }
    }

    /// Whether hooks run because of it: something of a migration failed, and there is a connection to run them on.
    pub(super) fn calls_on_error(&self) -> bool {
        match self {
            Self::Statement(_) | Self::Hook { .. } | Self::Undone { .. } => true,
            Self::Stopped { cause, .. } | Self::StagesStopped { cause, .. } => cause.calls_on_error(),
            _ => false,
        }
    }

    /// Version and name of the migration that it is about.
    pub fn migration(&self) -> Option<&str> {
        match self {
            Self::Statement(statement) => Some(&statement.migration),
            Self::Undone { migration, .. }
            | Self::Hook { migration, .. }
            | Self::StagesStopped { migration, .. }
            | Self::Stopped { migration, .. }
            | Self::Uncertain { migration, .. }
            | Self::CommitUnknown { migration, .. } => Some(migration),
            Self::Interrupted { migration, .. } => migration.as_deref(),
            _ => None,
        }
    }

    /// One line, without places and help.
    fn headline(&self) -> String {
        match self {
            Self::LockBusy { holder, waited_ms } => format!(
                "another run holds the lock: {} (process {}, user {}, from {}, connected {} s ago); waited {:.1} s",
                holder.application,
                holder.pid,
                holder.user,
                holder.host,
                holder.age_seconds,
                *waited_ms as f64 / 1000.0
            ),
            Self::Refused(_) => "nothing was run".to_owned(),
            Self::Connection { doing, reason } => format!("{doing}: {reason}"),
            Self::Ledger { doing, error } => format!("{doing}: {error}"),
            Self::Statement(statement) => format!(
                "{}: statement {} of {} failed: {}",
                statement.migration,
                statement.index,
                statement.of,
                what_failed(&statement.failed.error)
            ),
            Self::Undone { migration, reason, .. } => format!("{migration}: {reason}"),
            Self::Hook { migration, failure } => format!("{migration}: {}", failure.summary()),
            Self::StagesStopped { migration, direction, done, of, .. } => {
                let way = if *direction == Direction::Up { "applied" } else { "undone" };
                format!("{migration} is {way}, and {done} of its {of} stages after the commit are done")
            }
            Self::Stopped { migration, done, of, .. } => {
                format!("{migration} stopped part-way: {done} of its {of} statements are done")
            }
            Self::Uncertain { migration, what, .. } => {
                format!("{migration}: {what} was sent, and nobody recorded how it ended")
            }
            Self::CommitUnknown { migration, reason } => {
                format!(
                    "{migration}: the connection was lost at its commit, and nobody could be asked what became of it: {reason}"
                )
            }
            Self::Interrupted { migration, stopped } => interrupted(migration.as_deref(), *stopped),
        }
    }
}

/// File, line and column of `file:line:column`.
fn position(place: &str) -> (Option<String>, Option<u32>, Option<u32>) {
    let mut parts = place.rsplitn(3, ':');
    let (column, line) =
        (parts.next().and_then(|text| text.parse().ok()), parts.next().and_then(|text| text.parse().ok()));
    (parts.next().map(str::to_owned), line, column)
}

/// PostgreSQL's message, where it names nothing but objects and keys: those of data that does not fit (class 22) and of
/// functions' own errors (`RAISE`) may quote a row, and only their SQLSTATE is told.
fn what_failed(error: &DbError) -> String {
    const NAMES_ONLY: [&str; 13] = ["0A", "23", "25", "2B", "34", "3D", "3F", "40", "42", "53", "54", "55", "57"];
    let names_only = error.sqlstate.get(..2).is_some_and(|class| NAMES_ONLY.contains(&class));
    if names_only { error.to_string() } else { format!("SQLSTATE {}", error.sqlstate) }
}

/// A hook that cannot be used is a mistake of the configuration; one that its plugin may not run is the plugin's.
fn refused_code(plan: &Plan) -> u8 {
    let is = |code: RefusalCode| plan.refusals.iter().all(|refusal| refusal.code == code) && !plan.refusals.is_empty();
    match () {
        () if is(RefusalCode::Hooks) => 3,
        () if is(RefusalCode::HookFault) => 7,
        () => 8,
    }
}

fn interrupted(migration: Option<&str>, stopped: Option<(usize, usize)>) -> String {
    match (migration, stopped) {
        (None, None) => "interrupted: nothing was run".to_owned(),
        (None, Some(_)) => "interrupted".to_owned(),
        (Some(migration), None) => format!("interrupted: {migration} was rolled back"),
        (Some(migration), Some((done, of))) => {
            format!("interrupted: {migration} stopped part-way, {done} of its {of} statements are done")
        }
    }
}

impl std::error::Error for RunFailure {}

impl fmt::Display for RunFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(plan) => {
                for (index, refusal) in plan.refusals.iter().enumerate() {
                    let title = refusal.migration.as_deref().map(|title| format!("{title}: ")).unwrap_or_default();
                    write!(f, "{}{title}{}", if index == 0 { "" } else { "\n" }, refusal.problem)?;
                }
                return Ok(());
            }
            Self::Statement(statement) => return statement.fmt(f),
            Self::Hook { migration, failure } => {
                write!(f, "{migration}: {failure}")?;
            }
            Self::Stopped { cause, .. } | Self::StagesStopped { cause, .. } => {
                write!(f, "{cause}\n{}", self.headline())?;
            }
            _ => f.write_str(&self.headline())?,
        }
        match self.help() {
            Some(help) => write!(f, "\nhelp: {help}"),
            None => Ok(()),
        }
    }
}

impl RunFailure {
    fn help(&self) -> Option<String> {
        match self {
            Self::LockBusy { .. } => Some("wait for it longer with --lock-wait 10min".to_owned()),
            Self::Undone { help, .. } => help.clone(),
            Self::StagesStopped { direction: Direction::Up, migration, .. } => Some(format!(
                "run `confiture migrate up` again to go on at the first step that is not done; `confiture migrate down` undoes \
                 {migration}"
            )),
            Self::StagesStopped { .. } => {
                Some("run `confiture migrate down` again to go on at the first step that is not done".to_owned())
            }
            Self::Stopped { .. } | Self::Interrupted { migration: Some(_), stopped: Some(_) } => Some(
                "what ran is recorded: run again to go on, after mending the statement if it was at fault".to_owned(),
            ),
            Self::Uncertain { place, .. } => Some(format!(
                "look whether the statement at {place} took effect, then say so with `confiture migrate repair`"
            )),
            Self::CommitUnknown { .. } => {
                Some("`confiture migrate status` tells once the server answers; to run again is safe".to_owned())
            }
            _ => None,
        }
    }
}

impl fmt::Display for StatementFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.failed)?;
        if self.attempts > 1 {
            write!(f, "\ntried {} times", self.attempts)?;
        }
        match help_for(&self.failed.error.sqlstate) {
            Some(help) => write!(f, "\nhelp: {help}"),
            None => Ok(()),
        }
    }
}

/// What to do about some of PostgreSQL's errors ("PostgreSQL Error Codes", appendix A of its manual).
fn help_for(sqlstate: &str) -> Option<&'static str> {
    Some(match sqlstate {
        // active_sql_transaction
        "25001" => "write `-- confiture: transaction = false` in the first line of the migration",
        // read_only_sql_transaction
        "25006" => "the server or the session is read-only: name the primary",
        // lock_not_available
        "55P03" => {
            "another session holds the lock: try when it is idle, or wait longer with `-- confiture: lock_timeout = 10s` in \
             the first line of the migration"
        }
        // unsafe_new_enum_value_usage
        "55P04" => "put what uses the new value into a later migration: it can be used once it is committed",
        // disk_full
        "53100" => "make room on the server's disk, then run again",
        // insufficient_privilege
        "42501" => "run as the owner of the object, or as a role that may",
        _ => return None,
    })
}
