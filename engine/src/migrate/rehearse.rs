//! The dry-run: everything is done, looked at, and rolled back.
//!
//! The plan is made as a run makes it, under the run lock, and all its migrations run in one transaction, statement by
//! statement. Behind each the connection is asked what it did ([`Watch`]). The ledger is not written, and not made where
//! there is none. What cannot be undone is not run, and named.

mod attempt;
mod budget;
mod hooks;
mod html;
mod impact;
mod metrics;
mod report;
mod samples;
mod statement;
mod stop;
mod text;

pub use {
    html::html,
    impact::{EarlierReport, ExpectedImpact, ExpectedStep},
    metrics::Metrics,
    report::{HeldLock, REHEARSAL_VERSION, RehearsalReport, RehearsedMigration, RehearsedStep, StepKind, Unrehearsed},
    samples::samples_text,
    text::{duration, text},
};

use super::{
    diff::{self, diff},
    plan::{Direction, Plan, Undo, UpRequest, plan_down, plan_up},
    run::{Moment, Observer, Pace, RunFailure, Surroundings, TRIES, back_off, take_lock},
};
use attempt::Attempt;
use confiture_model::{
    migration::{LedgerEntry, MigrationConnection},
    rehearsal::{Sample, SequenceMoved, Watch},
    schema::Snapshot,
    session::SessionError,
};
use futures_util::future::{Either, select};
use std::time::Duration;
use stop::Stop;

/// What to rehearse.
#[derive(Clone, Copy, Debug)]
pub enum Request<'a> {
    /// What `up` would do.
    Up(&'a UpRequest),
    /// What `down` would do; the milliseconds that a statement waits for a lock where its migration does not say.
    Down(&'a Undo, u64),
}

/// How to go about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RehearsalOptions {
    /// Ends the rehearsal once it has made an application wait for so long.
    pub lock_budget: Option<Duration>,
    /// How many rows of each changed table to show before and after.
    pub sample_rows: Option<u32>,
}

/// How a rehearsal ended. Nothing of it stays but what the report names.
#[derive(Clone, Debug, PartialEq)]
pub struct Rehearsal {
    /// What was learnt: all of it, or up to what failed.
    pub report: RehearsalReport,
    /// Why it ended early.
    pub failure: Option<RunFailure>,
    /// Rows before and after, for the user's own terminal.
    pub samples: Vec<Sample>,
}

impl Rehearsal {
    /// The code that a process ends with.
    pub fn exit_code(&self) -> u8 {
        self.failure.as_ref().map_or(0, RunFailure::exit_code)
    }
}

/// More changed tables than this are not shown by their rows.
const SAMPLED_TABLES: usize = 20;

/// Rehearses what is pending, or what would be undone.
pub async fn rehearse(surroundings: Surroundings<'_>, request: Request<'_>, options: &RehearsalOptions) -> Rehearsal {
    let Surroundings { connector, files, hooks, options: run, pace, observer } = surroundings;
    let direction = match request {
        Request::Up(_) => Direction::Up,
        Request::Down(..) => Direction::Down,
    };
    let report = RehearsalReport::new(direction);
    let connection = match connector.connect().await {
        Ok(connection) => connection,
        Err(error) => {
            return Rehearsal {
                report,
                failure: Some(RunFailure::of_session("connecting", error)),
                samples: Vec::new(),
            };
        }
    };
    let mut room = Room { connection, files, pace, observer, lock_wait: run.lock_wait, options, hooks };
    let mut rehearsal = Rehearsal { report, failure: None, samples: Vec::new() };
    rehearsal.failure = room.all(request, &mut rehearsal.report, &mut rehearsal.samples).await.err();
    let _ = room.connection.unlock().await;
    rehearsal.report.failure = rehearsal.failure.as_ref().map(RunFailure::report);
    rehearsal.report.finish();
    rehearsal
}

/// Where a rehearsal takes place.
struct Room<'a> {
    connection: Box<dyn MigrationConnection>,
    files: &'a super::files::Files,
    pace: &'a dyn Pace,
    observer: &'a mut dyn Observer,
    lock_wait: Duration,
    options: &'a RehearsalOptions,
    hooks: &'a super::hooks::Hooks,
}

impl Room<'_> {
    async fn all(
        &mut self,
        request: Request<'_>,
        report: &mut RehearsalReport,
        samples: &mut Vec<Sample>,
    ) -> Result<(), RunFailure> {
        self.watch()?.check().await.map_err(|error| RunFailure::of_session("checking the database", error))?;
        take_lock(&mut *self.connection, self.lock_wait, self.pace, &mut *self.observer).await?;
        let entries = self.connection.entries().await;
        let entries = entries.map_err(|error| RunFailure::of_session("reading the ledger", error))?;
        let plan = self.plan(request, &entries).await;
        if !plan.refusals.is_empty() {
            return Err(RunFailure::Refused(Box::new(plan)));
        }
        self.observer.observe(&Moment::Planned { plan: &plan });
        report.skipped.clone_from(&plan.skipped);
        report.notes.clone_from(&plan.notes);
        if plan.steps.is_empty() {
            return Ok(());
        }
        let before = self.connection.current_snapshot().await;
        let before = before.map_err(|error| RunFailure::of_session("reading the schema", error))?;
        report.server_version = before.server_version;
        self.tries(&plan, &before, report, samples).await
    }

    async fn plan(&self, request: Request<'_>, entries: &[LedgerEntry]) -> Plan {
        match request {
            Request::Up(request) => plan_up(self.files, entries, request, self.hooks).await,
            Request::Down(undo, timeout) => plan_down(self.files, entries, undo, timeout, self.hooks).await,
        }
    }

    /// As a run does, it begins again where a lock was not to be had.
    async fn tries(
        &mut self,
        plan: &Plan,
        before: &Snapshot,
        report: &mut RehearsalReport,
        samples: &mut Vec<Sample>,
    ) -> Result<(), RunFailure> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            report.attempts = attempt;
            let stop = match self.attempt(plan, before, report, samples).await? {
                None => return Ok(()),
                Some(stop) => stop,
            };
            if !stop.may_pass() || attempt >= TRIES {
                return Err(stop.failure(self.files, plan, attempt, &report.unrehearsed));
            }
            let wait = back_off(attempt);
            self.observer.observe(&Moment::Retry {
                title: stop.title(plan),
                attempt,
                of: TRIES,
                wait_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
                sqlstate: stop.sqlstate(),
            });
            match select(self.pace.interrupted(), self.pace.sleep(wait)).await {
                Either::Left(_) => return Err(RunFailure::Interrupted { migration: None, stopped: None }),
                Either::Right(_) => {}
            }
        }
    }

    /// One try, which leaves the transaction rolled back. What stopped it, or an error where even that could not be done.
    async fn attempt(
        &mut self,
        plan: &Plan,
        before: &Snapshot,
        report: &mut RehearsalReport,
        samples: &mut Vec<Sample>,
    ) -> Result<Option<Stop>, RunFailure> {
        report.forget();
        samples.clear();
        self.watch()?.start().await.map_err(|error| RunFailure::of_session("looking at what is there", error))?;
        let mut attempt = Attempt::new(self, plan, report);
        let mut outcome = attempt.run().await;
        if outcome.is_ok() {
            outcome = self.after(before, report, samples).await;
        }
        let Err(stop) = outcome else {
            self.leave(report, samples).await?;
            return Ok(None);
        };
        if stop.is_connected() {
            self.leave(report, &mut Vec::new()).await?;
            self.explain(&stop, report).await;
        }
        Ok(Some(stop))
    }

    /// What the schema is now, and some rows, where they were asked for.
    async fn after(
        &mut self,
        before: &Snapshot,
        report: &mut RehearsalReport,
        samples: &mut Vec<Sample>,
    ) -> Result<(), Stop> {
        let after = self.connection.current_snapshot().await.map_err(Stop::of("reading the schema"))?;
        report.differences = diff(before, &after);
        report.changes = diff::in_words(&report.differences);
        let Some(rows) = self.options.sample_rows.filter(|rows| *rows > 0) else { return Ok(()) };
        for table in report.changed_tables().into_iter().take(SAMPLED_TABLES) {
            if let Some(watch) = self.connection.watch() {
                samples.push(watch.sample(&table, rows).await.map_err(Stop::of("reading rows"))?);
            }
        }
        Ok(())
    }

    /// Rolls back, and looks what stayed nevertheless.
    async fn leave(&mut self, report: &mut RehearsalReport, samples: &mut [Sample]) -> Result<(), RunFailure> {
        let doing = "rolling back";
        self.connection.rollback().await.map_err(|error| RunFailure::of_session(doing, error))?;
        self.connection.reset().await.map_err(|error| RunFailure::of_session(doing, error))?;
        let left = self.watch()?.left_behind().await;
        let left = left.map_err(|error| RunFailure::of_session("looking at what stayed", error))?;
        for moved in left {
            note_moved(&mut report.left_behind, moved);
        }
        for sample in samples {
            let completed = self.watch()?.complete(sample).await;
            completed.map_err(|error| RunFailure::of_session("reading rows", error))?;
        }
        Ok(())
    }

    /// Which constraint it was.
    async fn explain(&mut self, stop: &Stop, report: &mut RehearsalReport) {
        let (Some(error), Some(watch)) = (stop.error(), self.connection.watch()) else { return };
        // The failure itself is what counts: where this cannot be found out, it says less.
        if let Ok(Some(violation)) = watch.violation(error).await {
            report.violations.push(violation);
        }
    }

    fn watch(&mut self) -> Result<&mut dyn Watch, RunFailure> {
        self.connection.watch().ok_or_else(|| {
            let reason = "this kind of connection cannot be watched".to_owned();
            RunFailure::of_session("rehearsing", SessionError::Connection(reason))
        })
    }
}

/// A sequence that several tries moved stands where the first found it and where the last left it.
fn note_moved(all: &mut Vec<SequenceMoved>, moved: SequenceMoved) {
    match all.iter_mut().find(|known| known.sequence == moved.sequence) {
        Some(known) => known.after = moved.after,
        None => all.push(moved),
    }
}
