//! Why DDL files could not be gathered or run. What is printed here may end in the log of whoever runs us: where
//! PostgreSQL's DETAIL quotes a row, it is left out.

use confiture_model::{database::DbError, object::SourceSpan};
use std::fmt;

/// Why a build failed.
#[derive(Clone, Debug, PartialEq)]
pub enum BuildError {
    /// An entry of the load order names nothing that can be built.
    Entry {
        /// As it is written.
        pattern: String,
        /// Where it is written.
        origin: Option<SourceSpan>,
        /// Why it names nothing.
        reason: String,
        /// What to do.
        help: String,
    },
    /// A file or directory cannot be read.
    Unreadable {
        /// As the user would write it.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// Something in a file that we found ourselves: bytes that are no UTF-8, a string without an end.
    Place {
        /// Where.
        span: Box<SourceSpan>,
        /// What is wrong.
        message: String,
        /// What to do.
        help: String,
        /// The line with a caret, where it is text.
        caret: Option<String>,
    },
    /// PostgreSQL refused a statement.
    Statement(Box<FailedStatement>),
    /// The connection was lost, or could not be used.
    Connection {
        /// The statement that was running.
        span: Box<SourceSpan>,
        /// What happened.
        reason: String,
    },
}

/// A statement that PostgreSQL refused.
#[derive(Clone, Debug, PartialEq)]
pub struct FailedStatement {
    /// The place that PostgreSQL's position points at, else the statement.
    pub span: SourceSpan,
    /// What PostgreSQL said.
    pub error: DbError,
    /// The line with a caret; none within the data of a COPY.
    pub caret: Option<String>,
}

impl BuildError {
    /// Where it happened, if in a file.
    pub fn span(&self) -> Option<&SourceSpan> {
        match self {
            Self::Entry { origin, .. } => origin.as_ref(),
            Self::Unreadable { .. } => None,
            Self::Place { span, .. } | Self::Connection { span, .. } => Some(span),
            Self::Statement(failed) => Some(&failed.span),
        }
    }
}

impl std::error::Error for BuildError {}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry { pattern, origin, reason, help } => {
                if let Some(origin) = origin {
                    write!(f, "{origin}: ")?;
                }
                write!(f, "`{pattern}`: {reason}\n{help}")
            }
            Self::Unreadable { path, reason } => write!(f, "{path}: cannot be read: {reason}"),
            Self::Place { span, message, help, caret } => {
                write!(f, "{span}: {message}")?;
                line(f, "", caret.as_deref())?;
                write!(f, "\n{help}")
            }
            Self::Statement(failed) => failed.fmt(f),
            Self::Connection { span, reason } => write!(f, "{span}: {reason}"),
        }
    }
}

impl fmt::Display for FailedStatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.span, self.error)?;
        line(f, "", self.caret.as_deref())?;
        let detail = self.error.detail.as_deref();
        match self.error.quotes_rows() {
            true => line(f, "DETAIL: ", detail.map(|_| "left out, because it quotes values of a row"))?,
            false => line(f, "DETAIL: ", detail)?,
        }
        line(f, "HINT: ", self.error.hint.as_deref())?;
        line(f, "CONTEXT: ", self.error.shown_context().as_deref())
    }
}

fn line(f: &mut fmt::Formatter<'_>, label: &str, text: Option<&str>) -> fmt::Result {
    text.map_or(Ok(()), |text| write!(f, "\n{label}{text}"))
}
