//! Steps, what became of them, and where they run.

use crate::error::Error;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// Where a hook's steps run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// In the migration's transaction, each behind a savepoint.
    InTransaction,
    /// After the commit, each step in a transaction of its own.
    OwnTransaction,
    /// After the commit, outside any transaction: CONCURRENTLY, VACUUM.
    Autocommit,
}

/// Where a hook runs with the options that it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placing {
    /// Where.
    pub placement: Placement,
    /// Whether it can run in a transaction that is rolled back.
    pub rehearsable: bool,
    /// What the plan of the run is to say of it.
    pub notes: Vec<String>,
}

impl Placing {
    /// In the migration's transaction, and in a dry-run's.
    pub fn in_transaction() -> Self {
        Self { placement: Placement::InTransaction, rehearsable: true, notes: Vec::new() }
    }

    /// After the commit, each step in a transaction of its own; a dry-run runs it in its own.
    pub fn own_transaction() -> Self {
        Self { placement: Placement::OwnTransaction, ..Self::in_transaction() }
    }

    /// After the commit, outside any transaction: no dry-run can show it.
    pub fn autocommit() -> Self {
        Self { placement: Placement::Autocommit, rehearsable: false, notes: Vec::new() }
    }

    /// With something that the plan of the run is to say.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

/// One unit of a hook's work, such as one batch of a backfill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it does, for people. Never a row's values.
    pub title: String,
    /// All that it needs to know, in a form of the hook's own: it may run in another process.
    pub arguments: String,
    /// How many rows it is about, where that is known.
    pub estimated_rows: Option<u64>,
    /// Whether it may run beside other parallel steps of its plan, outside the migration's transaction.
    pub parallel: bool,
}

impl Step {
    /// A step without arguments.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), arguments: String::new(), estimated_rows: None, parallel: false }
    }

    /// With arguments, as JSON.
    ///
    /// # Errors
    /// [`Error::Failed`] for what JSON cannot hold.
    pub fn with<A: Serialize>(mut self, arguments: &A) -> Result<Self, Error> {
        self.arguments = serde_json::to_string(arguments).map_err(|error| {
            Error::failed(format!("cannot write down what the step `{}` needs: {error}", self.title))
        })?;
        Ok(self)
    }

    /// The arguments, as [`Self::with`] wrote them.
    ///
    /// # Errors
    /// [`Error::Failed`] for a step that another version of the hook planned.
    pub fn read<A: DeserializeOwned>(&self) -> Result<A, Error> {
        // What serde says may quote a value of a row.
        serde_json::from_str(&self.arguments).map_err(|_| {
            Error::failed(format!("the step `{}` was planned by another version of this hook", self.title))
        })
    }
}

/// What a step did.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Outcome {
    /// How many rows it changed.
    pub rows_affected: u64,
    /// Kept with the migration's record and shown to later hooks. Never a row's values.
    pub statistics: Map<String, Value>,
    /// For people. Never a row's values.
    pub notes: Vec<String>,
    /// Further steps found while running this one; they run next.
    pub next: Vec<Step>,
}

impl Outcome {
    /// So many rows changed.
    pub fn rows(rows_affected: u64) -> Self {
        Self { rows_affected, ..Self::default() }
    }

    /// With something for people to read.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// With something to keep.
    #[must_use]
    pub fn statistic(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.statistics.insert(name.into(), value.into());
        self
    }
}
