//! A command's failure: what the user reads, and the code that a script reads.

use crate::exit::Exit;

/// Why a command could not do its job.
#[derive(Debug)]
pub struct Failure {
    /// The code that the process ends with.
    pub exit: Exit,
    /// What was being done, why it failed, what to do. May span lines.
    pub message: String,
}

impl Failure {
    /// A failure with the error's own words.
    pub fn new(exit: Exit, message: impl ToString) -> Self {
        Self { exit, message: message.to_string() }
    }

    /// For `map_err`: gives any error an exit code.
    pub fn with<E: ToString>(exit: Exit) -> impl Fn(E) -> Self {
        move |error| Self::new(exit, error)
    }
}
