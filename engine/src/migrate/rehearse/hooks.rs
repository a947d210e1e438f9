//! Hooks around the statements of a migration, as a run has them, in the transaction that is rolled back.
//!
//! Stages after the commit that can be in a transaction are rehearsed behind everything else; what cannot is named.

use super::{
    attempt::Attempt,
    report::{RehearsedStep, StepKind, milliseconds},
    stop::Stop,
};
use crate::migrate::{
    hooks::{PlannedHook, Runs},
    plan::PlannedMigration,
    run::{About, HookCause, HookFailure, HookRun, HookTrouble},
};
use confiture_model::{
    fault::{Fault, FaultKind, PluginError},
    hook::Phase,
    session::SessionError,
};
use std::time::Instant;

/// Where hooks stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Before the first statement.
    Before,
    /// Behind the last one.
    After,
    /// Behind the commit that a rehearsal does not do.
    Stages,
}

impl Place {
    fn of(hook: &PlannedHook) -> Option<Self> {
        match hook.runs {
            Runs::BeforeBegin => Some(Self::Before),
            Runs::InTransaction | Runs::OwnTransaction if hook.phase == Phase::BeforeDdl => Some(Self::Before),
            Runs::InTransaction | Runs::OwnTransaction => Some(Self::After),
            Runs::AfterCommit | Runs::AfterCommitOutside => Some(Self::Stages),
            Runs::OnError => None,
        }
    }
}

impl<'t> Attempt<'t, '_> {
    /// Runs the hooks that stand at a place, with `lock_timeout` off as in a run.
    pub(super) async fn hooks(
        &mut self,
        place: Place,
        index: usize,
        planned: &'t PlannedMigration,
    ) -> Result<(), Stop> {
        let hooks: Vec<&PlannedHook> = planned.hooks.iter().filter(|hook| Place::of(hook) == Some(place)).collect();
        if hooks.is_empty() {
            return Ok(());
        }
        self.set_lock_timeout(0).await?;
        for hook in hooks {
            if hook.runs == Runs::AfterCommitOutside {
                let reason = "it runs outside of transactions, after the commit".to_owned();
                self.leave_out(planned, Some(hook.place.clone()), format!("hook {}", hook.hook), reason);
                continue;
            }
            self.hook(index, planned, hook).await?;
        }
        self.set_lock_timeout(planned.lock_timeout_ms).await
    }

    async fn set_lock_timeout(&mut self, milliseconds: u64) -> Result<(), Stop> {
        let set = self.room.connection.set_lock_timeout(milliseconds).await;
        set.map_err(Stop::of("setting lock_timeout"))
    }

    async fn hook(&mut self, index: usize, planned: &'t PlannedMigration, hook: &'t PlannedHook) -> Result<(), Stop> {
        let begun = Instant::now();
        let mut run = HookRun {
            connection: &mut *self.room.connection,
            hooks: self.room.hooks,
            pace: self.room.pace,
            observer: &mut *self.room.observer,
            about: About {
                title: &planned.title,
                version: &planned.version,
                direction: self.plan.direction,
                dry_run: true,
                failure: None,
            },
        };
        let outcome = run.hook(hook, &mut self.kept).await;
        let took = begun.elapsed();
        let failed = outcome.is_err();
        let seen = if failed { Default::default() } else { self.observe().await? };
        let record = self.kept.records.last().filter(|_| !failed);
        if let Some(reason) = record.and_then(|record| record.skipped.clone()) {
            self.leave_out(planned, Some(hook.place.clone()), format!("hook {}", hook.hook), reason);
            return Ok(());
        }
        let (steps, rows) = record.map_or((0, 0), |record| (record.steps, record.rows));
        let step = match steps {
            0 | 1 => hook.title().to_owned(),
            steps => format!("{}, {steps} steps", hook.title()),
        };
        let what = StepKind::Hook { phase: hook.phase.as_str().to_owned(), hook: hook.hook.clone(), step };
        self.file(RehearsedStep { what, ms: milliseconds(took), repeated_ms: Vec::new(), rows, failed, seen });
        outcome.map_err(|trouble| self.stopped(index, trouble))
    }

    fn stopped(&mut self, migration: usize, trouble: HookTrouble) -> Stop {
        match trouble {
            HookTrouble::Failed(failure) => {
                if let Some(what) = disagreement(&failure) {
                    self.report.inconsistencies.push(what);
                }
                Stop::Hook { migration, failure }
            }
            HookTrouble::Ours(doing, error) => Stop::Ours { doing, error },
            HookTrouble::Interrupted => Stop::Interrupted { migration },
            HookTrouble::LockLost => {
                let error = SessionError::Connection("the run lock was lost".to_owned());
                Stop::Ours { doing: "holding the run lock", error }
            }
        }
    }
}

/// What a check found not to hold.
fn disagreement(failure: &HookFailure) -> Option<String> {
    match &failure.cause {
        HookCause::Fault(Fault { kind: FaultKind::Reported(PluginError::CheckFailed(what)), .. }) => {
            Some(format!("{}: {what}", failure.hook))
        }
        _ => None,
    }
}
