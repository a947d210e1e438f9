//! Exit codes. They are fixed: scripts rely on them.

use std::process::ExitCode;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Findings at the failing severity, or a check that did not hold.
    Findings = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The configuration, or a file that the user named, is wrong.
    Configuration = 3,
    /// The database could not be reached, or refused us.
    Database = 4,
    /// SQL of the user's failed, and was undone.
    Failed = 5,
    /// Another run holds the lock.
    LockHeld = 6,
    /// A plugin broke, or was refused a capability.
    Plugin = 7,
    /// Refused for safety, or declined at a prompt.
    Refused = 8,
    /// A migration stopped part-way, which is on record: run again to go on.
    PartWay = 9,
    /// Ctrl-C.
    Interrupted = 130,
}

impl Exit {
    /// The exit with this code; a failure where there is none.
    pub fn from_code(code: u8) -> Self {
        let all = [
            Self::Done,
            Self::Findings,
            Self::Usage,
            Self::Configuration,
            Self::Database,
            Self::LockHeld,
            Self::Plugin,
            Self::Refused,
            Self::PartWay,
            Self::Interrupted,
        ];
        all.into_iter().find(|exit| *exit as u8 == code).unwrap_or(Self::Failed)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
