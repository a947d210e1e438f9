//! Hooks on the connection of a migration: planned, run step by step behind savepoints, timed, tried again, watched.
//!
//! What a hook does in a transaction that is open goes the way of that transaction. This is what a run and a rehearsal
//! share; stages after a commit are in [`super::stages`].

mod failure;
mod kept;
mod step;
mod watch;

pub use failure::{HookCause, HookFailure};
pub use kept::{HookRecord, StepRecord};

pub(super) use step::Once;
pub(in crate::migrate) use {failure::HookTrouble, kept::Kept};

use super::{Moment, Observer, Pace, transaction::elapsed};
use crate::migrate::hooks::{Hooks, PlannedHook, Runs, condition};
use confiture_model::{
    hook::{HookContext, HookPlugin, HookStep, Phase},
    migration::{Direction, MigrationConnection},
    plugin::DatabaseAccess,
};
use std::{collections::VecDeque, sync::Arc, time::Instant};

/// More steps than this in one hook never end.
pub(super) const MOST_STEPS: usize = 100_000;

/// The migration around which hooks run.
#[derive(Clone, Copy, Debug)]
pub(in crate::migrate) struct About<'r> {
    /// Version and name.
    pub(in crate::migrate) title: &'r str,
    pub(in crate::migrate) version: &'r str,
    pub(in crate::migrate) direction: Direction,
    /// Whether all of it is rolled back in the end.
    pub(in crate::migrate) dry_run: bool,
    /// What went wrong, for hooks that run then.
    pub(in crate::migrate) failure: Option<&'r str>,
}

/// Runs hooks on one connection.
pub(in crate::migrate) struct HookRun<'r> {
    pub(in crate::migrate) connection: &'r mut dyn MigrationConnection,
    pub(in crate::migrate) hooks: &'r Hooks,
    pub(in crate::migrate) pace: &'r dyn Pace,
    pub(in crate::migrate) observer: &'r mut dyn Observer,
    pub(in crate::migrate) about: About<'r>,
}

/// A hook that is wanted, and what it is called with.
pub(super) struct Wanted<'h> {
    pub(super) planned: &'h PlannedHook,
    pub(super) plugin: Arc<dyn HookPlugin>,
    pub(super) context: HookContext,
    pub(super) access: DatabaseAccess,
    /// What its plugin asks for.
    asked: DatabaseAccess,
}

impl HookRun<'_> {
    /// Runs the hooks that belong into the transaction that is open: those before the statements, or those behind them.
    /// `lock_timeout_ms` is off meanwhile, and back afterwards.
    pub(in crate::migrate) async fn within(
        &mut self,
        hooks: &[PlannedHook],
        before_ddl: bool,
        lock_timeout_ms: u64,
        kept: &mut Kept,
    ) -> Result<(), HookTrouble> {
        let belongs =
            |hook: &&PlannedHook| hook.runs == Runs::InTransaction && (hook.phase == Phase::BeforeDdl) == before_ddl;
        let hooks: Vec<&PlannedHook> = hooks.iter().filter(belongs).collect();
        if hooks.is_empty() {
            return Ok(());
        }
        self.connection.set_lock_timeout(0).await.map_err(HookTrouble::of("switching lock_timeout off"))?;
        for hook in hooks {
            self.hook(hook, kept).await?;
        }
        let back = self.connection.set_lock_timeout(lock_timeout_ms).await;
        back.map_err(HookTrouble::of("switching lock_timeout back on"))
    }

    /// Runs one hook in the transaction that is open.
    pub(in crate::migrate) async fn hook(&mut self, hook: &PlannedHook, kept: &mut Kept) -> Result<(), HookTrouble> {
        let Some(wanted) = self.wanted(hook, kept)? else { return Ok(()) };
        let begun = Instant::now();
        let mut record = HookRecord::new(hook);
        let mut queue: VecDeque<HookStep> = self.plan(&wanted).await?.into();
        while let Some(step) = queue.pop_front() {
            let next = self.step(&wanted, &step, &mut record).await?;
            wanted.bound(queue.len().saturating_add(next.len()).saturating_add(record.steps as usize))?;
            next.into_iter().rev().for_each(|step| queue.push_front(step));
        }
        record.duration_ms = elapsed(begun);
        self.finish(record, kept);
        Ok(())
    }

    /// What a hook is called with, where its condition holds and it can run here; else it is put on record as passed over.
    pub(super) fn wanted<'h>(
        &mut self,
        hook: &'h PlannedHook,
        kept: &mut Kept,
    ) -> Result<Option<Wanted<'h>>, HookTrouble> {
        let context = HookContext {
            migration: self.about.title.to_owned(),
            version: self.about.version.to_owned(),
            direction: self.about.direction,
            phase: hook.phase,
            environment: self.hooks.environment().to_owned(),
            dry_run: self.about.dry_run,
            statistics: kept.statistics(),
            failure: self.about.failure.map(str::to_owned),
        };
        if self.about.dry_run && !hook.rehearsable {
            self.pass_over(hook, "it cannot be rehearsed", kept);
            return Ok(None);
        }
        if let Some(text) = &hook.condition {
            let holds = condition::holds(text, &context)
                .map_err(|why| HookFailure::new(hook, None, 1, HookCause::Condition(why)))?;
            if !holds {
                self.pass_over(hook, "its condition does not hold", kept);
                return Ok(None);
            }
        }
        let Some(plugin) = self.hooks.plugin(&hook.plugin) else {
            let cause = HookCause::Condition(format!("plugin `{}` is not loaded", hook.plugin));
            return Err(HookFailure::new(hook, None, 1, cause).into());
        };
        self.observer.observe(&Moment::HookStarted { title: self.about.title, hook });
        let asked = plugin.info().wants.database;
        // What it changed before the transaction begins could not be undone.
        let access = if hook.runs == Runs::BeforeBegin { asked.min(DatabaseAccess::Read) } else { asked };
        Ok(Some(Wanted { planned: hook, plugin: Arc::clone(plugin), context, access, asked }))
    }

    fn pass_over(&mut self, hook: &PlannedHook, reason: &'static str, kept: &mut Kept) {
        self.observer.observe(&Moment::HookSkipped { title: self.about.title, hook, reason });
        kept.add(HookRecord { skipped: Some(reason.to_owned()), ..HookRecord::new(hook) });
    }

    pub(super) fn finish(&mut self, record: HookRecord, kept: &mut Kept) {
        self.observer.observe(&Moment::HookFinished { title: self.about.title, record: &record });
        kept.add(record);
    }
}
