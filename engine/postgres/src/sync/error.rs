//! Why a run of sync ended early: where, about which table, what to do. No text of it holds a row's value.

use crate::connect::ConnectError;
use confiture_model::{fault::Fault, migration::LockHolder, session::SessionError, sync::Name};
use std::fmt;
use tokio_postgres::error::Severity;

/// One of the two databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Where rows come from.
    Source,
    /// Where they go.
    Target,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Source => "the source",
            Self::Target => "the target",
        })
    }
}

/// What PostgreSQL reported, without what may quote a value: its detail and context never, its message only where errors
/// of that class speak of names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Five characters.
    pub sqlstate: String,
    /// Its words, or ours in place of them.
    pub message: String,
    /// The constraint that was violated.
    pub constraint: Option<String>,
    /// The column that it is about, where PostgreSQL names it.
    pub column: Option<String>,
}

/// How a run ended early, as the exit code tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// A database could not be reached, or refused us (4).
    Database,
    /// It failed, and the target is as it was (5).
    Undone,
    /// Another run is at work on the target (6).
    Locked,
    /// A plugin broke, and the target is as it was (7).
    Plugin,
    /// It was refused before anything was touched (8).
    Refused,
    /// Chunks that are done are kept; run again to go on (9).
    Partly,
    /// It was asked to stop, and the target is as it was (130).
    Interrupted,
}

/// Why a run ended early.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SyncError {
    /// There is no connection.
    #[error("{end}: {why}")]
    Connect {
        /// To which database.
        end: End,
        /// Every attempt.
        why: String,
    },
    /// PostgreSQL said no.
    #[error("{}", told(*.end, .doing, .said))]
    Said {
        /// Which database.
        end: End,
        /// What was being done, and to which table.
        doing: String,
        /// What it said.
        said: Said,
    },
    /// The connection ended, or the server did.
    #[error("the connection to {end} was lost while {doing}: {why}\n  -> see the server's log, and run again")]
    Lost {
        /// To which database.
        end: End,
        /// What was being done.
        doing: String,
        /// How.
        why: String,
    },
    /// A strategy broke.
    #[error("{}{}: {fault}\n  -> no row of this table was passed on unmasked; mend the strategy or its options, and run again", name(.table), .column.as_ref().map(|column| format!(".{column}")).unwrap_or_default())]
    Fault {
        /// The table.
        table: Name,
        /// The column; none where all of the table's strategies were being opened.
        column: Option<String>,
        /// What happened.
        fault: Fault,
    },
    /// A masked value cannot stand in its column, or what came from the source cannot be given to a strategy.
    #[error("{}.{column}: {why}", name(.table))]
    Value {
        /// The table.
        table: Name,
        /// The column.
        column: String,
        /// Why not, without the value.
        why: String,
    },
    /// It cannot be done as things stand; nothing was changed.
    #[error("{0}")]
    Refused(String),
    /// Another run holds the target.
    #[error("another run is at work on the target: pid {}, user {}, host {}, {}, connected {} s ago", .0.pid, .0.user, .0.host, .0.application, .0.age_seconds)]
    Locked(LockHolder),
    /// The run was asked to stop.
    #[error("interrupted")]
    Stopped,
    /// A part is done and kept.
    #[error("{0}")]
    Partly(Box<Partly>),
    /// What cannot be: the source changed its form while it was read, a thread ended without a word.
    #[error("{0}")]
    Broken(String),
}

/// What is done of a run that ended early, and kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Partly {
    /// Chunks that are done.
    pub done: u64,
    /// All of them.
    pub of: u64,
    /// The schema of the target that holds their rows.
    pub schema: String,
    /// Whether a session holds the run's snapshot; else a new one shows the same, until something is written at the source.
    pub held: bool,
    /// Why it ended.
    pub cause: SyncError,
}

impl fmt::Display for Partly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { done, of, schema, held, cause } = self;
        let how_long = if *held { "a worker holds the snapshot" } else { "nothing is written at the source" };
        write!(
            f,
            "{cause}\n{done} of {of} chunks are done and kept, masked, in schema {schema} of the target, into which nobody \
             else may look; its tables are as they were\n  -> run the same again to go on, as long as {how_long}; with \
             --restart to clear it away and begin anew"
        )
    }
}

impl SyncError {
    /// How it ended.
    pub fn ending(&self) -> Ending {
        match self {
            Self::Connect { .. } => Ending::Database,
            Self::Said { said, .. } if matches!(&said.sqlstate[..], "42501" | "25006") => Ending::Database,
            Self::Said { .. } | Self::Lost { .. } | Self::Value { .. } | Self::Broken(_) => Ending::Undone,
            Self::Fault { .. } => Ending::Plugin,
            Self::Refused(_) => Ending::Refused,
            Self::Locked(_) => Ending::Locked,
            Self::Stopped => Ending::Interrupted,
            Self::Partly(partly) => match partly.cause.ending() {
                ending @ (Ending::Plugin | Ending::Interrupted) => ending,
                _ => Ending::Partly,
            },
        }
    }

    pub(super) fn connect(end: End, error: &ConnectError) -> Self {
        Self::Connect { end, why: error.to_string() }
    }

    /// What the driver reported while `doing`: `copying into a.b`.
    pub(super) fn of(end: End, doing: impl Into<String>, error: &tokio_postgres::Error) -> Self {
        let doing = doing.into();
        let Some(db) = error.as_db_error() else {
            return Self::Lost { end, doing, why: error.to_string() };
        };
        if matches!(db.parsed_severity(), Some(Severity::Fatal | Severity::Panic)) {
            return Self::Lost { end, doing, why: db.message().to_owned() };
        }
        let sqlstate = db.code().code();
        let said = Said {
            sqlstate: sqlstate.to_owned(),
            message: message(sqlstate, db.message()),
            constraint: db.constraint().map(str::to_owned),
            column: db.column().map(str::to_owned).or_else(|| db.where_().and_then(column_of)),
        };
        Self::Said { end, doing, said }
    }

    /// What the ledger's connection reported.
    pub(super) fn session(end: End, doing: &str, error: SessionError) -> Self {
        match error {
            SessionError::Connection(why) => Self::Connect { end, why },
            SessionError::Database(error) => {
                let said = Said {
                    message: message(&error.sqlstate, &error.message),
                    sqlstate: error.sqlstate,
                    constraint: None,
                    column: None,
                };
                Self::Said { end, doing: doing.to_owned(), said }
            }
        }
    }

    /// Whether it is the connection that failed, so that what became of a commit is not known.
    pub(super) fn is_lost(&self) -> bool {
        matches!(self, Self::Lost { .. } | Self::Connect { .. })
    }
}

/// Its words, where the class is one whose messages name objects and not values: what functions and triggers raise, and
/// errors about data, may quote rows.
fn message(sqlstate: &str, message: &str) -> String {
    let class = sqlstate.get(..2).unwrap_or_default();
    const SPEAKING: [&str; 19] = [
        "08", "0A", "25", "26", "28", "2B", "3B", "3D", "3F", "40", "42", "53", "54", "55", "57", "58", "72", "F0",
        "XX",
    ];
    if SPEAKING.contains(&class) {
        return message.to_owned();
    }
    match sqlstate {
        "23502" => "a row has no value for a column that must have one",
        "23503" => "a row refers to one that is not there",
        "23505" => "two rows have the same key",
        "23514" => "a row does not meet a check",
        "23P01" => "two rows exclude each other",
        "22001" => "a value is too long for its column",
        "22021" | "22P05" => "a text cannot stand in the target's encoding",
        _ if class == "22" => "a value is not one of its column's type",
        _ => "it refused a row, in words that may quote it and are left out",
    }
    .to_owned()
}

/// The column of `COPY name, line 3, column name: "value"`, where the server speaks English.
fn column_of(context: &str) -> Option<String> {
    let line = context.lines().find(|line| line.starts_with("COPY "))?;
    let (before, rest) = line.split_once(", column ")?;
    // What stands before is a table's name and a number: a quoted value comes behind.
    if before.contains('"') {
        return None;
    }
    let name = rest.split_once(": ").map_or(rest, |(name, _)| name);
    (!name.is_empty()).then(|| name.to_owned())
}

fn told(end: End, doing: &str, said: &Said) -> String {
    let mut text = format!("{end}, while {doing}: {} (SQLSTATE {})", said.message, said.sqlstate);
    if let Some(column) = &said.column {
        text.push_str(&format!("; column {column}"));
    }
    if let Some(constraint) = &said.constraint {
        text.push_str(&format!("; constraint {constraint}"));
    }
    if let Some(advice) = advice(end, &said.sqlstate) {
        text.push_str(&format!("\n  -> {advice}"));
    }
    text
}

fn advice(end: End, sqlstate: &str) -> Option<&'static str> {
    Some(match (sqlstate, end) {
        ("55P03", _) => "another session holds the table: find it in pg_stat_activity, end it or wait, and run again",
        ("53100", End::Target) => {
            "the target's disk is full: nothing of this transaction stays; make room, and run again"
        }
        ("53100", End::Source) => "the source's disk is full: make room, and run again",
        ("23503", End::Target) => {
            "the rows that it refers to are not copied: copy their table too, or a whole part with --subset"
        }
        ("23505", End::Target) => {
            "where the column is masked, its strategy gives two rows one value: use an injective one"
        }
        ("42501", End::Source) => "sync reads as this role: GRANT SELECT, or BYPASSRLS where policies hide rows",
        ("42501", End::Target) => "sync writes as this role, which has to own the tables it empties",
        _ => return None,
    })
}

pub(super) fn name(table: &Name) -> String {
    format!("{}.{}", table.schema, table.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_gives_its_column_and_no_value() {
        assert_eq!(column_of("COPY t, line 3, column mail: \"x, column y\""), Some("mail".to_owned()));
        assert_eq!(column_of("COPY t, line 3, column mail"), Some("mail".to_owned()));
        assert_eq!(column_of("COPY t, line 3: \"secret, column y: z\""), None);
        assert_eq!(column_of("SQL statement"), None);
    }

    #[test]
    fn words_about_data_are_ours() {
        assert!(!message("22P02", "invalid input syntax: \"secret\"").contains("secret"));
        assert!(!message("P0001", "secret").contains("secret"));
        assert!(message("42P01", "relation \"a\" does not exist").contains("\"a\""));
    }
}
