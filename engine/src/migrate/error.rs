//! What is wrong with a file of a migration, and where.

use crate::{build::BuildError, config::ConfigError};
use confiture_model::object::SourceSpan;
use serde::Serialize;
use std::fmt;

/// Something wrong with a file, or worth a warning: where, what, what to do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FileError {
    /// The file as the user would write it.
    pub file: String,
    /// From 1; none about the file as a whole.
    pub line: Option<u32>,
    /// From 1, in characters.
    pub column: Option<u32>,
    /// What is wrong.
    pub message: String,
    /// The line with a caret under the place.
    pub excerpt: Option<String>,
    /// What to do.
    pub help: Option<String>,
}

impl FileError {
    /// About a file as a whole.
    pub fn about(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self { file: file.into(), line: None, column: None, message: message.into(), excerpt: None, help: None }
    }

    /// About a place in a file.
    pub fn at(span: &SourceSpan, message: impl Into<String>, excerpt: Option<String>) -> Self {
        Self { line: Some(span.line), column: Some(span.column), excerpt, ..Self::about(&span.file, message) }
    }

    /// The same, with what to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl From<ConfigError> for FileError {
    fn from(error: ConfigError) -> Self {
        let excerpt = error.excerpt().map(str::to_owned);
        let problem = match error.place() {
            Some(place) => Self::at(place, error.message(), excerpt),
            None => Self { excerpt, ..Self::about(String::new(), error.message()) },
        };
        Self { help: error.help().map(str::to_owned), ..problem }
    }
}

impl From<BuildError> for FileError {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::Place { span, message, help, caret } => Self::at(&span, message, caret).help(help),
            BuildError::Unreadable { path, reason } => Self::about(path, format!("it cannot be read: {reason}")),
            other => match other.span().cloned() {
                Some(span) => Self::at(&span, other.to_string(), None),
                None => Self::about(String::new(), other.to_string()),
            },
        }
    }
}

/// `file:line:column: message`, the excerpt and the help on lines of their own.
impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (Some(line), Some(column)) => write!(f, "{}:{line}:{column}: ", self.file)?,
            _ if self.file.is_empty() => {}
            _ => write!(f, "{}: ", self.file)?,
        }
        f.write_str(&self.message)?;
        if let Some(excerpt) = &self.excerpt {
            write!(f, "\n{excerpt}")?;
        }
        match &self.help {
            Some(help) => write!(f, "\nhelp: {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for FileError {}

/// Everything that is wrong with a directory of migrations.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct FileErrors(pub Vec<FileError>);

impl From<FileError> for FileErrors {
    fn from(error: FileError) -> Self {
        Self(vec![error])
    }
}

impl fmt::Display for FileErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            write!(f, "{}{error}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl std::error::Error for FileErrors {}
