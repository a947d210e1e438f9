//! One step of a stage, with its record.

use super::planned;
use crate::migrate::{
    hooks::Runs,
    run::{
        hooks::{HookRecord, HookRun, HookTrouble, Once, Wanted},
        transaction::elapsed,
    },
};
use confiture_model::{
    fault::Fault,
    hook::HookOutcome,
    migration::{Footing, StepState, StoredStep},
};
use std::time::Instant;

/// In the order in which they run: `2`, `2.1`, `2.2`, `10`.
pub(super) fn sort(steps: &mut [StoredStep]) {
    let numbers =
        |step: &StoredStep| -> Vec<u64> { step.path.split('.').filter_map(|part| part.parse().ok()).collect() };
    steps.sort_by_cached_key(numbers);
}

impl HookRun<'_> {
    /// Runs a step until it is done, or not worth another try. Answers the steps that it found; none where another run has
    /// done it.
    pub(super) async fn stage_step(
        &mut self,
        wanted: &Wanted<'_>,
        stored: &StoredStep,
        record: &mut HookRecord,
    ) -> Result<Vec<StoredStep>, HookTrouble> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            self.step_started(wanted, &stored.step, attempt);
            let begun = Instant::now();
            let tried = match wanted.planned.runs {
                Runs::AfterCommitOutside => self.outside(wanted, stored).await.map(Some),
                _ => self.in_own_transaction(wanted, stored).await,
            };
            match tried {
                Ok(Some((outcome, next))) => {
                    self.step_finished(wanted, &stored.step, &outcome, attempt, elapsed(begun), record);
                    return Ok(next);
                }
                Ok(None) => return Ok(Vec::new()),
                Err(Once::Trouble(trouble)) => return Err(trouble),
                Err(Once::Fault(fault)) => self.again(wanted, &stored.step, attempt, fault).await?,
            }
        }
    }

    /// In a transaction with its record; none where it is done already.
    async fn in_own_transaction(
        &mut self,
        wanted: &Wanted<'_>,
        stored: &StoredStep,
    ) -> Result<Option<(HookOutcome, Vec<StoredStep>)>, Once> {
        self.connection.begin(0, 0).await.map_err(HookTrouble::of("beginning a transaction"))?;
        let claimed = self.connection.claim_step(self.about.version, &stored.hook, &stored.path).await;
        if claimed.map_err(HookTrouble::of("taking a step"))? == Some(StepState::Done) {
            self.roll_back().await?;
            return Ok(None);
        }
        let outcome = match self.once(wanted, &stored.step, Footing::Transaction).await {
            Ok(outcome) => outcome,
            Err(Once::Fault(fault)) => return Err(self.undone(fault).await),
            Err(trouble) => return Err(trouble),
        };
        let (steps, next) = done(wanted, stored, &outcome);
        // A statement that failed and that the hook kept to itself shows here: the transaction takes no more.
        let written = self.connection.store_steps(self.about.version, &steps).await;
        written.map_err(HookTrouble::of("recording that a step is done"))?;
        self.connection.commit().await.map_err(HookTrouble::of("committing a step"))?;
        Ok(Some((outcome, next)))
    }

    async fn undone(&mut self, fault: Fault) -> Once {
        match self.roll_back().await {
            Ok(()) => Once::Fault(fault),
            Err(trouble) => trouble.into(),
        }
    }

    async fn roll_back(&mut self) -> Result<(), HookTrouble> {
        self.connection.rollback().await.map_err(HookTrouble::of("rolling back"))
    }

    /// Outside of transactions: recorded as sent, run, and recorded as done.
    async fn outside(
        &mut self,
        wanted: &Wanted<'_>,
        stored: &StoredStep,
    ) -> Result<(HookOutcome, Vec<StoredStep>), Once> {
        let sent = StoredStep { state: StepState::Sent, ..stored.clone() };
        let written = self.connection.store_steps(self.about.version, std::slice::from_ref(&sent)).await;
        written.map_err(HookTrouble::of("recording that a step is sent"))?;
        self.connection.set_lock_timeout(0).await.map_err(HookTrouble::of("switching lock_timeout off"))?;
        let outcome = self.once(wanted, &stored.step, Footing::Outside).await?;
        let (steps, next) = done(wanted, stored, &outcome);
        let written = self.connection.store_steps(self.about.version, &steps).await;
        written.map_err(HookTrouble::of("recording that a step is done"))?;
        Ok((outcome, next))
    }
}

/// The records of a step that is done and of those that it found, and the latter.
fn done(wanted: &Wanted<'_>, stored: &StoredStep, outcome: &HookOutcome) -> (Vec<StoredStep>, Vec<StoredStep>) {
    let found = outcome.next.iter().enumerate();
    let next: Vec<StoredStep> = found
        .map(|(index, step)| planned(wanted.planned, format!("{}.{}", stored.path, index + 1), step.clone()))
        .collect();
    let this = StoredStep { state: StepState::Done, rows: outcome.rows_affected, ..stored.clone() };
    (std::iter::once(this).chain(next.iter().cloned()).collect(), next)
}
