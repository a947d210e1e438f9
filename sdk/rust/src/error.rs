//! Why a rule or a hook could not do its work. Shown to the user as it is.

use std::fmt;

/// An error that PostgreSQL reported.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct DbError {
    pub sqlstate: String,
    pub message: String,
    pub detail: Option<String>,
    pub hint: Option<String>,
    /// 1-based character position in the SQL text that was sent.
    pub position: Option<u32>,
}

/// Why a rule or a hook could not do its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// An option is wrong.
    InvalidConfig {
        /// The JSON pointer of the value within the options: `/pattern`.
        pointer: String,
        /// What would have been right.
        expected: String,
    },
    /// The project did not grant something: what, and the line of configuration that would.
    Denied(String),
    /// The database said no.
    Database(DbError),
    /// A query took longer than the grant allows.
    TimedOut,
    /// More rows, bytes or steps than the grant allows.
    LimitExceeded(String),
    /// A check that the plugin exists for did not hold.
    CheckFailed(String),
    /// Anything else.
    Failed(String),
}

impl Error {
    /// An option that deserializes but makes no sense: `Error::option("/limit", "a number above 0")`.
    pub fn option(pointer: impl Into<String>, expected: impl Into<String>) -> Self {
        Self::InvalidConfig { pointer: pointer.into(), expected: expected.into() }
    }

    /// Anything that has no kind of its own, in one sentence.
    pub fn failed(message: impl fmt::Display) -> Self {
        Self::Failed(message.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidConfig { pointer, expected } => write!(f, "option `{pointer}`: expected {expected}"),
            Self::Denied(what) => write!(f, "denied: {what}"),
            Self::Database(error) => write!(f, "the database said: {} (SQLSTATE {})", error.message, error.sqlstate),
            Self::TimedOut => f.write_str("a query took longer than the grant allows"),
            Self::LimitExceeded(what) => write!(f, "over a limit: {what}"),
            Self::CheckFailed(what) => write!(f, "a check did not hold: {what}"),
            Self::Failed(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Error {}
