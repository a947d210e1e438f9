//! Why there is no connection: what was tried, why it failed, what to do.

use std::fmt;

/// Why a connection could not be made. No form of it holds a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// A parameter of the connection is wrong; nothing was tried.
    #[error("{problem}\n  -> {advice}")]
    Parameter {
        /// Which parameter, from where, and what is wrong with it.
        problem: String,
        /// What to write instead.
        advice: String,
    },
    /// No server could be used.
    #[error("{0}")]
    Failed(Failed),
}

impl ConnectError {
    pub(crate) fn parameter(problem: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::Parameter { problem: problem.into(), advice: advice.into() }
    }

    /// The reason that decided: of the last attempt. `None` where a parameter was wrong.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Parameter { .. } => None,
            Self::Failed(failed) => failed.attempts.last().map(|attempt| &attempt.reason),
        }
    }
}

/// Every attempt that was made, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Failed {
    pub database: String,
    pub user: String,
    pub attempts: Vec<Attempt>,
    /// Things found on the way that may be the cause, as a password file that was left aside.
    pub warnings: Vec<String>,
}

/// One place that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// `host db.example.org (10.0.0.4), port 5432`.
    pub place: String,
    /// Why it failed.
    pub reason: Reason,
    /// What to do about it, where there is something.
    pub advice: Option<String>,
}

/// The ways in which one attempt fails, told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The name of the host has no address.
    UnknownHost(String),
    /// Nothing answered: the system's words.
    Unreachable(String),
    /// No answer within `connect_timeout`, in seconds.
    TimedOut(u64),
    /// TLS was asked for, and the server has none.
    TlsUnavailable,
    /// The TLS handshake failed, or the certificate was not accepted: why.
    Tls(String),
    /// The server wants a password and none was found.
    PasswordMissing,
    /// The server said no.
    Refused {
        /// Its SQLSTATE: `28P01` for a wrong password, `3D000` for a database that is not there.
        sqlstate: String,
        /// Its words.
        message: String,
    },
    /// The server speaks of a method or a message that we do not.
    Protocol(String),
    /// The server is older than PostgreSQL 13: its version.
    TooOld(String),
    /// The server is not of the kind that `target_session_attrs` asks for.
    NotWanted(&'static str),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::UnknownHost(why) => write!(f, "the host's name could not be looked up: {why}"),
            Reason::Unreachable(why) => write!(f, "{why}"),
            Reason::TimedOut(seconds) => write!(f, "no answer within {seconds} s"),
            Reason::TlsUnavailable => write!(f, "the server does not offer TLS"),
            Reason::Tls(why) => write!(f, "TLS: {why}"),
            Reason::PasswordMissing => write!(f, "the server asks for a password, and none was given"),
            Reason::Refused { sqlstate, message } => write!(f, "the server refused: {message} (SQLSTATE {sqlstate})"),
            Reason::Protocol(why) => write!(f, "{why}"),
            Reason::TooOld(version) => write!(f, "this is PostgreSQL {version}; 13 is the oldest that is supported"),
            Reason::NotWanted(what) => write!(f, "{what}"),
        }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot connect to database `{}` as user `{}`", self.database, self.user)?;
        for attempt in &self.attempts {
            write!(f, "\n  {}: {}", attempt.place, attempt.reason)?;
            if let Some(advice) = &attempt.advice {
                write!(f, "\n    -> {advice}")?;
            }
        }
        self.warnings.iter().try_for_each(|warning| write!(f, "\n  note: {warning}"))
    }
}
