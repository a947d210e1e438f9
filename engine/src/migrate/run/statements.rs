//! A migration outside a transaction: statement by statement, each recorded before and after.
//!
//! A statement that can run in a transaction runs in one with its record. One that cannot is recorded as sent, runs, and is
//! recorded as done; whoever finds it sent and not done looks in the catalog ([`super::settle`]).

use super::{
    Flow, Run, RunFailure,
    hooks::Kept,
    job::{Job, Tally},
    pace::TRIES,
    settle::Settled,
    stages::EVENTS,
    transaction::{Committed, Trouble, elapsed, failure_event, statement_kind},
};
use crate::migrate::plan::{Action, Direction};
use confiture_model::{
    migration::{LedgerEntry, Progress, StepState, StoredStep},
    session::SessionError,
};
use confiture_sql::transaction::Again;
use serde_json::json;
use std::time::Instant;

/// How far it has come, and whether the ledger says so.
struct Position {
    /// Statements that are done.
    done: usize,
    /// Whether the ledger has an entry of it that is under way.
    recorded: bool,
    /// Whether something that hooks did is committed.
    hooks: bool,
}

impl Run<'_> {
    /// Runs a migration statement by statement, from where it stopped.
    pub(super) async fn by_statements(&mut self, job: &Job<'_>) -> Result<Flow, RunFailure> {
        if job.planned.action.is_stages() {
            return self.resume_stages(job).await;
        }
        let (done, started) = job.start();
        let is_resumed = matches!(job.planned.action, Action::Resume { .. } | Action::ResumeUndo { .. });
        let mut at = Position { done, recorded: is_resumed, hooks: false };
        let mut tally = Tally::default();
        let stored = match is_resumed {
            true => {
                let stored = self.stored_hooks(job, &mut at).await?;
                self.resume(job, &mut at, started, &mut tally).await?;
                stored
            }
            false => {
                if let Err(trouble) = self.before_begin(job).await {
                    return Err(self.stopped(job, &at, trouble, tally).await);
                }
                Vec::new()
            }
        };
        if at.done == 0 {
            self.own_hooks(job, true, &mut at, &stored, tally).await?;
        }
        while let Some(step) = job.step(at.done) {
            let is_last = job.is_last(&(at.done..at.done + 1));
            if step.outside.is_some() {
                self.outside(job, &mut at, &mut tally).await?;
            } else {
                let committed = self.commit_part(job, at.done..at.done + 1, &mut tally).await;
                match committed {
                    Ok(Committed::Here(snapshot)) if is_last => return self.committed(job, tally, snapshot).await,
                    Ok(Committed::Here(_)) => at = Position { done: at.done + 1, recorded: true, ..at },
                    Ok(Committed::Found(committed)) => return Ok(self.found(job, tally, committed && is_last)),
                    Err(trouble) => return Err(self.stopped(job, &at, trouble, tally).await),
                }
            }
        }
        self.own_hooks(job, false, &mut at, &stored, tally).await?;
        match self.commit_part(job, job.count()..job.count(), &mut tally).await {
            Ok(Committed::Here(snapshot)) => self.committed(job, tally, snapshot).await,
            Ok(Committed::Found(committed)) => Ok(self.found(job, tally, committed)),
            Err(trouble) => Err(self.stopped(job, &at, trouble, tally).await),
        }
    }

    /// After a lost connection: whether the last commit of the migration arrived. Stages are for the plan that is made
    /// anew.
    pub(super) fn found(&mut self, job: &Job<'_>, tally: Tally, is_done: bool) -> Flow {
        if is_done && job.stages().is_empty() {
            let records = std::mem::take(&mut self.kept.records);
            self.finish(job, job.done(tally, None, records));
        }
        Flow::Reconnected
    }

    /// What an earlier run recorded of the hooks of a migration that goes on.
    async fn stored_hooks(&mut self, job: &Job<'_>, at: &mut Position) -> Result<Vec<StoredStep>, RunFailure> {
        if job.planned.hooks.is_empty() {
            return Ok(Vec::new());
        }
        let version = &job.planned.version;
        let stored = self.ledger("reading what hooks did", |connection| connection.stored_steps(version)).await?;
        at.hooks = stored.iter().any(|step| step.state == StepState::Done);
        let events = self.ledger("reading the events", |connection| connection.events(EVENTS)).await?;
        self.kept = Kept::restored(&events, version, "begun");
        Ok(stored)
    }

    /// Runs the hooks before its statements, or behind them, each in a transaction of its own.
    async fn own_hooks(
        &mut self,
        job: &Job<'_>,
        before_ddl: bool,
        at: &mut Position,
        stored: &[StoredStep],
        tally: Tally,
    ) -> Result<(), RunFailure> {
        for hook in job.own_hooks(before_ddl) {
            if stored.iter().any(|step| step.hook == hook.key && step.state == StepState::Done) {
                continue;
            }
            let outcome = match self.begin_record(job, at, tally).await {
                Ok(()) => self.own(job, hook, at.done, stored).await,
                Err(trouble) => Err(trouble),
            };
            if let Err(trouble) = outcome {
                return Err(self.stopped(job, at, trouble, tally).await);
            }
            at.hooks = true;
        }
        Ok(())
    }

    /// The ledger knows of the migration before anything of it is there to be remembered.
    async fn begin_record(&mut self, job: &Job<'_>, at: &mut Position, tally: Tally) -> Result<(), Trouble> {
        if !at.recorded {
            let event = job.event("begun", None, json!({}));
            let written = self.connection.record(&job.partial(at.done, false, tally), &event).await;
            written.map_err(|error| ours("writing the ledger", error))?;
            at.recorded = true;
        }
        Ok(())
    }

    /// Brings the session, and the statement that was sent last, to where a run that had not stopped would have them.
    async fn resume(
        &mut self,
        job: &Job<'_>,
        at: &mut Position,
        started: bool,
        tally: &mut Tally,
    ) -> Result<(), RunFailure> {
        let event = job.event("resumed", None, json!({ "done": at.done, "started": started }));
        self.ledger("noting that it goes on", |connection| connection.note(&event)).await?;
        for index in 0..at.done {
            let is_setting = job.step(index).is_some_and(|step| step.is_setting);
            if is_setting && let Err(trouble) = self.statement(job, index, tally).await {
                return Err(self.stopped(job, at, trouble, *tally).await);
            }
        }
        if !started {
            return Ok(());
        }
        match self.settle(job, at.done).await {
            Ok(Settled::Done) => at.done += 1,
            Ok(Settled::NotDone) => {}
            Ok(Settled::Unknown) => return Err(uncertain(job, at.done)),
            Err(error) => {
                let trouble = ours("finding out what became of a statement", error);
                return Err(self.stopped(job, at, trouble, *tally).await);
            }
        }
        Ok(())
    }

    /// Runs a statement that cannot be in a transaction.
    async fn outside(&mut self, job: &Job<'_>, at: &mut Position, tally: &mut Tally) -> Result<(), RunFailure> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            tally.attempts = tally.attempts.max(attempt);
            let trouble = match self.send(job, at, tally).await {
                Ok(()) => return Ok(()),
                Err(trouble) => trouble,
            };
            let settled = self.clean_up(job, at, &trouble).await;
            let may_pass = trouble.may_pass() && settled == Settled::NotDone && attempt < TRIES;
            if settled == Settled::Done {
                at.done += 1;
            }
            let trouble = match may_pass {
                true => match self.pause(job, attempt, &trouble).await {
                    Ok(()) => continue,
                    Err(interrupted) => interrupted,
                },
                false => trouble,
            };
            return Err(self.stopped(job, at, trouble, *tally).await);
        }
    }

    async fn send(&mut self, job: &Job<'_>, at: &mut Position, tally: &mut Tally) -> Result<(), Trouble> {
        let begun = Instant::now();
        self.check_leftover(job, at.done).await?;
        if !self.connection.lock_is_held().await.map_err(|error| ours("asking for the run lock", error))? {
            return Err(Trouble::LockLost);
        }
        let sent = job.event("statement-sent", None, json!({ "statement": at.done + 1 }));
        let record = self.connection.record(&job.partial(at.done, true, *tally), &sent).await;
        record.map_err(|error| ours("writing the ledger", error))?;
        at.recorded = true;
        self.set_timeouts(job, at.done).await.map_err(|error| ours("setting timeouts", error))?;
        self.statement(job, at.done, tally).await?;
        tally.duration_ms = tally.duration_ms.saturating_add(elapsed(begun));
        let event = job.event(&statement_kind(at.done + 1), None, json!({}));
        let record = self.connection.record(&job.partial(at.done + 1, false, *tally), &event).await;
        record.map_err(|error| ours("writing the ledger", error))?;
        at.done += 1;
        Ok(())
    }

    /// An INVALID index that somebody else left: IF NOT EXISTS would pass over it and leave it.
    async fn check_leftover(&mut self, job: &Job<'_>, index: usize) -> Result<(), Trouble> {
        let outside = job.step(index).and_then(|step| step.outside.as_ref());
        let Some(Again::Creates(made)) = outside.map(|outside| &outside.again) else { return Ok(()) };
        let state = self.state(made).await.map_err(|error| ours("looking for the index", error))?;
        match made.lenient && state == Some(false) {
            true => Err(Trouble::Leftover(made.name.clone())),
            false => Ok(()),
        }
    }

    /// A statement that makes nobody wait may wait for as long as it takes, unless the migration says otherwise.
    async fn set_timeouts(&mut self, job: &Job<'_>, index: usize) -> Result<(), SessionError> {
        let concurrently = job.step(index).and_then(|step| step.outside.as_ref()).is_some_and(|it| it.concurrently);
        let lock = match job.script.options.lock_timeout_ms {
            None if concurrently => 0,
            _ => job.planned.lock_timeout_ms,
        };
        self.connection.execute(&format!("SET lock_timeout = {lock}")).await?;
        let statement = job.planned.statement_timeout_ms;
        self.connection.execute(&format!("SET statement_timeout = {statement}")).await.map(drop)
    }

    /// After a failure that is known, or an interruption: what the statement left is taken away, and the ledger says that
    /// it is not under way. What cannot be found out now stays recorded as sent, for the next run to find out.
    async fn clean_up(&mut self, job: &Job<'_>, at: &Position, trouble: &Trouble) -> Settled {
        if !trouble.is_connected() || !at.recorded {
            return Settled::Unknown;
        }
        let settled = match trouble {
            // It was refused before it did anything; what is there belongs to somebody else.
            Trouble::Statement(_, error) if error.sqlstate == "42P07" => Settled::NotDone,
            Trouble::Statement(..) => match self.settle(job, at.done).await {
                Ok(_) => Settled::NotDone,
                Err(_) => Settled::Unknown,
            },
            Trouble::Interrupted => self.settle(job, at.done).await.unwrap_or(Settled::Unknown),
            _ => Settled::Unknown,
        };
        let done = match settled {
            Settled::Done => at.done + 1,
            Settled::NotDone => at.done,
            Settled::Unknown => return settled,
        };
        let event = job.event("statement-settled", None, json!({ "statement": at.done + 1, "done": done > at.done }));
        match self.connection.record(&job.partial(done, false, Tally::default()), &event).await {
            Ok(()) => settled,
            Err(_) => Settled::Unknown,
        }
    }

    /// The failure of a migration that stopped part-way. One of which nothing is done is taken back from the ledger.
    async fn stopped(&mut self, job: &Job<'_>, at: &Position, trouble: Trouble, tally: Tally) -> RunFailure {
        let known = matches!(
            trouble,
            Trouble::Statement(..) | Trouble::Interrupted | Trouble::LockLost | Trouble::Leftover(_) | Trouble::Hook(_)
        );
        if at.done == 0 && !at.hooks && known && self.take_back(job, at, &trouble, tally).await {
            return Self::undone(job, trouble, tally.attempts);
        }
        self.note_failure(job, &trouble, tally).await;
        let (migration, done, of) = (job.title().to_owned(), at.done, job.count());
        if matches!(trouble, Trouble::Interrupted) {
            return RunFailure::Interrupted { migration: Some(migration), stopped: Some((done, of)) };
        }
        let cause = Box::new(Self::undone(job, trouble, tally.attempts));
        RunFailure::Stopped { migration, done, of, cause }
    }

    /// Puts the ledger back to what it was before the migration began; whether that went well, and nothing was uncertain.
    async fn take_back(&mut self, job: &Job<'_>, at: &Position, trouble: &Trouble, tally: Tally) -> bool {
        let event = failure_event(job, trouble, tally);
        let Ok(entries) = self.connection.entries().await else { return false };
        let now = entries.iter().find(|entry| entry.version == job.planned.version).map(|entry| &entry.progress);
        let is_certain =
            !matches!(now, Some(Progress::Partial { started: true, .. } | Progress::Undoing { started: true, .. }));
        if !is_certain {
            return false;
        }
        if !at.recorded {
            let _ = self.connection.note(&event).await;
            return true;
        }
        let written = match (job.direction, job.before) {
            (Direction::Up, Some(before)) if before.progress == Progress::Applied => {
                self.connection.record(before, &event).await
            }
            (Direction::Down, Some(before)) => {
                let applied = LedgerEntry { progress: Progress::Applied, ..before.clone() };
                self.connection.record(&applied, &event).await
            }
            _ => self.connection.remove(&job.planned.version, &event).await,
        };
        written.is_ok()
    }
}

fn uncertain(job: &Job<'_>, index: usize) -> RunFailure {
    let step = job.step(index);
    RunFailure::Uncertain {
        migration: job.title().to_owned(),
        place: step.map(|step| step.span.to_string()).unwrap_or_default(),
        what: step.and_then(|step| step.outside.as_ref()).map(|outside| outside.what.clone()).unwrap_or_default(),
    }
}

fn ours(doing: &'static str, error: SessionError) -> Trouble {
    Trouble::of(doing)(error)
}
