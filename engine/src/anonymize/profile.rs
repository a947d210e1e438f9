//! A profile: which strategy masks which column of which table.
//!
//! A profile is a file of its own, found by its name. It may extend another, and say more for an environment: what is
//! said nearer counts, column by column.

mod covered;
mod extend;
mod find;
mod read;
mod written;

pub use {
    find::{Found, Profiles},
    written::{KEYS, Named, Written},
};

use super::pattern::{Pattern, TablePattern};
use crate::config::{ConfigError, Problem, Source, Span};
use std::{collections::BTreeMap, fmt, sync::Arc};

/// Where in which file something is written.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub source: Arc<Source>,
    /// Where in it.
    pub span: Span,
}

impl Place {
    /// An error about it.
    pub(crate) fn error(&self, message: impl Into<String>, help: Option<String>) -> ConfigError {
        let problem = Problem::new(self.span, message);
        Problem { help, ..problem }.in_source(&self.source)
    }

    /// `file:line`.
    pub(crate) fn line(&self) -> String {
        let at = self.source.locate(self.span);
        format!("{}:{}", at.file, at.line)
    }
}

/// A profile with all that it extends.
#[derive(Clone, Debug)]
pub struct Profile {
    /// `anonymization_profile`.
    pub name: String,
    /// What it is for, in the user's words.
    pub description: Option<String>,
    /// The variable of the environment that holds the key of strategies without one of their own.
    pub key: Option<(String, Place)>,
    /// Strategies that the profile gives a name.
    pub strategies: BTreeMap<String, Named>,
    /// Rules by table; what is said nearer has the higher layer.
    pub rules: Vec<Rule>,
    /// Columns that together may tell who a person is.
    pub quasi_identifiers: Vec<QuasiIdentifiers>,
    /// The file, for errors about the profile as a whole.
    pub source: Arc<Source>,
}

/// What becomes of a table, or of many.
#[derive(Clone, Debug)]
pub struct Rule {
    /// From 0, the profile that extends no other.
    pub layer: u32,
    /// Which tables.
    pub table: TablePattern,
    /// Where that is written.
    pub place: Place,
    /// What becomes of them.
    pub what: TableRule,
    /// Why, in the user's words.
    pub reason: Option<String>,
}

/// What a rule says of its tables.
#[derive(Clone, Debug)]
pub enum TableRule {
    /// No row is copied.
    Skip,
    /// These columns are masked so.
    Columns(Vec<ColumnRule>),
}

/// What becomes of a column, or of many.
#[derive(Clone, Debug)]
pub struct ColumnRule {
    /// Which columns.
    pub column: Pattern,
    /// Where that is written.
    pub place: Place,
    /// What masks them.
    pub strategy: Written,
    /// Why, in the user's words.
    pub reason: Option<String>,
}

/// Columns that together may tell who a person is, and among how many rows each combination has to hide.
#[derive(Clone, Debug)]
pub struct QuasiIdentifiers {
    /// The table.
    pub table: TablePattern,
    /// Its columns.
    pub columns: Vec<String>,
    /// How many rows have to share each combination; 5 where the profile does not say.
    pub k: u64,
    /// Where it is written.
    pub place: Place,
}

/// Everything that is wrong, in the order of the files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Problems(pub Vec<ConfigError>);

impl Problems {
    /// `value`, unless there is something wrong.
    pub(crate) fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }

    pub(crate) fn push(&mut self, error: ConfigError) {
        if !self.0.contains(&error) {
            self.0.push(error);
        }
    }

    /// Keeps what is right, and remembers what is wrong.
    pub(crate) fn take<T>(&mut self, result: Result<T, ConfigError>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }
}

impl From<ConfigError> for Problems {
    fn from(error: ConfigError) -> Self {
        Self(vec![error])
    }
}

/// One after the other, an empty line between them.
impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            let between = if index == 0 { "" } else { "\n\n" };
            write!(f, "{between}{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

#[cfg(test)]
pub(crate) use tests::profile as test_profile;
#[cfg(test)]
mod tests;
