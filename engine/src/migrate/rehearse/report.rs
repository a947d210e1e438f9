//! What a rehearsal learnt, as data. It holds no row values.

use super::{impact::ExpectedImpact, metrics::Metrics};
use crate::migrate::{
    diff::Difference,
    plan::{Action, Direction, PlannedMigration, Skipped},
    run::FailureReport,
};
use confiture_model::{
    object::{ObjectKind, ObjectRef},
    rehearsal::{ApplicationStatement, LockMode, Observation, SequenceMoved, Violation},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// The version of a printed report.
pub const REHEARSAL_VERSION: u32 = 1;

/// What a rehearsal learnt.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RehearsalReport {
    /// [`REHEARSAL_VERSION`].
    pub schema_version: u32,
    /// Which way it went.
    pub direction: Direction,
    /// `server_version_num`; 0 where nothing was to be done.
    pub server_version: u32,
    /// How often it was begun: more than once where a lock was not to be had.
    pub attempts: u32,
    /// Sums over everything.
    pub metrics: Metrics,
    /// What ran, in order.
    pub migrations: Vec<RehearsedMigration>,
    /// What could not be rehearsed.
    pub unrehearsed: Vec<Unrehearsed>,
    /// The difference of the schema in words: `added columns: 2`.
    pub changes: Vec<String>,
    /// The difference of the schema.
    pub differences: Vec<Difference>,
    /// Constraints that did not hold.
    pub violations: Vec<Violation>,
    /// Data that checks found not to agree.
    pub inconsistencies: Vec<String>,
    /// What the rollback did not undo.
    pub left_behind: Vec<SequenceMoved>,
    /// What to expect of another database; none where there are no facts about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impact: Option<ExpectedImpact>,
    /// What is pending and would not run.
    pub skipped: Vec<Skipped>,
    /// What is worth knowing.
    pub notes: Vec<String>,
    /// Why it ended early; none where it did not.
    pub failure: Option<FailureReport>,
}

/// A migration that was rehearsed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RehearsedMigration {
    /// As the ledger would know it.
    pub version: String,
    /// Version and name.
    pub title: String,
    /// Its file.
    pub file: String,
    /// What was done with it.
    pub action: Action,
    /// Milliseconds of all steps.
    pub ms: f64,
    /// Its statements and the steps of its hooks, in order.
    pub steps: Vec<RehearsedStep>,
    /// Every lock on a relation, in the order in which they were taken.
    pub locks: Vec<HeldLock>,
    /// Relations that an earlier migration of the rehearsal had locked: what this one takes on them may not show.
    pub locked_before: Vec<ObjectRef>,
}

/// A statement or a step of a hook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RehearsedStep {
    /// Which.
    #[serde(flatten)]
    pub what: StepKind,
    /// Milliseconds that it took.
    pub ms: f64,
    /// Milliseconds that it took in other rehearsals of the same dry-run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repeated_ms: Vec<f64>,
    /// Rows that PostgreSQL, or the hook, says it changed.
    pub rows: u64,
    /// Whether it failed: then nobody saw what it did.
    pub failed: bool,
    /// What it was seen to do.
    pub seen: Observation,
}

/// Which step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "step")]
pub enum StepKind {
    /// A statement of the script.
    Statement {
        /// From 1.
        number: usize,
        /// `alter table: add column`.
        kind: String,
        /// `file:line:column`.
        place: String,
        /// The checksum of its text: the same statement elsewhere.
        checksum: String,
    },
    /// A step of a hook.
    Hook {
        /// `after_ddl`.
        phase: String,
        /// `backfill_read_model`.
        hook: String,
        /// What the step does.
        #[serde(rename = "title")]
        step: String,
    },
}

/// A lock, from the beginning of the step that took it to the end of its migration.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HeldLock {
    /// On what.
    pub relation: ObjectRef,
    /// How.
    pub mode: LockMode,
    /// The step that took it, from 0, by its place in [`RehearsedMigration::steps`].
    pub step: usize,
    /// Milliseconds from the migration's beginning to the beginning of that step.
    pub from_ms: f64,
    /// Milliseconds until the migration's end.
    pub held_ms: f64,
    /// What applications cannot do meanwhile; nothing for a relation that the migration made.
    pub blocks: Vec<ApplicationStatement>,
    /// Whether the migration made the relation.
    pub own: bool,
}

/// Something that could not be rehearsed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unrehearsed {
    /// Version and name.
    pub migration: String,
    /// Where it stands.
    pub place: Option<String>,
    /// `CREATE INDEX CONCURRENTLY`, or a hook.
    pub what: String,
    /// Why not.
    pub reason: String,
}

impl RehearsalReport {
    pub(super) fn new(direction: Direction) -> Self {
        Self {
            schema_version: REHEARSAL_VERSION,
            direction,
            server_version: 0,
            attempts: 0,
            metrics: Metrics::default(),
            migrations: Vec::new(),
            unrehearsed: Vec::new(),
            changes: Vec::new(),
            differences: Vec::new(),
            violations: Vec::new(),
            inconsistencies: Vec::new(),
            left_behind: Vec::new(),
            impact: None,
            skipped: Vec::new(),
            notes: Vec::new(),
            failure: None,
        }
    }

    /// Another try begins: only what the one before left in the database still counts.
    pub(super) fn forget(&mut self) {
        self.migrations.clear();
        self.unrehearsed.clear();
        self.violations.clear();
        self.inconsistencies.clear();
    }

    pub(super) fn finish(&mut self) {
        self.metrics = Metrics::of(self);
    }

    /// Tables whose rows changed or were written anew, in the order of their names.
    pub fn changed_tables(&self) -> Vec<ObjectRef> {
        let mut tables = BTreeSet::new();
        let gone: BTreeSet<&ObjectRef> = self.steps().flat_map(|step| &step.seen.dropped).collect();
        for seen in self.steps().map(|step| &step.seen) {
            let rewritten = seen.rewrites.iter().filter(|rewrite| !rewrite.emptied).map(|rewrite| &rewrite.relation);
            tables.extend(seen.rows.iter().map(|rows| &rows.table).chain(rewritten));
        }
        let is_table = |table: &&ObjectRef| matches!(table.kind, ObjectKind::Table | ObjectKind::Partition);
        tables.into_iter().filter(is_table).filter(|table| !gone.contains(table)).cloned().collect()
    }

    /// Every step of every migration.
    pub fn steps(&self) -> impl Iterator<Item = &RehearsedStep> {
        self.migrations.iter().flat_map(|migration| &migration.steps)
    }
}

impl RehearsedMigration {
    pub(super) fn new(planned: &PlannedMigration) -> Self {
        Self {
            version: planned.version.clone(),
            title: planned.title.clone(),
            file: planned.file.clone(),
            action: planned.action,
            ms: 0.0,
            steps: Vec::new(),
            locks: Vec::new(),
            locked_before: Vec::new(),
        }
    }

    /// All its steps ran, or one failed: adds up. What we do between the steps does not count.
    pub(super) fn finish(&mut self, locked: &BTreeSet<ObjectRef>) {
        self.ms = rounded(self.steps.iter().map(|step| step.ms).sum());
        let (mut from, mut locks, mut again) = (0.0, Vec::new(), BTreeMap::new());
        for (place, step) in self.steps.iter().enumerate() {
            for taken in &step.seen.locks {
                locks.push(HeldLock {
                    relation: taken.relation.clone(),
                    mode: taken.mode,
                    step: place,
                    from_ms: rounded(from),
                    held_ms: rounded(self.ms - from),
                    blocks: if taken.own { Vec::new() } else { taken.mode.blocks() },
                    own: taken.own,
                });
            }
            for table in step.seen.tables.iter().map(|facts| &facts.table).filter(|table| locked.contains(table)) {
                again.insert(table.clone(), ());
            }
            from += step.ms;
        }
        self.locks = locks;
        self.locked_before = again.into_keys().collect();
    }
}

/// Milliseconds, to the microsecond.
pub(super) fn milliseconds(duration: Duration) -> f64 {
    rounded(duration.as_secs_f64() * 1000.0)
}

pub(super) fn rounded(ms: f64) -> f64 {
    (ms * 1000.0).round() / 1000.0
}
