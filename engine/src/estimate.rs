//! How long a migration will take on another database, from how long its statements took on this one.
//!
//! A statement's time is a fixed part and a part that grows with the table that it works on ([`size`]). Both are fitted to
//! what was measured ([`fit`]): repeated rehearsals here, and recorded runs of the same statement elsewhere. How far the
//! measurements scatter, and how far the other table lies from those that were measured, make the interval and the
//! confidence ([`interval`]); nothing is assumed that was not measured, and where there is too little the estimate says
//! so instead of giving a confidence.

mod file;
mod fit;
mod interval;
mod size;
mod speed;
mod sum;

pub use {
    file::{json_schema, read, write},
    interval::WITHIN,
    sum::{Impact, impact},
};

use confiture_model::facts::{Facts, RecordedStatement, StatementTiming, WorkKind};
use fit::{Fit, Point};
use interval::Predicted;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use speed::Speed;

/// How long one statement is expected to take there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Estimate {
    /// Seconds; none where there is no basis at all.
    pub seconds: Option<f64>,
    /// The interval that holds the time in nine cases of ten, in seconds; none where the scatter is not known.
    pub interval: Option<(f64, f64)>,
    /// The probability, from 0 to 1, that the time lies within 15 % of `seconds`; none where the scatter is not known.
    pub confidence: Option<f64>,
    /// What it rests on, and what is missing, one sentence each.
    pub basis: Vec<String>,
    /// Its variance in seconds squared, with the degrees of freedom that it was measured with.
    #[serde(skip)]
    scatter: Option<(f64, f64)>,
}

/// Estimates one statement on `there`.
///
/// `measured` are rehearsals of the statement here, one or more; `here` are the facts of this database. Recorded runs of
/// the same statement in either facts count as well.
pub fn estimate(measured: &[StatementTiming], here: &Facts, there: &Facts) -> Estimate {
    let Some(first) = measured.first() else { return Estimate::none("it was not rehearsed") };
    let speed = Speed::between(here, there);
    let table = there.tables.iter().find(|table| table.schema == first.schema && table.name == first.table);
    let there_size = match (first.work, table) {
        (WorkKind::Catalog, _) => size::of(first.work, 0, 0),
        (work, Some(table)) => match table.rows {
            Some(rows) => size::of(work, rows, table.bytes),
            None => return Estimate::none(&format!("{} was never analyzed there: ANALYZE it", name(first))),
        },
        (_, None) => {
            return Estimate::none(&format!("{} is not among the facts of that database", name(first)));
        }
    };
    let points = points(first, measured, here, there, &speed);
    let mut basis = speed.notes();
    let Some(fit) = Fit::of(&points) else { return Estimate::none("it was not measured") };
    basis.extend(fit.notes(there_size));
    let predicted = Predicted::of(&fit, there_size, &speed);
    Estimate {
        seconds: Some(predicted.seconds),
        interval: predicted.interval(),
        confidence: predicted.confidence(),
        basis,
        scatter: predicted.scatter,
    }
}

impl Estimate {
    /// None, and why.
    fn none(why: &str) -> Self {
        Self { seconds: None, interval: None, confidence: None, basis: vec![why.to_owned()], scatter: None }
    }
}

/// What was measured of the statement, in terms of the server that it was measured on.
fn points(
    first: &StatementTiming,
    measured: &[StatementTiming],
    here: &Facts,
    there: &Facts,
    speed: &Speed,
) -> Vec<Point> {
    let recorded =
        |facts: &Facts| -> Vec<StatementTiming> { facts.runs.iter().filter_map(|run| of_record(run, first)).collect() };
    let (local, remote) = (recorded(here), recorded(there));
    let local = measured.iter().chain(&local).map(|timing| Point::new(timing, 1.0));
    // What ran there is told as it would have been here; the prediction goes back the same way.
    let remote = remote.iter().map(|timing| Point::new(timing, 1.0 / speed.ratio()));
    local.chain(remote).collect()
}

/// A recorded run of the same statement, on the table that it was seen to work on here.
fn of_record(run: &RecordedStatement, like: &StatementTiming) -> Option<StatementTiming> {
    let is_same = run.statement == like.statement;
    let table = run.tables.iter().find(|table| table.schema == like.schema && table.name == like.table);
    let (rows, bytes) = match (like.work, table) {
        (WorkKind::Catalog, _) => (0, 0),
        (_, table) => table.and_then(|table| Some((table.rows?, table.bytes)))?,
    };
    is_same.then(|| StatementTiming { rows, bytes, seconds: run.seconds, ..like.clone() })
}

fn name(timing: &StatementTiming) -> String {
    format!("table {}.{}", timing.schema, timing.table)
}

#[cfg(test)]
mod tests;
