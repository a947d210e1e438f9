//! Why a file cannot be cut into statements.

use crate::lexer::{Opened, Unfinished};

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum SplitErrorKind {
    DollarQuote,
    Comment,
    String,
    QuotedName,
    /// The body of a routine, from BEGIN ATOMIC, does not end.
    RoutineBody,
    /// A command of psql, such as `\c`: its name.
    MetaCommand(String),
    /// Data of a `COPY ... FROM stdin` without the `\.` that ends it.
    CopyData,
    /// Something else stands on the line of a `COPY ... FROM stdin`.
    CopyDataPlace,
}

/// A file that cannot be cut into statements.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SplitError {
    /// What is wrong.
    pub kind: SplitErrorKind,
    /// The byte of the source at which it begins.
    pub offset: usize,
    /// What is wrong, in a sentence.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl SplitError {
    pub(super) fn new(kind: SplitErrorKind, offset: usize) -> Self {
        let (message, help) = kind.explain();
        Self { kind, offset, message, help }
    }

    /// The backslash of a psql command stands at `offset`.
    pub(super) fn meta_command(source: &str, offset: usize) -> Self {
        let rest = source[offset..].trim_start_matches('\\');
        let name: String = rest.chars().take_while(|c| !c.is_whitespace() && *c != '\\').take(20).collect();
        Self::new(SplitErrorKind::MetaCommand(name), offset)
    }
}

impl SplitErrorKind {
    fn explain(&self) -> (String, String) {
        let (message, help) = match self {
            Self::DollarQuote => (
                "a dollar-quoted string that begins here never ends",
                "close it with the same tag, as in $body$ ... $body$",
            ),
            Self::Comment => ("a comment that begins here never ends", "close it with */; comments nest"),
            Self::String => {
                ("a string that begins here never ends", "close it with '; a quote inside of it is written twice")
            }
            Self::QuotedName => {
                ("a quoted name that begins here never ends", "close it with \"; a quote inside of it is written twice")
            }
            Self::RoutineBody => (
                "the routine's body that begins here never ends",
                "close it with END; every statement of the body, the last one too, ends in a semicolon",
            ),
            Self::MetaCommand(name) if name == "." => (
                "`\\.` stands here without data before it",
                "remove it: it only ends the data of a COPY ... FROM stdin",
            ),
            Self::MetaCommand(name) => {
                let message = format!("`\\{name}` is a command of psql, not SQL");
                return (message, "remove it, or run this file with psql".to_owned());
            }
            Self::CopyData => {
                ("the data of this COPY ... FROM stdin does not end", "end the data with a line that holds only \\.")
            }
            Self::CopyDataPlace => (
                "this stands between a COPY ... FROM stdin and its data",
                "move it: the data begins on the line after the semicolon",
            ),
        };
        (message.to_owned(), help.to_owned())
    }
}

impl From<Unfinished> for SplitError {
    fn from(unfinished: Unfinished) -> Self {
        let kind = match unfinished.opened {
            Opened::Comment => SplitErrorKind::Comment,
            Opened::String => SplitErrorKind::String,
            Opened::QuotedName => SplitErrorKind::QuotedName,
            Opened::DollarString => SplitErrorKind::DollarQuote,
        };
        Self::new(kind, unfinished.start)
    }
}
