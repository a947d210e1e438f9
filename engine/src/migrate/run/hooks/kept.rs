//! What is kept of the hooks of a migration: for later hooks, for the ledger, for the report.

use crate::migrate::hooks::{PlannedHook, Runs};
use confiture_model::{
    hook::{HookOutcome, Phase},
    migration::RecordedEvent,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use std::collections::HashMap;

/// Of a hook with more steps than this, no more are listed one by one.
const LISTED: usize = 100;
/// So many notes of a hook are kept, each so long.
const NOTES: usize = 50;
const NOTE: usize = 1_000;

/// What a hook did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HookRecord {
    /// What it is known by among the hooks of its migration.
    pub key: String,
    /// When it ran.
    pub phase: Phase,
    /// The project's name of its plugin.
    pub plugin: String,
    /// Its name there.
    pub hook: String,
    /// What it is for, in the user's words.
    pub description: Option<String>,
    /// Where it ran.
    pub runs: Runs,
    /// Why it did not run, where it did not.
    pub skipped: Option<String>,
    /// How many steps it took, in this run.
    pub steps: u32,
    /// How many rows it changed, as it counts them.
    pub rows: u64,
    /// The most often that one of its steps was tried.
    pub tries: u32,
    /// Milliseconds.
    pub duration_ms: u64,
    /// What it said.
    pub notes: Vec<String>,
    /// What it measured: a JSON object.
    pub statistics: Json,
    /// Its first hundred steps.
    pub timings: Vec<StepRecord>,
}

/// What a step of a hook did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRecord {
    /// What it was, for people.
    pub title: String,
    /// How many rows it changed.
    pub rows: u64,
    /// How often it was tried.
    pub tries: u32,
    /// Milliseconds of the try that succeeded.
    pub duration_ms: u64,
}

impl HookRecord {
    pub(in crate::migrate) fn new(hook: &PlannedHook) -> Self {
        Self {
            key: hook.key.clone(),
            phase: hook.phase,
            plugin: hook.plugin.clone(),
            hook: hook.hook.clone(),
            description: hook.description.clone(),
            runs: hook.runs,
            skipped: None,
            steps: 0,
            rows: 0,
            tries: 0,
            duration_ms: 0,
            notes: Vec::new(),
            statistics: json!({}),
            timings: Vec::new(),
        }
    }

    /// A step is done. What later steps measure under the same name takes the place of what earlier ones did.
    pub(in crate::migrate) fn step(&mut self, title: &str, outcome: &HookOutcome, tries: u32, duration_ms: u64) {
        self.steps = self.steps.saturating_add(1);
        self.rows = self.rows.saturating_add(outcome.rows_affected);
        self.tries = self.tries.max(tries);
        let room = NOTES.saturating_sub(self.notes.len());
        self.notes.extend(outcome.notes.iter().take(room).map(|note| note.chars().take(NOTE).collect::<String>()));
        if let (Json::Object(all), Json::Object(new)) = (&mut self.statistics, &outcome.statistics) {
            all.extend(new.clone());
        }
        if self.timings.len() < LISTED {
            let title = title.to_owned();
            self.timings.push(StepRecord { title, rows: outcome.rows_affected, tries, duration_ms });
        }
    }
}

impl HookRecord {
    /// Adds what another worker did of the same hook.
    pub(in crate::migrate) fn join(&mut self, other: Self) {
        self.steps = self.steps.saturating_add(other.steps);
        self.rows = self.rows.saturating_add(other.rows);
        self.tries = self.tries.max(other.tries);
        let room = NOTES.saturating_sub(self.notes.len());
        self.notes.extend(other.notes.into_iter().take(room));
        if let (Json::Object(all), Json::Object(new)) = (&mut self.statistics, other.statistics) {
            all.extend(new);
        }
        let room = LISTED.saturating_sub(self.timings.len());
        self.timings.extend(other.timings.into_iter().take(room));
    }
}

/// What is kept of the hooks that ran.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::migrate) struct Kept {
    pub(in crate::migrate) records: Vec<HookRecord>,
    statistics: Map<String, Json>,
    /// The last number that stands behind a hook's name in them.
    numbers: HashMap<String, u32>,
}

impl Kept {
    /// One JSON object keyed by hook: `backfill`; a second one of that name is `backfill-2`.
    pub(in crate::migrate) fn statistics(&self) -> Json {
        Json::Object(self.statistics.clone())
    }

    pub(in crate::migrate) fn add(&mut self, record: HookRecord) {
        self.keep(&record);
        self.records.push(record);
    }

    fn keep(&mut self, record: &HookRecord) {
        if record.skipped.is_some() {
            return;
        }
        let number = self.numbers.entry(record.hook.clone()).or_default();
        let name = loop {
            *number += 1;
            let name = if *number == 1 { record.hook.clone() } else { format!("{}-{number}", record.hook) };
            if !self.statistics.contains_key(&name) {
                break name;
            }
        };
        self.statistics.insert(name, record.statistics.clone());
    }

    /// What hooks of a migration measured in an earlier run that goes on now. `events` has the newest first; `begun` is the
    /// kind of the event with which what goes on began.
    pub(in crate::migrate) fn restored(events: &[RecordedEvent], version: &str, begun: &str) -> Self {
        let mut kept = Self::default();
        let own = events.iter().filter(|recorded| recorded.event.version.as_deref() == Some(version));
        let mut recent: Vec<&RecordedEvent> = Vec::new();
        for recorded in own {
            recent.push(recorded);
            if recorded.event.kind == begun {
                break;
            }
        }
        for recorded in recent.into_iter().rev() {
            let records = recorded.event.details.get("hooks").cloned().unwrap_or_default();
            let records: Vec<HookRecord> = serde_json::from_value(records).unwrap_or_default();
            records.iter().for_each(|record| kept.keep(record));
        }
        kept
    }
}
