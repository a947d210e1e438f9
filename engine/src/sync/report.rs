//! How a run went, or would go: for a terminal, for programs, and as a page.

mod html;
mod text;

pub use {html::html, text::text};

use super::{Planned, Refusal};
use confiture_model::sync::{Check, ForeignKey, Plan, TableCopied, TablePlan};
use serde::Serialize;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Nothing was written: it was only planned.
    DryRun,
    /// Refused before anything was touched.
    Refused,
    /// Copied, and not compared with the source.
    Copied,
    /// Copied, and every check holds.
    Verified,
    /// Copied, and a check does not hold.
    Unverified,
}

/// How long a run would take, were it as fast as those into the target that are on record.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// Seconds.
    pub seconds: f64,
    /// How many runs it rests on.
    pub runs: usize,
}

/// A report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The version of this form.
    pub schema_version: u32,
    /// How it ended.
    pub outcome: Outcome,
    /// The source, without a password.
    pub source: String,
    /// The target, without a password.
    pub target: String,
    /// The profile; none where nothing is masked.
    pub profile: Option<String>,
    /// The run's name; none where it was refused.
    pub run: Option<String>,
    /// Whether rows of the target were, or would be, replaced.
    pub replace: bool,
    /// Whether it went on with what an earlier process had done.
    pub resumed: bool,
    /// How many streams copied at once.
    pub workers: u32,
    /// How long it took, in seconds, without the proof.
    pub seconds: f64,
    /// Of a dry-run: how long a run would take; none where no run into the target is on record.
    pub estimate: Option<Estimate>,
    /// How long the proof took, in seconds.
    pub proof_seconds: Option<f64>,
    /// Large objects that were copied.
    pub large_objects: u64,
    /// Tables in the order in which they are copied.
    pub tables: Vec<ReportedTable>,
    /// Sequences that are set to the source's.
    pub sequences: usize,
    /// Materialized views that are refreshed.
    pub refreshed: usize,
    /// Foreign keys that no order satisfies: deferred, or dropped and made again.
    pub cycles: Vec<String>,
    /// Foreign keys that are NOT VALID in the target: dropped, and made again as they were.
    pub unchecked: Vec<String>,
    /// Everything that forbids the run.
    pub refusals: Vec<Refusal>,
    /// What whoever reads this should know.
    pub notices: Vec<String>,
    /// The proof; none where it was not asked for.
    pub checks: Option<Vec<ReportedCheck>>,
}

/// A table in a report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReportedTable {
    /// `schema.table`.
    pub name: String,
    /// Rows that were copied; those that the source has, as PostgreSQL estimates them, where nothing was.
    pub rows: Option<u64>,
    /// Bytes that were sent; the size on disk where nothing was.
    pub bytes: Option<u64>,
    /// What streams spent on it, in seconds.
    pub seconds: f64,
    /// Columns that are masked.
    pub masked: Vec<String>,
    /// Columns that are copied as they are.
    pub kept: usize,
    /// Whether only some of its rows are copied.
    pub part: bool,
    /// Masked rows, column by column in the order of `masked`; of a dry-run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<Vec<Option<String>>>,
}

/// A check in a report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReportedCheck {
    /// `rows`, `sum`, `nulls`, `survivors` or `foreign_key`.
    pub kind: String,
    /// `schema.table`.
    pub table: String,
    /// The column or the foreign key.
    pub subject: Option<String>,
    /// Whether it holds.
    pub holds: bool,
    /// What was found.
    pub detail: String,
}

impl From<&Check> for ReportedCheck {
    fn from(check: &Check) -> Self {
        let kind = serde_json::to_value(check.kind).ok();
        Self {
            kind: kind.as_ref().and_then(|kind| kind.as_str()).unwrap_or_default().to_owned(),
            table: check.table.to_string(),
            subject: check.subject.clone(),
            holds: check.holds,
            detail: check.detail.clone(),
        }
    }
}

impl Report {
    /// Of a plan that was not run.
    pub fn planned(planned: &Planned, source: String, target: String) -> Self {
        let plan = &planned.plan;
        Self {
            tables: plan.tables.iter().map(planned_table).collect(),
            notices: planned.notices.clone(),
            ..Self::of(plan, source, target)
        }
    }

    /// Of a run that was refused.
    pub fn refused(refusals: Vec<Refusal>, source: String, target: String) -> Self {
        Self { outcome: Outcome::Refused, run: None, refusals, ..Self::empty(source, target) }
    }

    /// Of what was copied.
    pub fn copied(planned: &Planned, source: String, target: String, copied: &[TableCopied]) -> Self {
        let mut report = Self { outcome: Outcome::Copied, ..Self::planned(planned, source, target) };
        for (table, copied) in report.tables.iter_mut().zip(copied) {
            table.rows = Some(copied.rows);
            table.bytes = Some(copied.bytes);
            table.seconds = copied.seconds;
        }
        report
    }

    /// With the proof.
    pub fn prove(&mut self, checks: &[Check], seconds: f64) {
        let holds = checks.iter().all(|check| check.holds);
        self.outcome = if holds { Outcome::Verified } else { Outcome::Unverified };
        self.checks = Some(checks.iter().map(ReportedCheck::from).collect());
        self.proof_seconds = Some(seconds);
    }

    /// All rows.
    pub fn rows(&self) -> u64 {
        self.tables.iter().filter_map(|table| table.rows).sum()
    }

    /// All bytes.
    pub fn bytes(&self) -> u64 {
        self.tables.iter().filter_map(|table| table.bytes).sum()
    }

    fn of(plan: &Plan, source: String, target: String) -> Self {
        Self {
            profile: plan.profile.as_ref().map(|profile| profile.name.clone()),
            run: Some(plan.run.clone()),
            replace: plan.replace,
            workers: plan.workers,
            sequences: plan.sequences.len(),
            refreshed: plan.refresh.len(),
            cycles: plan.cycles.iter().map(key).collect(),
            unchecked: plan.unchecked.iter().map(key).collect(),
            ..Self::empty(source, target)
        }
    }

    fn empty(source: String, target: String) -> Self {
        Self {
            schema_version: 1,
            outcome: Outcome::DryRun,
            source,
            target,
            profile: None,
            run: None,
            replace: false,
            resumed: false,
            workers: 1,
            seconds: 0.0,
            estimate: None,
            proof_seconds: None,
            large_objects: 0,
            tables: Vec::new(),
            sequences: 0,
            refreshed: 0,
            cycles: Vec::new(),
            unchecked: Vec::new(),
            refusals: Vec::new(),
            notices: Vec::new(),
            checks: None,
        }
    }
}

fn key(key: &ForeignKey) -> String {
    format!("{} of {}", key.name, key.table)
}

fn planned_table(table: &TablePlan) -> ReportedTable {
    let masked: Vec<String> =
        table.columns.iter().filter(|column| column.masked).map(|column| column.name.clone()).collect();
    ReportedTable {
        name: table.table.to_string(),
        rows: table.estimated_rows,
        bytes: table.bytes,
        seconds: 0.0,
        kept: table.columns.len() - masked.len(),
        masked,
        part: table.condition.is_some() || table.limit.is_some(),
        samples: Vec::new(),
    }
}
