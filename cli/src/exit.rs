//! Exit codes. They are fixed: scripts rely on them.

use std::process::ExitCode;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// Findings at the failing severity, or a check that did not hold.
    Findings,
    /// The command line is wrong.
    Usage,
    /// The configuration, or a file that the user named, is wrong.
    Configuration,
    /// The database could not be reached, or refused us.
    Database,
    /// SQL of the user's failed, and was undone.
    Failed,
    /// Another run holds the lock.
    Locked,
    /// A plugin broke, or was refused a capability.
    Plugin,
    /// Refused for safety, or declined at a prompt.
    Refused,
    /// Stopped part-way and recorded: to be run again.
    Stopped,
    /// Ctrl-C.
    Interrupted,
    /// The code of a program that was run for the user.
    Program(u8),
}

impl Exit {
    /// The code.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Configuration => 3,
            Self::Database => 4,
            Self::Failed => 5,
            Self::Locked => 6,
            Self::Plugin => 7,
            Self::Refused => 8,
            Self::Stopped => 9,
            Self::Interrupted => 130,
            Self::Program(code) => code,
        }
    }

    /// How a migration run ended: the engine knows the same codes.
    pub fn of_run(code: u8) -> Self {
        let known = [
            Self::Configuration,
            Self::Database,
            Self::Failed,
            Self::Locked,
            Self::Plugin,
            Self::Refused,
            Self::Stopped,
            Self::Interrupted,
        ];
        known.into_iter().find(|exit| exit.code() == code).unwrap_or(Self::Failed)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
