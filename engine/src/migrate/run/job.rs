//! One migration in one direction, and what the ledger is told about it.

use super::{
    Done,
    hooks::{About, HookRecord},
};
use crate::migrate::{
    files::Migration,
    hooks::{PlannedHook, Runs},
    plan::{Action, Direction, PlannedMigration},
    script::{Script, Step},
};
use confiture_model::{
    facts::RecordedStatement,
    hook::Phase,
    migration::{Event, LedgerEntry, Progress},
};
use serde_json::{Value, json};
use std::ops::Range;

/// A migration that runs.
pub(super) struct Job<'a> {
    run: &'a str,
    pub(super) planned: &'a PlannedMigration,
    pub(super) script: &'a Script,
    pub(super) direction: Direction,
    /// What the ledger held of it.
    pub(super) before: Option<&'a LedgerEntry>,
    /// Whether the schema is stored after it.
    pub(super) snapshot: bool,
    migration: &'a Migration,
}

/// What ran of a migration so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) statements: u32,
    pub(super) rows: u64,
    pub(super) attempts: u32,
    pub(super) duration_ms: u64,
}

impl<'a> Job<'a> {
    pub(super) fn new(
        run: &'a str,
        planned: &'a PlannedMigration,
        migration: &'a Migration,
        direction: Direction,
        before: Option<&'a LedgerEntry>,
        snapshot: bool,
    ) -> Self {
        let script = match (direction, &migration.down) {
            (Direction::Down, Some(down)) => down,
            _ => &migration.up,
        };
        Self { run, planned, script, direction, before, snapshot, migration }
    }

    pub(super) fn title(&self) -> &'a str {
        &self.planned.title
    }

    pub(super) fn step(&self, index: usize) -> Option<&'a Step> {
        self.script.steps().get(index)
    }

    pub(super) fn count(&self) -> usize {
        self.script.steps().len()
    }

    /// Where it goes on: the first statement that is not done, and whether it was sent.
    pub(super) fn start(&self) -> (usize, bool) {
        match self.planned.action {
            Action::Resume { done, started } | Action::ResumeUndo { done, started } => {
                (usize::try_from(done).unwrap_or(usize::MAX), started)
            }
            _ => (0, false),
        }
    }

    /// Whether the migration is done with these statements.
    pub(super) fn is_last(&self, part: &Range<usize>) -> bool {
        part.end >= self.count() && (part.is_empty() || self.own_hooks(false).is_empty())
    }

    /// Whether hooks stand behind its statements, in their transaction.
    pub(super) fn has_hooks_within(&self) -> bool {
        let stands = |hook: &PlannedHook| hook.runs == Runs::InTransaction && hook.phase != Phase::BeforeDdl;
        self.planned.hooks.iter().any(stands)
    }

    /// Its stages after the commit, in order.
    pub(super) fn stages(&self) -> Vec<&'a PlannedHook> {
        self.planned.hooks.iter().filter(|hook| hook.runs.is_stage()).collect()
    }

    /// The hooks of a migration outside a transaction that stand before its statements, or behind them.
    pub(super) fn own_hooks(&self, before_ddl: bool) -> Vec<&'a PlannedHook> {
        let hooks = self.planned.hooks.iter().filter(|hook| hook.runs == Runs::OwnTransaction);
        hooks.filter(|hook| (hook.phase == Phase::BeforeDdl) == before_ddl).collect()
    }

    /// What hooks are told about it.
    pub(super) fn about(&self) -> About<'a> {
        About {
            title: &self.planned.title,
            version: &self.planned.version,
            direction: self.direction,
            dry_run: false,
            failure: None,
        }
    }

    /// The entry of a migration whose statements are committed, and so many of its stages.
    pub(super) fn pending(&self, done: usize, tally: Tally, snapshot: Option<String>) -> LedgerEntry {
        let done = u32::try_from(done).unwrap_or(u32::MAX);
        match (self.direction, self.before) {
            (Direction::Down, Some(before)) => {
                LedgerEntry { progress: Progress::UndoneStagesPending { done }, ..before.clone() }
            }
            (_, Some(before)) if self.planned.action.is_stages() => {
                LedgerEntry { progress: Progress::StagesPending { done }, ..before.clone() }
            }
            _ => LedgerEntry { progress: Progress::StagesPending { done }, ..self.applied(tally, snapshot) },
        }
    }

    /// The kind of the event that says that it is done.
    pub(super) fn done_kind(&self) -> &'static str {
        match self.direction {
            Direction::Up => "applied",
            Direction::Down => "rolled-back",
        }
    }

    /// The entry of a migration that is applied.
    pub(super) fn applied(&self, tally: Tally, snapshot: Option<String>) -> LedgerEntry {
        LedgerEntry {
            version: self.planned.version.clone(),
            name: self.planned.name.clone(),
            checksum: self.planned.checksum.clone(),
            progress: Progress::Applied,
            applied_at: String::new(),
            applied_by: String::new(),
            duration_ms: tally.duration_ms,
            snapshot,
            origin: "run".to_owned(),
        }
    }

    /// The entry of a migration that is under way: `done` statements ran, and the one after them was sent or not.
    pub(super) fn partial(&self, done: usize, started: bool, tally: Tally) -> LedgerEntry {
        let count = u32::try_from(done).unwrap_or(u32::MAX);
        match (self.direction, self.before) {
            (Direction::Down, Some(before)) => {
                LedgerEntry { progress: Progress::Undoing { done: count, started }, ..before.clone() }
            }
            _ => LedgerEntry {
                checksum: self.script.checksum_of_first(done + usize::from(started)),
                progress: Progress::Partial { done: count, started },
                ..self.applied(tally, None)
            },
        }
    }

    /// An event about it.
    pub(super) fn event(&self, kind: &str, duration_ms: Option<u64>, details: Value) -> Event {
        Event {
            kind: kind.to_owned(),
            version: Some(self.planned.version.clone()),
            name: Some(self.planned.name.clone()),
            run: self.run.to_owned(),
            duration_ms,
            details,
        }
    }

    /// The event that it is done.
    pub(super) fn done_event(
        &self,
        tally: Tally,
        snapshot: Option<&str>,
        hooks: &[HookRecord],
        timings: &[RecordedStatement],
    ) -> Event {
        let details = json!({
            "action": self.planned.action,
            "attempts": tally.attempts,
            "hooks": hooks,
            "label": self.migration.label,
            "rows": tally.rows,
            "snapshot": snapshot,
            "stages": self.stages().len(),
            "statements": tally.statements,
            "timings": timings,
        });
        self.event(self.done_kind(), Some(tally.duration_ms), details)
    }

    /// What the report says of it.
    pub(super) fn done(&self, tally: Tally, snapshot: Option<String>, hooks: Vec<HookRecord>) -> Done {
        Done {
            version: self.planned.version.clone(),
            title: self.planned.title.clone(),
            action: self.planned.action,
            statements: tally.statements,
            rows: tally.rows,
            attempts: tally.attempts,
            duration_ms: tally.duration_ms,
            snapshot,
            hooks,
        }
    }
}
