//! What a migration that was rehearsed here, once or several times, would do to another database.

mod text;

pub(super) use text::{impact_heading, impact_lines};

use super::report::{REHEARSAL_VERSION, RehearsalReport, RehearsedMigration, RehearsedStep, StepKind, rounded};
use crate::{
    estimate::{Estimate, Impact, estimate, impact},
    migrate::script::checksum,
};
use confiture_model::{
    facts::{Facts, StatementTiming, WorkKind},
    object::{ObjectKind, ObjectRef},
    rehearsal::{Observation, TableFacts},
};
use serde::{Deserialize, Serialize};

/// What to expect of another database.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExpectedImpact {
    /// Which, as its facts say.
    pub environment: String,
    /// When the facts were taken, RFC 3339.
    pub facts_taken_at: String,
    /// How often the migration was rehearsed here.
    pub rehearsals: usize,
    /// All of it.
    #[serde(flatten)]
    pub impact: Impact,
    /// Each step.
    pub steps: Vec<ExpectedStep>,
}

/// A step, there.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExpectedStep {
    /// Where it stands, or which hook it is.
    pub place: String,
    /// What its time grows with.
    pub work: WorkKind,
    /// The table that it mostly works on.
    pub table: Option<String>,
    /// How long it is expected to take.
    pub estimate: Estimate,
}

impl RehearsalReport {
    /// Adds how long the same steps took in other rehearsals of the same dry-run.
    pub fn repeats(&mut self, others: &[Self]) {
        for (index, migration) in self.migrations.iter_mut().enumerate() {
            for (number, step) in migration.steps.iter_mut().enumerate() {
                let same = |other: &Self| Some(other.migrations.get(index)?.steps.get(number)?.ms);
                step.repeated_ms = others.iter().filter_map(same).collect();
            }
        }
    }

    /// Adds what to expect of another database, from `rehearsals` of which this is one; `here` are the facts of the database
    /// that they were rehearsed on.
    /// `earlier` are reports of dry-runs elsewhere.
    pub fn expect(&mut self, rehearsals: &[Self], earlier: &[EarlierReport], here: &Facts, there: &Facts) {
        let expected = expect(rehearsals, earlier, here, there);
        let milliseconds = |estimate: &Estimate| estimate.seconds.map(|seconds| rounded(seconds * 1_000.0));
        self.metrics.estimated_production_ms = milliseconds(&expected.impact.time);
        self.metrics.estimated_downtime_ms = milliseconds(&expected.impact.downtime);
        self.metrics.confidence_percent = expected.impact.time.confidence.map(|confidence| rounded(confidence * 100.0));
        self.impact = Some(expected);
    }
}

/// A report that an earlier dry-run printed: as much of it as tells how long what took.
#[derive(Clone, Debug, Deserialize)]
pub struct EarlierReport {
    schema_version: u32,
    migrations: Vec<EarlierMigration>,
}

#[derive(Clone, Debug, Deserialize)]
struct EarlierMigration {
    steps: Vec<RehearsedStep>,
}

impl EarlierReport {
    /// Reads what `--format json` printed. `name` is for the error.
    ///
    /// # Errors
    /// What keeps the text from being such a report, with its place.
    pub fn read(name: &str, text: &str) -> Result<Self, String> {
        let report: Self = serde_json::from_str(text).map_err(|error| {
            format!(
                "{name}:{}:{}: this is no report of a dry-run: {error}\n  `confiture migrate up --dry-run --format json > \
                 {name}` writes one",
                error.line(),
                error.column()
            )
        })?;
        match report.schema_version {
            REHEARSAL_VERSION => Ok(report),
            other => {
                Err(format!("{name}: this report has form {other}, and this program reads form {REHEARSAL_VERSION}"))
            }
        }
    }

    fn steps(&self) -> impl Iterator<Item = &RehearsedStep> {
        self.migrations.iter().flat_map(|migration| &migration.steps)
    }
}

/// Says what to expect, from rehearsals of the same migrations; `here` are the facts of the database that they were rehearsed
/// on.
fn expect(rehearsals: &[RehearsalReport], earlier: &[EarlierReport], here: &Facts, there: &Facts) -> ExpectedImpact {
    let mut steps = Vec::new();
    let mut parts = Vec::new();
    let migrations = rehearsals.first().map(|first| first.migrations.as_slice()).unwrap_or_default();
    for (index, migration) in migrations.iter().enumerate() {
        let blocked_from = first_blocking(migration);
        for (number, step) in migration.steps.iter().enumerate() {
            let mut measured: Vec<StatementTiming> = rehearsals
                .iter()
                .filter_map(|report| timing(report.migrations.get(index)?.steps.get(number)?))
                .collect();
            if let Some(first) = measured.first().cloned() {
                let same = |timing: &StatementTiming| {
                    timing.statement == first.statement && timing.work == first.work && timing.table == first.table
                };
                measured.extend(earlier.iter().flat_map(EarlierReport::steps).flat_map(timings).filter(same));
            }
            let estimate = estimate(&measured, here, there);
            let place = place(step);
            parts.push((place.clone(), estimate.clone(), blocked_from.is_some_and(|from| number >= from)));
            let first = measured.into_iter().next();
            let table = first.as_ref().filter(|timing| timing.work != WorkKind::Catalog);
            let table = table.map(|timing| format!("{}.{}", timing.schema, timing.table));
            let work = first.map_or(WorkKind::Catalog, |timing| timing.work);
            steps.push(ExpectedStep { place, work, table, estimate });
        }
    }
    let (environment, facts_taken_at) = (there.environment.clone(), there.taken_at.clone());
    ExpectedImpact { environment, facts_taken_at, rehearsals: rehearsals.len(), impact: impact(&parts), steps }
}

/// The first step from which an application's reads or writes wait, until the end of the transaction.
fn first_blocking(migration: &RehearsedMigration) -> Option<usize> {
    let blocking = migration.locks.iter().filter(|lock| !lock.own && lock.mode.blocks_an_application());
    blocking.map(|lock| lock.step).min()
}

fn place(step: &RehearsedStep) -> String {
    match &step.what {
        StepKind::Statement { place, .. } => place.clone(),
        StepKind::Hook { phase, hook, step } => format!("{phase}: {hook}: {step}"),
    }
}

/// A step of an earlier dry-run as measurements, one of each rehearsal.
fn timings(step: &RehearsedStep) -> Vec<StatementTiming> {
    let Some(timing) = timing(step) else { return Vec::new() };
    let others = step.repeated_ms.iter().map(|ms| StatementTiming { seconds: ms / 1000.0, ..timing.clone() });
    others.chain([timing.clone()]).collect()
}

/// A step as a measurement: what it mostly did, and on how much.
fn timing(step: &RehearsedStep) -> Option<StatementTiming> {
    if step.failed {
        return None;
    }
    let statement = match &step.what {
        StepKind::Statement { checksum, .. } => checksum.clone(),
        StepKind::Hook { phase, hook, step } => checksum([(format!("{phase}: {hook}: {step}").as_str(), None)]),
    };
    let (work, facts) = main_work(&step.seen);
    let (rows, bytes) = size(work, facts, &step.seen)?;
    let table = facts.map(|facts| &facts.table);
    Some(StatementTiming {
        statement,
        work,
        schema: table.and_then(|table| table.schema.clone()).unwrap_or_default(),
        table: table.map(|table| table.name.clone()).unwrap_or_default(),
        rows,
        bytes,
        seconds: step.ms / 1000.0,
    })
}

/// The costliest thing that it did, on the largest table that it did it to. What it did to relations of its own is not told
/// apart: they are as large as what they were filled from.
fn main_work(seen: &Observation) -> (WorkKind, Option<&TableFacts>) {
    let largest = |work: WorkKind| {
        let tables = seen.tables.iter().filter(|facts| is_table(&facts.table) && was_done(work, &facts.table, seen));
        Some((work, Some(tables.max_by_key(|facts| facts.bytes.unwrap_or_default())?)))
    };
    let kinds = [WorkKind::Rewrite, WorkKind::IndexBuild, WorkKind::Rows, WorkKind::Scan];
    kinds.into_iter().find_map(largest).unwrap_or((WorkKind::Catalog, None))
}

/// Whether it was seen to do this to a table.
fn was_done(work: WorkKind, table: &ObjectRef, seen: &Observation) -> bool {
    match work {
        WorkKind::Rewrite => seen.rewrites.iter().any(|rewrite| !rewrite.emptied && rewrite.relation == *table),
        WorkKind::IndexBuild => seen.made.iter().chain(&seen.rebuilt).any(|made| is_index_of(&made.object, table)),
        WorkKind::Rows => seen.rows.iter().any(|rows| rows.table == *table),
        WorkKind::Scan => seen.scans.iter().any(|scan| !scan.own && scan.table == *table),
        WorkKind::Catalog => false,
    }
}

fn is_index_of(object: &ObjectRef, table: &ObjectRef) -> bool {
    object.kind == ObjectKind::Index
        && object.schema == table.schema
        && object.parent.as_deref() == Some(table.name.as_str())
}

/// Rows and bytes that the work is measured by. Rows that were never counted may be those that a scan read.
fn size(work: WorkKind, facts: Option<&TableFacts>, seen: &Observation) -> Option<(u64, u64)> {
    if work == WorkKind::Catalog {
        return Some((0, 0));
    }
    let facts = facts?;
    let scanned = seen.scans.iter().find(|scan| scan.table == facts.table).map(|scan| scan.rows);
    Some((facts.rows.or(scanned)?, facts.bytes?))
}

fn is_table(object: &ObjectRef) -> bool {
    matches!(object.kind, ObjectKind::Table | ObjectKind::Partition | ObjectKind::MaterializedView)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrate::plan::{Action, Direction};
    use confiture_model::{
        facts::FACTS_VERSION,
        rehearsal::{LockMode, LockTaken, Made, Rewrite},
    };
    use std::collections::BTreeSet;

    fn orders() -> ObjectRef {
        ObjectRef::in_schema(ObjectKind::Table, "public", "orders")
    }

    fn facts(environment: &str, rows: u64) -> Facts {
        let table = confiture_model::facts::TableFacts {
            schema: "public".to_owned(),
            name: "orders".to_owned(),
            rows: Some(rows),
            bytes: rows * 100,
            index_bytes: 0,
        };
        Facts {
            schema_version: FACTS_VERSION,
            environment: environment.to_owned(),
            taken_at: String::new(),
            server: String::new(),
            server_version: 150_000,
            tables: vec![table],
            speed_ms: vec![10.0, 10.0, 10.0],
            runs: Vec::new(),
        }
    }

    fn step(number: usize, ms: f64, seen: Observation) -> RehearsedStep {
        let tables =
            vec![TableFacts { table: orders(), rows: Some(1_000_000), bytes: Some(100_000_000), index_bytes: None }];
        let what = StepKind::Statement {
            number,
            kind: "alter table".to_owned(),
            place: format!("1_a.sql:{number}:1"),
            checksum: number.to_string(),
        };
        RehearsedStep {
            what,
            ms,
            repeated_ms: Vec::new(),
            rows: 0,
            failed: false,
            seen: Observation { tables, ..seen },
        }
    }

    fn report(scale: f64) -> RehearsalReport {
        let index = ObjectRef::of_table(ObjectKind::Index, "public", "orders", "i");
        let made = Made { object: index, bytes: Some(1), constraint: None, validated: None };
        let rewrite = Rewrite { relation: orders(), bytes_before: Some(1), bytes_after: 1, emptied: false };
        let lock = LockTaken { relation: orders(), mode: LockMode::AccessExclusive, own: false };
        let steps = vec![
            step(1, 1.0 * scale, Observation::default()),
            step(
                2,
                2_000.0 * scale,
                Observation { rewrites: vec![rewrite], locks: vec![lock], ..Observation::default() },
            ),
            step(3, 1_000.0 * scale, Observation { made: vec![made], ..Observation::default() }),
        ];
        let mut migration = RehearsedMigration {
            version: "1".to_owned(),
            title: "1_a".to_owned(),
            file: "1_a.sql".to_owned(),
            action: Action::Apply,
            ms: 0.0,
            steps,
            locks: Vec::new(),
            locked_before: Vec::new(),
        };
        migration.finish(&BTreeSet::new());
        let mut report = RehearsalReport::new(Direction::Up);
        report.migrations.push(migration);
        report
    }

    #[test]
    fn each_step_grows_with_what_it_did_and_time_blocked_runs_to_the_end() {
        let reports = [report(1.0), report(1.02), report(0.98)];
        let there = expect(&reports, &[], &facts("here", 1_000_000), &facts("production", 1_000_000));
        let works: Vec<_> = there.steps.iter().map(|step| (step.work, step.table.as_deref())).collect();
        let orders = Some("public.orders");
        let expected = [(WorkKind::Catalog, None), (WorkKind::Rewrite, orders), (WorkKind::IndexBuild, orders)];
        assert_eq!(works, expected);
        let near = |seconds: Option<f64>, expected: f64| (seconds.unwrap_or_default() / expected - 1.0).abs() < 0.01;
        assert!(near(there.impact.time.seconds, 3.001), "{:?}", there.impact);
        assert!(near(there.impact.downtime.seconds, 3.0), "{:?}", there.impact);
        assert!(there.impact.time.confidence.is_some_and(|confidence| confidence > 0.9), "{:?}", there.impact);
        let larger = expect(&reports, &[], &facts("here", 1_000_000), &facts("production", 5_000_000));
        assert!(larger.impact.time.seconds.is_some_and(|seconds| seconds > 15.0), "{:?}", larger.impact);
        assert_eq!(larger.impact.time.confidence, None);
    }
}
