//! What a statement does to the transaction around it: begins or ends one, or cannot run in one.

mod outside;
mod words;

pub use outside::{Again, ConcurrentIndex, Outside};

use crate::split::Statement;
use words::words;

/// A statement that begins or ends a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// Its first word, in capitals.
    pub word: String,
    /// What it does.
    pub kind: ControlKind,
}

/// What a statement does to a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlKind {
    /// `BEGIN` or `START TRANSACTION` without any mode.
    Begin,
    /// `COMMIT` or `END`, without a new transaction chained to it.
    Commit,
    /// Anything else: `ROLLBACK`, `BEGIN ISOLATION LEVEL ...`, `COMMIT AND CHAIN`, `PREPARE TRANSACTION`.
    Other,
}

/// Whether the statement begins or ends a transaction. Savepoints do neither.
pub fn control(statement: &Statement<'_>) -> Option<Control> {
    let words = words(statement);
    let all: Vec<&str> = words.iter().map(String::as_str).collect();
    let kind = match all.as_slice() {
        ["rollback", "to", ..] | ["rollback", "work" | "transaction", "to", ..] => return None,
        ["begin"] | ["begin", "work" | "transaction"] | ["start", "transaction"] => ControlKind::Begin,
        ["commit" | "end"] | ["commit" | "end", "work" | "transaction"] => ControlKind::Commit,
        ["begin" | "commit" | "end" | "rollback" | "abort", ..] => ControlKind::Other,
        ["start" | "prepare", "transaction", ..] => ControlKind::Other,
        _ => return None,
    };
    Some(Control { word: all.first().map(|word| word.to_ascii_uppercase()).unwrap_or_default(), kind })
}

/// Why the statement cannot run in a transaction; none where it can, or where only the server knows.
pub fn outside(statement: &Statement<'_>) -> Option<Outside> {
    outside::read(&words(statement))
}

/// Whether the statement sets something that lasts as long as the session.
pub fn is_setting(statement: &Statement<'_>) -> bool {
    let words = words(statement);
    let all: Vec<&str> = words.iter().map(String::as_str).collect();
    match all.as_slice() {
        ["set", "local" | "transaction" | "constraints", ..] => false,
        ["set" | "reset", ..] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
