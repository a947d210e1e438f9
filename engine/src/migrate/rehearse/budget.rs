//! How long others may be made to wait.

use super::stop::Stop;
use confiture_model::rehearsal::Observation;
use std::time::{Duration, Instant};

/// Statements that by themselves lock no table in a way that an application waits for.
const HARMLESS: [&str; 12] =
    ["select", "values", "with", "insert", "update", "delete", "merge", "copy", "explain", "set", "reset", "comment"];

/// The time that a lock may be held for which an application has to wait.
#[derive(Debug)]
pub(super) struct Budget {
    all: Option<Duration>,
    /// Since when one is held; or may be, by the statement that is running.
    since: Option<Instant>,
    is_certain: bool,
}

impl Budget {
    pub fn new(all: Option<Duration>) -> Self {
        Self { all, since: None, is_certain: false }
    }

    /// What is left of it for a statement that begins now; none where there is no bound. A statement that may take such a
    /// lock counts from its beginning, because nobody sees when it gets it.
    pub fn left(&mut self, kind: &str) -> Option<Duration> {
        let all = self.all?;
        if !self.is_certain {
            self.since = (!HARMLESS.contains(&kind)).then(Instant::now);
        }
        Some(all.saturating_sub(self.since?.elapsed()))
    }

    /// What a statement was seen to lock.
    pub fn note(&mut self, seen: &Observation) {
        let blocks = seen.locks.iter().any(|lock| !lock.own && lock.mode.blocks_an_application());
        self.is_certain |= blocks;
        if !self.is_certain {
            self.since = None;
        } else if self.since.is_none() {
            self.since = Some(Instant::now());
        }
    }

    /// Whether there is any of it left.
    pub fn check(&self, migration: usize, step: usize) -> Result<(), Stop> {
        let (Some(all), Some(since)) = (self.all, self.since) else { return Ok(()) };
        match since.elapsed() > all {
            true => Err(self.exceeded(migration).at(step)),
            false => Ok(()),
        }
    }

    pub fn exceeded(&self, migration: usize) -> Stop {
        Stop::Budget { migration, step: None, budget: self.all.unwrap_or_default() }
    }
}
