//! Stages: hooks that run after the commit, in order, each of their steps recorded as done.
//!
//! A step that has a transaction of its own is done when its record is: both are committed together. One outside of
//! transactions is recorded as sent and as done; where nobody recorded how it ended it is simply run again, which a hook
//! that runs there must stand. A run that goes on later begins at the first step that is not done.

mod parallel;
mod step;

use super::{
    Flow, Moment, Run, RunFailure,
    hooks::{HookRecord, HookTrouble, Kept, Wanted},
    job::{Job, Tally},
    transaction::{Trouble, elapsed, failure_event},
};
use crate::migrate::{hooks::PlannedHook, plan::Direction};
use confiture_model::{
    hook::HookStep,
    migration::{LedgerEntry, Progress, StepState, StoredStep},
    session::SessionError,
};
use serde_json::json;
use std::{collections::VecDeque, time::Instant};

/// Events to look through for what hooks measured before.
pub(super) const EVENTS: u32 = 1_000;

impl Run<'_> {
    /// The migration is committed: its stages run, and it is done.
    pub(super) async fn committed(
        &mut self,
        job: &Job<'_>,
        tally: Tally,
        snapshot: Option<String>,
    ) -> Result<Flow, RunFailure> {
        let count = job.stages().len();
        let is_pending = count > 0 || job.planned.action.is_stages();
        let snapshot = match is_pending {
            true => {
                self.observer.observe(&Moment::Committed { title: job.title(), stages: count });
                self.stages(job, tally, snapshot).await?
            }
            false => snapshot,
        };
        let records = std::mem::take(&mut self.kept.records);
        self.finish(job, job.done(tally, snapshot, records));
        Ok(Flow::Done)
    }

    /// Goes on with the stages of a migration that an earlier run committed.
    pub(super) async fn resume_stages(&mut self, job: &Job<'_>) -> Result<Flow, RunFailure> {
        let event = job.event("resumed", None, json!({ "action": job.planned.action }));
        self.ledger("noting that it goes on", |connection| connection.note(&event)).await?;
        let events = self.ledger("reading the events", |connection| connection.events(EVENTS)).await?;
        self.kept = Kept::restored(&events, &job.planned.version, job.done_kind());
        let snapshot = job.before.and_then(|before| before.snapshot.clone());
        self.committed(job, Tally::default(), snapshot).await
    }

    async fn stages(
        &mut self,
        job: &Job<'_>,
        tally: Tally,
        snapshot: Option<String>,
    ) -> Result<Option<String>, RunFailure> {
        let version = &job.planned.version;
        let mut done = 0;
        let stored = match self.connection.stored_steps(version).await {
            Ok(stored) => stored,
            Err(error) => {
                let trouble = Trouble::of("reading what is done of its stages")(error);
                return Err(self.stage_stopped(job, done, trouble).await);
            }
        };
        for hook in job.stages() {
            let is_done = |step: &StoredStep| step.hook == hook.key && step.path.is_empty();
            if !stored.iter().any(|step| is_done(step) && step.state == StepState::Done) {
                let outcome = match self.stage(job, hook, &stored).await {
                    Ok(()) => self.stage_done(job, hook, done + 1, tally, snapshot.clone()).await,
                    Err(trouble) => Err(trouble),
                };
                if let Err(trouble) = outcome {
                    return Err(self.stage_stopped(job, done, trouble).await);
                }
            }
            done += 1;
        }
        match self.close_stages(job, tally, snapshot).await {
            Ok(snapshot) => Ok(snapshot),
            Err(trouble) => Err(self.stage_stopped(job, done, trouble).await),
        }
    }

    async fn stage(&mut self, job: &Job<'_>, hook: &PlannedHook, stored: &[StoredStep]) -> Result<(), Trouble> {
        let mut kept = std::mem::take(&mut self.kept);
        let outcome = self.stage_steps(job, hook, stored, &mut kept).await;
        self.kept = kept;
        outcome.map_err(Trouble::from)
    }

    /// Runs what is left of the steps of a stage.
    async fn stage_steps(
        &mut self,
        job: &Job<'_>,
        hook: &PlannedHook,
        stored: &[StoredStep],
        kept: &mut Kept,
    ) -> Result<(), HookTrouble> {
        let begun = Instant::now();
        let Some(wanted) = self.hook_run(job.about()).wanted(hook, kept)? else { return Ok(()) };
        let mut record = HookRecord::new(hook);
        let planned: Vec<StoredStep> =
            stored.iter().filter(|step| step.hook == hook.key && !step.path.is_empty()).cloned().collect();
        let planned = if planned.is_empty() { self.plan_stage(job, &wanted).await? } else { planned };
        let mut left: Vec<StoredStep> = planned.into_iter().filter(|step| step.state != StepState::Done).collect();
        step::sort(&mut left);
        let mut queue = VecDeque::from(left);
        while let Some(first) = queue.pop_front() {
            let held = self.connection.lock_is_held().await.map_err(HookTrouble::of("asking for the run lock"))?;
            if !held {
                return Err(HookTrouble::LockLost);
            }
            let mut batch = vec![first];
            while hook.workers > 1 && batch[0].step.parallel && queue.front().is_some_and(|next| next.step.parallel) {
                batch.extend(queue.pop_front());
            }
            let found = match &batch[..] {
                [one] => self.hook_run(job.about()).stage_step(&wanted, one, &mut record).await?,
                several => self.parallel(job, &wanted, several, &mut record).await?,
            };
            wanted.bound(queue.len().saturating_add(found.len()).saturating_add(record.steps as usize))?;
            found.into_iter().rev().for_each(|step| queue.push_front(step));
        }
        record.duration_ms = elapsed(begun);
        self.hook_run(job.about()).finish(record, kept);
        Ok(())
    }

    /// Asks for the steps of a stage, in a transaction that keeps nothing but the record of them.
    async fn plan_stage(&mut self, job: &Job<'_>, wanted: &Wanted<'_>) -> Result<Vec<StoredStep>, HookTrouble> {
        self.connection.begin(0, 0).await.map_err(HookTrouble::of("beginning a transaction"))?;
        let steps = self.hook_run(job.about()).plan(wanted).await?;
        let steps: Vec<StoredStep> = steps
            .into_iter()
            .enumerate()
            .map(|(index, step)| planned(wanted.planned, (index + 1).to_string(), step))
            .collect();
        let stored = self.connection.store_steps(&job.planned.version, &steps).await;
        stored.map_err(HookTrouble::of("writing down the steps of a stage"))?;
        self.connection.commit().await.map_err(HookTrouble::of("committing the steps of a stage"))?;
        Ok(steps)
    }

    /// The ledger says that one more stage is done.
    async fn stage_done(
        &mut self,
        job: &Job<'_>,
        hook: &PlannedHook,
        done: usize,
        tally: Tally,
        snapshot: Option<String>,
    ) -> Result<(), Trouble> {
        let record = self.kept.records.iter().rev().find(|record| record.key == hook.key);
        let details =
            json!({ "stage": done, "of": job.stages().len(), "hooks": record.into_iter().collect::<Vec<_>>() });
        let event = job.event("stage-done", record.map(|record| record.duration_ms), details);
        let (entry, marker) = (job.pending(done, tally, snapshot), marker(hook, StepState::Done));
        let written = async {
            self.connection.begin(0, 0).await?;
            self.connection.store_steps(&job.planned.version, std::slice::from_ref(&marker)).await?;
            self.connection.record(&entry, &event).await?;
            self.connection.commit().await
        };
        written.await.map_err(Trouble::of("recording that a stage is done"))
    }

    /// All stages are done: the migration is applied, or gone from the ledger.
    async fn close_stages(
        &mut self,
        job: &Job<'_>,
        tally: Tally,
        before: Option<String>,
    ) -> Result<Option<String>, Trouble> {
        let doing = "recording that all stages are done";
        self.connection.begin(0, 0).await.map_err(Trouble::of(doing))?;
        // Stages may have changed the schema.
        let snapshot = self.put_back(job).await?.or(before);
        let details = json!({ "snapshot": job.snapshot.then_some(snapshot.as_ref()).flatten() });
        let event = job.event("stages-done", None, details);
        let written = match (job.direction, job.before) {
            (Direction::Down, _) => self.connection.remove(&job.planned.version, &event).await,
            (Direction::Up, before) => {
                let entry = match before.filter(|_| job.planned.action.is_stages()) {
                    Some(before) => {
                        LedgerEntry { progress: Progress::Applied, snapshot: snapshot.clone(), ..before.clone() }
                    }
                    None => job.applied(tally, snapshot.clone()),
                };
                self.connection.record(&entry, &event).await
            }
        };
        written.map_err(Trouble::of(doing))?;
        if !self.connection.lock_is_held().await.map_err(Trouble::of("asking for the run lock"))? {
            return Err(Trouble::LockLost);
        }
        self.connection.commit().await.map_err(Trouble::of(doing))?;
        Ok(snapshot)
    }

    /// What is committed stays, and is recorded; the next run goes on.
    async fn stage_stopped(&mut self, job: &Job<'_>, done: usize, trouble: Trouble) -> RunFailure {
        if trouble.is_connected() {
            // A transaction may be open, or not.
            let _: Result<(), SessionError> = self.connection.rollback().await;
            let mut event = failure_event(job, &trouble, Tally::default());
            event.kind =
                if matches!(trouble, Trouble::Interrupted) { "interrupted" } else { "stage-failed" }.to_owned();
            let _ = self.connection.note(&event).await;
        }
        let of = job.stages().len();
        let migration = job.title().to_owned();
        let cause = match trouble {
            Trouble::Interrupted => RunFailure::Interrupted { migration: None, stopped: Some((done, of)) },
            Trouble::LockLost => RunFailure::Undone {
                migration: migration.clone(),
                reason: "the run lock was lost".to_owned(),
                help: None,
            },
            Trouble::Ours(doing, error) => RunFailure::Undone {
                migration: migration.clone(),
                reason: format!("{doing}: {error}"),
                help: error.hint,
            },
            other => Self::undone(job, other, 1),
        };
        RunFailure::StagesStopped { migration, direction: job.direction, done, of, cause: Box::new(cause) }
    }
}

/// What the ledger remembers of a hook as a whole.
pub(super) fn marker(hook: &PlannedHook, state: StepState) -> StoredStep {
    let step =
        HookStep { title: hook.title().to_owned(), arguments: String::new(), estimated_rows: None, parallel: false };
    StoredStep { state, ..planned(hook, String::new(), step) }
}

fn planned(hook: &PlannedHook, path: String, step: HookStep) -> StoredStep {
    StoredStep { hook: hook.key.clone(), path, step, state: StepState::Planned, rows: 0 }
}
