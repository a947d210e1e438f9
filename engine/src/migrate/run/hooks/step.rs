//! One call into a hook, and a step that is tried until it is done.

use super::{
    HookCause, HookFailure, HookRecord, HookRun, HookTrouble, MOST_STEPS, Wanted,
    watch::{Relay, watch},
};
use crate::migrate::run::{Moment, pace::back_off, transaction::elapsed};
use confiture_model::{
    BoxFuture,
    fault::{Fault, FaultKind, PluginError},
    hook::{HookCall, HookOutcome, HookPowers, HookStep, ProgressSink},
    migration::Footing,
    plugin::DatabaseAccess,
    session::SessionError,
};
use futures_util::future::{Either, select};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// More than this is no statistics: bytes.
const MOST_STATISTICS: usize = 64 << 10;

/// in_failed_sql_transaction
const ABORTED: &str = "25P02";

/// Why one try of a step did not succeed.
pub(in crate::migrate::run) enum Once {
    /// The plugin says so, or broke.
    Fault(Fault),
    /// Anything else.
    Trouble(HookTrouble),
}

impl From<HookTrouble> for Once {
    fn from(trouble: HookTrouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl<'h> Wanted<'h> {
    pub(in crate::migrate::run) fn failure(&self, step: Option<&HookStep>, attempts: u32, fault: Fault) -> HookFailure {
        HookFailure::new(self.planned, step.map(|step| &*step.title), attempts, HookCause::Fault(fault))
    }

    /// A fault that we found, not the plugin.
    pub(in crate::migrate::run) fn fault_of_ours(&self, why: String) -> HookFailure {
        self.failure(None, 1, self.malformed(why))
    }

    fn malformed(&self, why: String) -> Fault {
        Fault {
            plugin: self.planned.plugin.clone(),
            item: Some(self.planned.hook.clone()),
            call: "run".to_owned(),
            kind: FaultKind::Malformed(why),
        }
    }

    /// Refuses a hook whose steps find ever more steps.
    pub(in crate::migrate::run) fn bound(&self, steps: usize) -> Result<(), HookTrouble> {
        match steps > MOST_STEPS {
            true => Err(self.fault_of_ours(format!("it has more than {MOST_STEPS} steps")).into()),
            false => Ok(()),
        }
    }

    fn call<'c>(&'c self) -> HookCall<'c> {
        HookCall { hook: &self.planned.hook, options: self.planned.options.expose(), context: &self.context }
    }

    fn check(&self, outcome: HookOutcome) -> Result<HookOutcome, Fault> {
        let statistics = &outcome.statistics;
        let why = match statistics.is_object() {
            false => "its statistics are no JSON object",
            true if statistics.to_string().len() > MOST_STATISTICS => "its statistics are larger than 64 KiB",
            true => return Ok(outcome),
        };
        Err(self.malformed(why.to_owned()))
    }
}

/// What becomes of what a call did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// It stays, unless the call failed.
    Keep,
    /// It is undone.
    Undo,
}

impl HookRun<'_> {
    /// Asks a hook for its steps in the transaction that is open, with a database that only reads; whatever it did is
    /// undone.
    pub(in crate::migrate::run) async fn plan(&mut self, wanted: &Wanted<'_>) -> Result<Vec<HookStep>, HookTrouble> {
        let access = wanted.access.min(DatabaseAccess::Read);
        let plan = |powers| wanted.plugin.plan(wanted.call(), powers);
        let asked = self.call(wanted, access, Footing::Savepoint, Then::Undo, plan).await;
        let steps = asked.map_err(|once| match once {
            Once::Fault(fault) => wanted.failure(None, 1, fault).into(),
            Once::Trouble(trouble) => trouble,
        })?;
        wanted.bound(steps.len())?;
        Ok(steps)
    }

    /// Runs a step once.
    pub(in crate::migrate::run) async fn once(
        &mut self,
        wanted: &Wanted<'_>,
        step: &HookStep,
        footing: Footing,
    ) -> Result<HookOutcome, Once> {
        let run = |powers| -> BoxFuture<'_, Result<HookOutcome, Fault>> {
            let ran = wanted.plugin.run(wanted.call(), step, powers);
            Box::pin(async move { ran.await.and_then(|outcome| wanted.check(outcome)) })
        };
        self.call(wanted, wanted.access, footing, Then::Keep, run).await
    }

    /// One call into a plugin, with the connection lent to it as far as it may have it, and taken back.
    async fn call<'c, T>(
        &mut self,
        wanted: &'c Wanted<'_>,
        access: DatabaseAccess,
        footing: Footing,
        then: Then,
        call: impl FnOnce(HookPowers) -> BoxFuture<'c, Result<T, Fault>>,
    ) -> Result<T, Once> {
        let relay = Arc::new(Relay::default());
        let loan = match access {
            DatabaseAccess::None => None,
            access => {
                let lent = self.connection.lend(access, wanted.asked == DatabaseAccess::Read, footing).await;
                Some(lent.map_err(HookTrouble::of("lending the connection to a hook"))?)
            }
        };
        let (database, guard) = loan.map_or((None, None), |loan| (Some(loan.database), Some(loan.guard)));
        let progress: Arc<dyn ProgressSink> = Arc::clone(&relay) as Arc<dyn ProgressSink>;
        let timeout = Duration::from_millis(wanted.planned.timeout_ms);
        let call = call(HookPowers { database, progress: Some(progress), timeout });
        let answer = watch(self.pace, self.observer, self.about.title, wanted.planned, &relay, call).await;
        // The rollback that follows an interruption takes everything back.
        let answer = answer.ok_or(HookTrouble::Interrupted)?;
        if guard.is_none() {
            return answer.map_err(Once::Fault);
        }
        drop(guard);
        self.take_back(wanted, answer, then).await
    }

    /// Keeps what a call did, or undoes it. A hook that left the session otherwise than it found it is at fault.
    async fn take_back<T>(&mut self, wanted: &Wanted<'_>, answer: Result<T, Fault>, then: Then) -> Result<T, Once> {
        let doing = "lending the connection to a hook";
        let keep = then == Then::Keep && answer.is_ok();
        let (answer, changed) = match self.connection.take_back(keep).await {
            Ok(changed) => (answer, changed),
            Err(SessionError::Database(error)) if keep && error.sqlstate == ABORTED => {
                let why = "it says that it is done, and a statement of it had failed";
                let fault = wanted.malformed(format!("{why} (SQLSTATE {})", error.sqlstate));
                (Err(fault), self.connection.take_back(false).await.map_err(HookTrouble::of(doing))?)
            }
            Err(error) => return Err(HookTrouble::Ours(doing, error).into()),
        };
        match changed.is_empty() {
            true => answer.map_err(Once::Fault),
            false => {
                let names = changed.join(", ");
                let why = format!("it changed {names} of the session and left it so");
                Err(HookTrouble::from(wanted.fault_of_ours(why)).into())
            }
        }
    }

    /// Runs a step in the transaction that is open, behind a savepoint, until it succeeds or is not worth another try.
    /// Answers the steps that it found.
    pub(super) async fn step(
        &mut self,
        wanted: &Wanted<'_>,
        step: &HookStep,
        record: &mut HookRecord,
    ) -> Result<Vec<HookStep>, HookTrouble> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            self.step_started(wanted, step, attempt);
            let begun = Instant::now();
            let fault = match self.once(wanted, step, Footing::Savepoint).await {
                Ok(outcome) => {
                    self.step_finished(wanted, step, &outcome, attempt, elapsed(begun), record);
                    return Ok(outcome.next);
                }
                Err(Once::Fault(fault)) => fault,
                Err(Once::Trouble(trouble)) => return Err(trouble),
            };
            self.again(wanted, step, attempt, fault).await?;
        }
    }

    /// Waits before another try of a step, where it is worth one.
    pub(in crate::migrate::run) async fn again(
        &mut self,
        wanted: &Wanted<'_>,
        step: &HookStep,
        attempt: u32,
        fault: Fault,
    ) -> Result<(), HookTrouble> {
        let is_lock = HookCause::Fault(fault.clone()).is_lock();
        let is_worth_it = is_worth_trying(&fault) || is_lock && wanted.planned.runs.is_stage();
        if attempt >= wanted.planned.tries || !is_worth_it {
            return Err(wanted.failure(Some(step), attempt, fault).into());
        }
        let wait = back_off(attempt);
        self.observer.observe(&Moment::StepRetry {
            title: self.about.title,
            hook: wanted.planned,
            step: &step.title,
            attempt,
            of: wanted.planned.tries,
            why: fault.code(),
        });
        match select(self.pace.interrupted(), self.pace.sleep(wait)).await {
            Either::Left(_) => Err(HookTrouble::Interrupted),
            Either::Right(_) => Ok(()),
        }
    }

    pub(in crate::migrate::run) fn step_started(&mut self, wanted: &Wanted<'_>, step: &HookStep, attempt: u32) {
        let (title, hook) = (self.about.title, wanted.planned);
        let estimated_rows = step.estimated_rows;
        self.observer.observe(&Moment::StepStarted { title, hook, step: &step.title, attempt, estimated_rows });
    }

    pub(in crate::migrate::run) fn step_finished(
        &mut self,
        wanted: &Wanted<'_>,
        step: &HookStep,
        outcome: &HookOutcome,
        attempt: u32,
        duration_ms: u64,
        record: &mut HookRecord,
    ) {
        record.step(&step.title, outcome, attempt, duration_ms);
        let (title, hook, rows) = (self.about.title, wanted.planned, outcome.rows_affected);
        self.observer.observe(&Moment::StepFinished { title, hook, step: &step.title, rows, duration_ms });
    }
}

/// Whether the same may go well the next time. What does not fit the data or the schema fails the next time as well. A
/// lock that was not to be had, and a deadlock, are for the whole transaction to try again: a savepoint would keep the
/// locks that it got before.
pub(in crate::migrate::run) fn is_worth_trying(fault: &Fault) -> bool {
    match &fault.kind {
        FaultKind::Denied { .. } | FaultKind::Load(_) | FaultKind::Malformed(_) => false,
        FaultKind::Trap(_) | FaultKind::TimedOut { .. } | FaultKind::MemoryExceeded { .. } => true,
        FaultKind::Reported(error) => match error {
            PluginError::CheckFailed(_) | PluginError::InvalidConfig { .. } | PluginError::Denied(_) => false,
            PluginError::Database(error) => {
                let class = error.sqlstate.get(..2).unwrap_or_default();
                !matches!(error.sqlstate.as_str(), "55P03" | "40P01") && !matches!(class, "0A" | "22" | "23" | "42")
            }
            PluginError::TimedOut | PluginError::LimitExceeded(_) | PluginError::Failed(_) => true,
        },
    }
}
