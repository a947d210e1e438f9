//! How a plugin can break. A fault never counts as success.

use crate::database::DbError;
use std::fmt;

/// Why a plugin could not do what it was asked, as it says itself. Mirrors `plugin-error` of `wit/v0.1/common.wit`.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[allow(missing_docs)]
pub enum PluginError {
    #[error("its configuration is wrong at `{pointer}`: expected {expected}")]
    InvalidConfig { pointer: String, expected: String },
    #[error("it was refused: {0}")]
    Denied(String),
    #[error("the database said: {0}")]
    Database(DbError),
    #[error("a query took longer than the grant allows")]
    TimedOut,
    #[error("it went over a limit: {0}")]
    LimitExceeded(String),
    #[error("a check did not hold: {0}")]
    CheckFailed(String),
    #[error("{0}")]
    Failed(String),
}

/// The ways in which a plugin breaks, told apart.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultKind {
    /// It executed a trapping instruction, or an import trapped: the reason.
    Trap(String),
    /// It ran longer than allowed: seconds.
    TimedOut {
        /// The limit in force.
        seconds: f64,
    },
    /// It wanted more memory or table entries than allowed.
    MemoryExceeded {
        /// The limit in force, in bytes.
        limit_bytes: u64,
    },
    /// It used, or asked for, a capability that it was not granted: what, and the configuration line that would grant it.
    Denied {
        /// What it tried.
        what: String,
        /// What to write in the configuration, where something would help.
        grant: Option<String>,
    },
    /// What it returned cannot be used: why.
    Malformed(String),
    /// It reported an error itself.
    Reported(PluginError),
    /// It could not be loaded at all: why.
    Load(String),
}

/// A plugin broke.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub struct Fault {
    /// The name that the project uses for the plugin.
    pub plugin: String,
    /// The rule, hook or strategy, where one is to blame.
    pub item: Option<String>,
    /// The call that failed: `check-schema`.
    pub call: String,
    /// What happened.
    pub kind: FaultKind,
}

impl Fault {
    /// `denied`, `timed-out`, ...: a stable word for scripts.
    pub fn code(&self) -> &'static str {
        match self.kind {
            FaultKind::Trap(_) => "trap",
            FaultKind::TimedOut { .. } => "timed-out",
            FaultKind::MemoryExceeded { .. } => "memory-exceeded",
            FaultKind::Denied { .. } => "denied",
            FaultKind::Malformed(_) => "malformed",
            FaultKind::Reported(_) => "reported",
            FaultKind::Load(_) => "load",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "plugin `{}`", self.plugin)?;
        if let Some(item) = &self.item {
            write!(f, ", `{item}`")?;
        }
        write!(f, ", in `{}`: ", self.call)?;
        match &self.kind {
            FaultKind::Trap(reason) => write!(f, "it trapped: {reason}"),
            FaultKind::TimedOut { seconds } => write!(f, "it did not finish within {seconds} s and was stopped"),
            FaultKind::MemoryExceeded { limit_bytes } => {
                write!(f, "it wanted more than the {} MiB of memory it may have", limit_bytes >> 20)
            }
            FaultKind::Denied { what, grant } => {
                write!(f, "{what} was refused: not granted")?;
                match grant {
                    Some(line) => write!(f, "; this would grant it: {line}"),
                    None => Ok(()),
                }
            }
            FaultKind::Malformed(why) => write!(f, "what it returned cannot be used: {why}"),
            FaultKind::Reported(error) => write!(f, "{error}"),
            FaultKind::Load(why) => write!(f, "{why}"),
        }
    }
}
