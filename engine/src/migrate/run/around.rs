//! Hooks of a run that are in no transaction of a migration: before it, in place of it, and after it failed.

use super::{
    OnErrorReport, Run, RunFailure,
    hooks::{About, HookRun, HookTrouble},
    job::{Job, Tally},
    stages::marker,
    transaction::Trouble,
};
use crate::migrate::hooks::{PlannedHook, Runs};
use confiture_model::{
    migration::{StepState, StoredStep},
    session::SessionError,
};
use serde_json::json;

impl Run<'_> {
    /// What runs hooks on the connection of this run.
    pub(super) fn hook_run<'s>(&'s mut self, about: About<'s>) -> HookRun<'s> {
        HookRun {
            connection: &mut *self.connection,
            hooks: self.hooks,
            pace: self.pace,
            observer: &mut *self.observer,
            about,
        }
    }

    /// Runs one hook in the transaction that is open.
    async fn hook_now(&mut self, about: About<'_>, hook: &PlannedHook) -> Result<(), HookTrouble> {
        let mut kept = std::mem::take(&mut self.kept);
        let outcome = self.hook_run(about).hook(hook, &mut kept).await;
        self.kept = kept;
        outcome
    }

    /// Runs the hooks in the migration's transaction that stand before its statements, or behind them.
    pub(super) async fn hooks_within(&mut self, job: &Job<'_>, before_ddl: bool) -> Result<(), Trouble> {
        let mut kept = std::mem::take(&mut self.kept);
        let (hooks, lock_timeout) = (&job.planned.hooks, job.planned.lock_timeout_ms);
        let outcome = self.hook_run(job.about()).within(hooks, before_ddl, lock_timeout, &mut kept).await;
        self.kept = kept;
        outcome.map_err(Trouble::from)
    }

    /// Runs what comes before the migration begins. The database only reads for it, and whatever it did is rolled back:
    /// nothing of a migration may stay that has not begun.
    pub(super) async fn before_begin(&mut self, job: &Job<'_>) -> Result<(), Trouble> {
        for hook in job.planned.hooks.iter().filter(|hook| hook.runs == Runs::BeforeBegin) {
            self.connection.begin(0, 0).await.map_err(Trouble::of("beginning a transaction"))?;
            let outcome = self.hook_now(job.about(), hook).await.map_err(Trouble::from);
            if outcome.as_ref().err().is_none_or(Trouble::is_connected) {
                self.connection.rollback().await.map_err(Trouble::of("rolling back"))?;
            }
            outcome?;
        }
        Ok(())
    }

    /// Runs a hook of a migration outside a transaction: in one of its own, with the record that it is done. `stored` is
    /// what an earlier run left on record.
    pub(super) async fn own(
        &mut self,
        job: &Job<'_>,
        hook: &PlannedHook,
        done: usize,
        stored: &[StoredStep],
    ) -> Result<(), Trouble> {
        let version = &job.planned.version;
        if !stored.iter().any(|step| step.hook == hook.key) {
            // There from before: whoever goes on can wait for a server that is still committing.
            let marker = marker(hook, StepState::Planned);
            let written = self.connection.store_steps(version, std::slice::from_ref(&marker)).await;
            written.map_err(Trouble::of("recording a hook"))?;
        }
        let outcome = self.own_transaction(job, hook, done).await;
        if let Err(trouble) = &outcome
            && trouble.is_connected()
        {
            self.connection.rollback().await.map_err(Trouble::of("rolling back"))?;
        }
        outcome
    }

    async fn own_transaction(&mut self, job: &Job<'_>, hook: &PlannedHook, done: usize) -> Result<(), Trouble> {
        let version = &job.planned.version;
        self.connection.begin(0, 0).await.map_err(Trouble::of("beginning a transaction"))?;
        let claimed = self.connection.claim_step(version, &hook.key, "").await;
        if claimed.map_err(Trouble::of("taking a hook"))? == Some(StepState::Done) {
            return self.connection.rollback().await.map_err(Trouble::of("rolling back"));
        }
        self.hook_now(job.about(), hook).await?;
        let records: Vec<_> = self.kept.records.iter().filter(|record| record.key == hook.key).collect();
        let event = job.event("hook-done", None, json!({ "statements": done, "hooks": records }));
        let marker = marker(hook, StepState::Done);
        let written: Result<(), SessionError> = async {
            self.connection.store_steps(version, std::slice::from_ref(&marker)).await?;
            self.connection.note(&event).await
        }
        .await;
        written.map_err(Trouble::of("recording that a hook is done"))?;
        if !self.connection.lock_is_held().await.map_err(Trouble::of("asking for the run lock"))? {
            return Err(Trouble::LockLost);
        }
        self.connection.commit().await.map_err(Trouble::of("committing a hook"))
    }

    /// Runs the hooks for a migration that failed, behind its rollback. What they do stays; one that fails itself is
    /// reported beside the failure, and does not keep the others from running.
    pub(super) async fn on_error(&mut self, job: &Job<'_>, failure: &RunFailure) {
        let text = failure.report().message;
        let about = About { failure: Some(&text), ..job.about() };
        for hook in job.planned.hooks.iter().filter(|hook| hook.runs == Runs::OnError) {
            let before = self.kept.records.len();
            let failure = match self.on_error_hook(job, about, hook).await {
                Ok(()) => None,
                Err(Trouble::Hook(failure)) => Some(failure.summary()),
                Err(trouble) => Some(Self::undone(job, trouble, 1).report().message),
            };
            let ran = self.kept.records.get(before).is_none_or(|record| record.skipped.is_none());
            if ran {
                self.report.on_error.push(OnErrorReport { hook: hook.hook.clone(), failure });
            }
        }
    }

    async fn on_error_hook(&mut self, job: &Job<'_>, about: About<'_>, hook: &PlannedHook) -> Result<(), Trouble> {
        self.connection.begin(0, 0).await.map_err(Trouble::of("beginning a transaction"))?;
        let ran: Result<(), Trouble> = async {
            self.hook_now(about, hook).await?;
            let record = self.kept.records.last();
            let event = job.event("on-error", None, json!({ "hooks": record.into_iter().collect::<Vec<_>>() }));
            self.connection.note(&event).await.map_err(Trouble::of("writing the ledger"))?;
            self.connection.commit().await.map_err(Trouble::of("committing"))
        }
        .await;
        if let Err(trouble) = &ran
            && trouble.is_connected()
        {
            // What comes next counts, not this.
            let _ = self.connection.rollback().await;
            let event = super::transaction::failure_event(job, trouble, Tally::default());
            let _ = self.connection.note(&event).await;
        }
        ran
    }
}
