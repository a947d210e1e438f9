//! The sums: "Metrics Captured During Dry-Run" of the specification.

use super::report::{RehearsalReport, StepKind, rounded};
use confiture_model::{
    object::{ObjectKind, ObjectRef},
    rehearsal::Violation,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// Sums over a rehearsal. Times are milliseconds; relations are named `schema.table`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Metrics {
    /// Of all statements and hooks.
    pub total_execution_ms: f64,
    /// Of all statements.
    pub ddl_execution_ms: f64,
    /// Of each hook, by phase and name.
    pub hook_execution_ms: BTreeMap<String, f64>,
    /// Rows, hooks' included; a TRUNCATE is not counted.
    pub rows_inserted: u64,
    /// As `rows_inserted`.
    pub rows_updated: u64,
    /// As `rows_inserted`.
    pub rows_deleted: u64,
    /// Tables that were emptied.
    pub tables_emptied: Vec<String>,
    /// For each relation that was there before, how long reading or writing its rows had to wait.
    pub table_lock_ms: BTreeMap<String, f64>,
    /// The longest of these.
    pub max_lock_ms: f64,
    /// Tables that were written anew.
    pub tables_rewritten: Vec<String>,
    /// Indexes made, those of new tables included.
    pub indexes_created: Vec<String>,
    /// Indexes dropped.
    pub indexes_dropped: Vec<String>,
    /// For each index that was made or built anew on a table that was there before, the time of the statement.
    pub index_creation_ms: BTreeMap<String, f64>,
    /// The time of all statements that made or rebuilt an index; one that made several counts once.
    pub index_creation_total_ms: f64,
    /// Bytes of each index that was made.
    pub index_bytes: BTreeMap<String, u64>,
    /// Constraints made.
    pub constraints_added: Vec<String>,
    /// Constraints dropped.
    pub constraints_removed: Vec<String>,
    /// Constraints that all rows were checked against, and found to keep.
    pub constraints_verified: u64,
    /// Constraints that rows violate: `public.t.t_a_key (a)`, never values.
    pub constraint_violations: Vec<String>,
    /// What checks found not to agree.
    pub data_inconsistencies: Vec<String>,
    /// For another environment: none without facts about one.
    pub estimated_production_ms: Option<f64>,
    /// As `estimated_production_ms`.
    pub estimated_downtime_ms: Option<f64>,
    /// From 0 to 100; none where there is no estimate.
    pub confidence_percent: Option<f64>,
}

impl Metrics {
    pub(super) fn of(report: &RehearsalReport) -> Self {
        let mut metrics = Self { data_inconsistencies: report.inconsistencies.clone(), ..Self::default() };
        metrics.times(report);
        metrics.rows(report);
        metrics.locks(report);
        metrics.objects(report);
        metrics.constraint_violations = report.violations.iter().map(violation).collect();
        metrics
    }

    fn times(&mut self, report: &RehearsalReport) {
        for step in report.steps() {
            self.total_execution_ms += step.ms;
            match &step.what {
                StepKind::Statement { .. } => self.ddl_execution_ms += step.ms,
                StepKind::Hook { phase, hook, .. } => {
                    *self.hook_execution_ms.entry(format!("{phase}: {hook}")).or_default() += step.ms;
                }
            }
        }
        self.total_execution_ms = rounded(self.total_execution_ms);
        self.ddl_execution_ms = rounded(self.ddl_execution_ms);
    }

    fn rows(&mut self, report: &RehearsalReport) {
        for rows in report.steps().flat_map(|step| &step.seen.rows) {
            self.rows_inserted += rows.inserted;
            self.rows_updated += rows.updated;
            self.rows_deleted += rows.deleted;
        }
        for rewrite in report.steps().flat_map(|step| &step.seen.rewrites) {
            let list = match (rewrite.emptied, rewrite.relation.kind) {
                (_, ObjectKind::Index) => continue,
                (true, _) => &mut self.tables_emptied,
                (false, _) => &mut self.tables_rewritten,
            };
            add(list, &rewrite.relation);
        }
    }

    fn locks(&mut self, report: &RehearsalReport) {
        let locks = report.migrations.iter().flat_map(|migration| &migration.locks);
        for lock in locks.filter(|lock| !lock.own && lock.mode.blocks_an_application()) {
            let longest = self.table_lock_ms.entry(lock.relation.to_string()).or_default();
            *longest = longest.max(lock.held_ms);
            self.max_lock_ms = self.max_lock_ms.max(lock.held_ms);
        }
    }

    fn objects(&mut self, report: &RehearsalReport) {
        for step in report.steps() {
            let indexes = step.seen.made.iter().chain(&step.seen.rebuilt);
            if indexes.into_iter().any(|made| made.object.kind == ObjectKind::Index) {
                self.index_creation_total_ms = rounded(self.index_creation_total_ms + step.ms);
            }
            for made in step.seen.made.iter().chain(&step.seen.rebuilt) {
                let is_new = step.seen.made.iter().any(|new| new.object == made.object);
                match made.object.kind {
                    ObjectKind::Index => {
                        let name = made.object.to_string();
                        self.index_bytes.insert(name.clone(), made.bytes.unwrap_or_default());
                        *self.index_creation_ms.entry(name).or_default() += step.ms;
                        if is_new {
                            add(&mut self.indexes_created, &made.object);
                        }
                    }
                    ObjectKind::Constraint => {
                        self.constraints_verified += u64::from(made.validated == Some(true));
                        if is_new {
                            add(&mut self.constraints_added, &made.object);
                        }
                    }
                    _ => {}
                }
            }
            self.constraints_verified += u64::try_from(step.seen.validated.len()).unwrap_or(u64::MAX);
            for dropped in &step.seen.dropped {
                match dropped.kind {
                    ObjectKind::Index => add(&mut self.indexes_dropped, dropped),
                    ObjectKind::Constraint => add(&mut self.constraints_removed, dropped),
                    _ => {}
                }
            }
        }
    }
}

fn add(list: &mut Vec<String>, object: &ObjectRef) {
    let name = object.to_string();
    if !list.contains(&name) {
        list.push(name);
    }
}

fn violation(violation: &Violation) -> String {
    let table = violation.table.as_ref().map(ToString::to_string);
    let name: Vec<String> = [table, violation.constraint.clone()].into_iter().flatten().collect();
    match violation.columns.is_empty() {
        true => name.join("."),
        false => format!("{} ({})", name.join("."), violation.columns.join(", ")),
    }
}
