//! Why a run is not begun.

use serde::Serialize;
use std::fmt;

/// What a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalKind {
    /// The command line names what is not there.
    Usage,
    /// The target is one that may not be written to.
    Guarded,
    /// Source and target are the same database.
    SameDatabase,
    /// The source may not be read.
    Unreadable,
    /// The target cannot be written to.
    Unwritable,
    /// The schemas differ.
    Schema,
    /// The target holds rows.
    HoldsData,
    /// A table that is not copied refers to one that is replaced, or the other way round.
    Reference,
    /// Rows of the source break a constraint of the target.
    Constraint,
    /// A condition is wrong.
    Condition,
    /// There is no profile, or it does not do what it has to.
    Profile,
}

/// One reason not to begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// What it is about.
    pub kind: RefusalKind,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// Every reason not to begin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Refusals(pub Vec<Refusal>);

impl Refusals {
    /// Adds one, unless it is there.
    pub fn say(&mut self, kind: RefusalKind, message: impl Into<String>, help: impl Into<Option<String>>) {
        let refusal = Refusal { kind, message: message.into(), help: help.into() };
        if !self.0.contains(&refusal) {
            self.0.push(refusal);
        }
    }

    /// `value`, unless there is a refusal.
    ///
    /// # Errors
    /// The refusals.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

/// One after the other.
impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, refusal) in self.0.iter().enumerate() {
            let between = if index == 0 { "" } else { "\n" };
            write!(f, "{between}{}", refusal.message)?;
            if let Some(help) = &refusal.help {
                write!(f, "\n  -> {help}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Refusals {}
