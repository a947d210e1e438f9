//! Whether a profile does what it promises: made-up values and sampled rows go through the opened strategies, before any
//! run does.
//!
//! `demands` says what a schema demands of masked values, and `judge` has PostgreSQL say whether they keep it. `made_up`
//! tries both before a row is read; `samples` does on rows of the database. `preview` shows them.

mod demands;
mod judge;
mod made_up;
mod preview;
mod samples;

pub use preview::{preview, preview_text};
pub(super) use {made_up::on_made_up, samples::on_samples};

use super::{
    profile::Place,
    resolve::{Resolved, ResolvedColumn},
    samples::SampleError,
};
use confiture_model::{finding::Severity, sampling::TextQueries, schema::Snapshot};
use serde::{Serialize, Serializer};
use std::{collections::BTreeMap, fmt};

/// How many rows of each table are looked at where nobody says.
pub const SAMPLE_ROWS: u32 = 100;

/// What was found of one column or table.
#[derive(Clone, Debug, Serialize)]
pub struct Remark {
    /// `error` or `warning`.
    pub severity: Severity,
    /// `schema.table` or `schema.table.column`.
    pub subject: String,
    /// What, without any value.
    pub message: String,
    /// What to do, where there is more to say than to choose another strategy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<&'static str>,
    /// The rule that masks it; `file:line` in JSON.
    #[serde(serialize_with = "line")]
    pub rule: Place,
}

fn line<S: Serializer>(place: &Place, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&place.line())
}

impl Remark {
    /// Where its rule is, `file:line`.
    pub fn place(&self) -> String {
        self.rule.line()
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.severity.as_str(), self.subject, self.message)
    }
}

/// What a verification found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Verification {
    /// The profile.
    pub profile: String,
    /// How many rows were looked at, by table.
    pub rows: BTreeMap<String, usize>,
    /// How many columns were masked.
    pub columns: usize,
    /// What is not as it should be.
    pub remarks: Vec<Remark>,
}

impl Verification {
    /// Whether nothing is an error.
    pub fn holds(&self) -> bool {
        self.remarks.iter().all(|remark| remark.severity != Severity::Error)
    }

    pub(super) fn of(resolved: &Resolved) -> Self {
        let masked = resolved.tables.iter().flat_map(|table| &table.columns).filter(|column| !column.is_kept());
        Self { profile: resolved.profile.clone(), columns: masked.count(), ..Self::default() }
    }

    fn say(&mut self, severity: Severity, column: &ResolvedColumn, message: impl Into<String>) {
        self.say_of(severity, column.full_name(), column, message, None);
    }

    /// Of a table, by the rule for one of its columns.
    fn say_of(
        &mut self,
        severity: Severity,
        subject: String,
        column: &ResolvedColumn,
        message: impl Into<String>,
        help: Option<&'static str>,
    ) {
        self.remarks.push(Remark { severity, subject, message: message.into(), help, rule: column.place.clone() });
    }
}

/// Verifies a profile on made-up values and on samples of `rows` rows a table.
///
/// # Errors
/// Where rows cannot be read. What a strategy does wrong is a [`Remark`].
pub async fn verify(
    resolved: &Resolved,
    snapshot: &Snapshot,
    database: &mut dyn TextQueries,
    rows: u32,
) -> Result<Verification, SampleError> {
    let mut found = Verification::of(resolved);
    on_made_up(resolved, snapshot, database, &mut found).await?;
    on_samples(resolved, snapshot, database, rows, &mut found).await?;
    Ok(found)
}

#[cfg(test)]
mod tests;
