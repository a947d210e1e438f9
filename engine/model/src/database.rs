//! What a plugin may ask a database, and how a database answers.

use crate::BoxFuture;
use serde::{Deserialize, Serialize};
use std::fmt;

/// An error that PostgreSQL reported, carried through unchanged so that the SQLSTATE is not lost.
///
/// `detail` may hold row values: it is shown to whoever sent the statement, and goes to no log or report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[allow(missing_docs)]
pub struct DbError {
    pub sqlstate: String,
    pub message: String,
    pub detail: Option<String>,
    pub hint: Option<String>,
    /// 1-based character position in the SQL text that was sent.
    pub position: Option<u32>,
    /// Where a function or an internal query failed: PostgreSQL's CONTEXT.
    pub context: Option<String>,
}

impl DbError {
    /// Whether `detail` quotes values of a row, as PostgreSQL's does for violated constraints (class 23: the key, or the
    /// whole failing row) and data that does not fit (class 22).
    pub fn quotes_rows(&self) -> bool {
        self.sqlstate.starts_with("22") || self.sqlstate.starts_with("23")
    }

    /// The message without values of rows: of data that does not fit (class 22) it quotes the value itself.
    pub fn shown_message(&self) -> String {
        match self.sqlstate.starts_with("22") {
            true => without_quoted(&self.message, '"'),
            false => self.message.clone(),
        }
    }

    /// Where a function or an internal query failed, without values of rows: a `COPY` names its line and quotes it, and a
    /// statement that a function put together holds them as literals.
    pub fn shown_context(&self) -> Option<String> {
        let line = |line: &str| match line.strip_prefix("COPY ") {
            Some(rest) => format!("COPY {}", rest.split(": \"").next().unwrap_or_default()),
            None => without_quoted(line, '\''),
        };
        self.context.as_deref().map(|context| context.lines().map(line).collect::<Vec<_>>().join("\n"))
    }
}

/// The text with whatever stands between two of these quotes left out; a quote that nobody closes hides the rest.
fn without_quoted(text: &str, quote: char) -> String {
    let mut shown = String::new();
    for (number, part) in text.split(quote).enumerate() {
        if number > 0 {
            shown.push(quote);
        }
        shown.push_str(if number % 2 == 0 { part } else { "…" });
    }
    shown
}

impl fmt::Display for DbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (SQLSTATE {})", self.shown_message(), self.sqlstate)
    }
}

/// One value on its way to or from a plugin. Mirrors `value` of `wit/v0.1/database.wit`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Value {
    Null,
    Boolean(bool),
    /// Within ±(2^53−1); larger ones come and go as [`Value::Other`].
    Integer(i64),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
    /// Any other type, in PostgreSQL's text form.
    Other {
        text: String,
        type_name: String,
    },
}

/// A column of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct ColumnMeta {
    pub name: String,
    pub type_name: String,
}

/// Why a plugin's query was not answered. Mirrors `query-error` of `wit/v0.1/database.wit`.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[allow(missing_docs)]
pub enum QueryError {
    #[error("{0}")]
    Denied(String),
    #[error("{0}")]
    LimitExceeded(String),
    #[error("{0}")]
    Database(DbError),
    #[error("the query took longer than allowed")]
    TimedOut,
}

/// The rows of one query of a plugin, read in batches.
pub trait Rows: Send {
    /// The columns of every row.
    fn columns(&self) -> &[ColumnMeta];
    /// At most `max` further rows; empty at the end.
    ///
    /// # Errors
    /// [`QueryError`], after which the rows are at their end.
    fn next<'a>(&'a mut self, max: u32) -> BoxFuture<'a, Result<Vec<Vec<Value>>, QueryError>>;
}

/// A database as a plugin with a `read` grant may use it: one statement a call, in a READ ONLY transaction, within
/// budgets of time, rows and bytes.
pub trait ReadDatabase: Send + Sync {
    /// Runs one query.
    ///
    /// # Errors
    /// [`QueryError::Denied`] for anything but a query that reads; else what went wrong.
    fn query<'a>(&'a self, sql: &'a str, params: &'a [Value]) -> BoxFuture<'a, Result<Box<dyn Rows>, QueryError>>;
    /// The statements of an SQL text.
    ///
    /// # Errors
    /// [`QueryError::Database`] with a syntax error where the text does not end well.
    fn split(&self, sql: &str) -> Result<Vec<String>, QueryError>;
}

/// What a `read` grant allows, per plugin and run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReadBudget {
    /// Of one statement, in milliseconds.
    pub statement_timeout_ms: u64,
    /// Rows of one query.
    pub rows: u64,
    /// Bytes of one query, as the values are handed to the plugin.
    pub bytes: u64,
}

impl Default for ReadBudget {
    fn default() -> Self {
        Self { statement_timeout_ms: 5_000, rows: 100_000, bytes: 32 << 20 }
    }
}

#[cfg(test)]
mod tests {
    use super::DbError;

    fn error(sqlstate: &str, message: &str, context: &str) -> DbError {
        DbError {
            sqlstate: sqlstate.to_owned(),
            message: message.to_owned(),
            detail: None,
            hint: None,
            position: None,
            context: Some(context.to_owned()),
        }
    }

    #[test]
    fn values_of_rows_are_not_shown() {
        let unfit = error(
            "22P02",
            "invalid input syntax for type integer: \"alice@example.com\"",
            "COPY c, line 2, column a: \"alice\"",
        );
        assert_eq!(unfit.to_string(), "invalid input syntax for type integer: \"…\" (SQLSTATE 22P02)");
        assert_eq!(unfit.shown_context().as_deref(), Some("COPY c, line 2, column a"));
        let dynamic = error(
            "42P01",
            "relation \"t\" does not exist",
            "SQL statement \"insert into t values ('alice', 'it''s')\"\nPL/pgSQL function f() line 3",
        );
        assert_eq!(dynamic.to_string(), "relation \"t\" does not exist (SQLSTATE 42P01)");
        let shown = dynamic.shown_context().unwrap_or_default();
        assert!(
            !shown.contains("alice") && !shown.contains("it") && shown.ends_with("PL/pgSQL function f() line 3"),
            "{shown}"
        );
        let open = error("22001", "value \"alice", "x");
        assert_eq!(open.shown_message(), "value \"…");
    }
}
