//! A migration, or one statement of it, and its row in the ledger: one transaction.

use super::{
    Flow, HookFailure, Moment, Run, RunFailure, StatementFailure,
    hooks::HookTrouble,
    job::{Job, Tally},
    pace::{TRIES, back_off},
};
use crate::migrate::plan::Direction;
use confiture_model::{database::DbError, migration::LedgerWrite, session::SessionError};
use futures_util::future::{Either, select};
use serde_json::json;
use std::{ops::Range, time::Instant};

/// What kept a transaction from being committed.
#[derive(Debug)]
pub(super) enum Trouble {
    /// A statement failed: its index.
    Statement(usize, DbError),
    /// Something that we do ourselves failed.
    Ours(&'static str, DbError),
    /// The connection was lost before the commit was sent.
    Connection(&'static str, String),
    /// The connection was lost while the commit was on its way.
    CommitLost(String),
    /// The run lock is no longer held.
    LockLost,
    /// The script ended our transaction.
    TransactionEnded,
    /// An INVALID index of this name, that is not ours, stands where one is to be made.
    Leftover(String),
    /// Somebody asked us to stop.
    Interrupted,
    /// A hook failed.
    Hook(Box<HookFailure>),
}

impl From<HookTrouble> for Trouble {
    fn from(trouble: HookTrouble) -> Self {
        match trouble {
            HookTrouble::Failed(failure) => Self::Hook(failure),
            HookTrouble::Ours(doing, error) => Self::of(doing)(error),
            HookTrouble::LockLost => Self::LockLost,
            HookTrouble::Interrupted => Self::Interrupted,
        }
    }
}

impl Trouble {
    pub(super) fn of(doing: &'static str) -> impl FnOnce(SessionError) -> Self {
        move |error| match error {
            SessionError::Database(error) => Self::Ours(doing, error),
            SessionError::Connection(reason) => Self::Connection(doing, reason),
        }
    }

    fn sqlstate(&self) -> Option<&str> {
        match self {
            Self::Statement(_, error) | Self::Ours(_, error) => Some(&error.sqlstate),
            Self::Hook(failure) => failure.sqlstate(),
            _ => None,
        }
    }

    /// Whether the same may go well a little later: a lock was not to be had, or two sessions waited for each other.
    pub(super) fn may_pass(&self) -> bool {
        self.sqlstate().is_some_and(|sqlstate| matches!(sqlstate, "55P03" | "40P01"))
    }

    /// Whether there is still a connection to work on.
    pub(super) fn is_connected(&self) -> bool {
        !matches!(self, Self::Connection(..) | Self::CommitLost(_))
    }
}

/// What was committed.
pub(super) enum Committed {
    /// On this connection; where the schema was stored, its address.
    Here(Option<String>),
    /// The connection was lost, and the answer found on another one: whether it was committed.
    Found(bool),
}

impl Run<'_> {
    /// Runs all of a migration in one transaction.
    pub(super) async fn in_transaction(&mut self, job: &Job<'_>) -> Result<Flow, RunFailure> {
        if job.planned.action.is_stages() {
            return self.resume_stages(job).await;
        }
        let mut tally = Tally::default();
        let committed = match self.before_begin(job).await {
            Ok(()) => self.commit_part(job, 0..job.count(), &mut tally).await,
            Err(trouble) => Err(trouble),
        };
        match committed {
            Ok(Committed::Here(snapshot)) => self.committed(job, tally, snapshot).await,
            Ok(Committed::Found(committed)) => Ok(self.found(job, tally, committed)),
            Err(trouble) => {
                self.note_failure(job, &trouble, tally).await;
                Err(Self::undone(job, trouble, tally.attempts))
            }
        }
    }

    /// Runs some statements of a migration and what the ledger is to say after them, in one transaction. One that waits in
    /// vain for a lock is rolled back and begun again: a savepoint would keep the locks that it got before.
    pub(super) async fn commit_part(
        &mut self,
        job: &Job<'_>,
        part: Range<usize>,
        tally: &mut Tally,
    ) -> Result<Committed, Trouble> {
        let (before, hooks_before, timed) = (*tally, self.kept.clone(), self.timings.len());
        let mut attempt = 0;
        loop {
            attempt += 1;
            *tally = Tally { attempts: attempt.max(before.attempts), ..before };
            self.kept = hooks_before.clone();
            self.timings.truncate(timed);
            let trouble = match self.attempt(job, part.clone(), tally).await {
                Ok(snapshot) => return Ok(Committed::Here(snapshot)),
                Err(Trouble::CommitLost(reason)) => return self.find_outcome(job, &part, reason).await,
                Err(trouble) => trouble,
            };
            if trouble.is_connected()
                && let Err(error) = self.connection.rollback().await
            {
                return Err(Trouble::of("rolling back")(error));
            }
            if !trouble.may_pass() || attempt >= TRIES {
                return Err(trouble);
            }
            self.pause(job, attempt, &trouble).await?;
        }
    }

    /// Waits before the next try.
    pub(super) async fn pause(&mut self, job: &Job<'_>, attempt: u32, trouble: &Trouble) -> Result<(), Trouble> {
        let wait = back_off(attempt);
        self.observer.observe(&Moment::Retry {
            title: job.title(),
            attempt,
            of: TRIES,
            wait_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
            sqlstate: trouble.sqlstate().unwrap_or_default(),
        });
        match select(self.pace.interrupted(), self.pace.sleep(wait)).await {
            Either::Left(_) => Err(Trouble::Interrupted),
            Either::Right(_) => Ok(()),
        }
    }

    async fn attempt(
        &mut self,
        job: &Job<'_>,
        part: Range<usize>,
        tally: &mut Tally,
    ) -> Result<Option<String>, Trouble> {
        let begun = Instant::now();
        let earlier = tally.duration_ms;
        let (lock, statement) = (job.planned.lock_timeout_ms, job.planned.statement_timeout_ms);
        self.connection.begin(lock, statement).await.map_err(Trouble::of("beginning a transaction"))?;
        self.hooks_within(job, true).await?;
        for index in part.clone() {
            self.statement(job, index, tally).await?;
        }
        // Hooks of a transaction that a script has ended would be on their own.
        if job.has_hooks_within() {
            self.check_transaction().await?;
            self.hooks_within(job, false).await?;
        }
        let (held, snapshot) = match job.is_last(&part) {
            true => {
                let snapshot = if job.snapshot { Some(self.snapshot().await?) } else { None };
                tally.duration_ms = earlier.saturating_add(elapsed(begun));
                (self.conclude(job, *tally, snapshot.clone()).await?, snapshot)
            }
            false => {
                tally.duration_ms = earlier.saturating_add(elapsed(begun));
                (self.record_part(job, part.end, *tally).await?, None)
            }
        };
        if !held {
            return Err(Trouble::LockLost);
        }
        match self.connection.commit().await {
            Ok(()) => Ok(snapshot),
            Err(SessionError::Connection(reason)) => Err(Trouble::CommitLost(reason)),
            Err(SessionError::Database(error)) => Err(Trouble::Ours("committing", error)),
        }
    }

    /// Undoes what a script set for the session, and stores the schema where it is wanted.
    pub(super) async fn put_back(&mut self, job: &Job<'_>) -> Result<Option<String>, Trouble> {
        self.connection.reset().await.map_err(Trouble::of("putting settings back"))?;
        if !job.snapshot {
            return Ok(None);
        }
        self.connection.store_snapshot().await.map(Some).map_err(Trouble::of("storing the schema"))
    }

    /// A script may have ended our transaction: what we then write would be committed without it.
    async fn check_transaction(&mut self) -> Result<(), Trouble> {
        match self.connection.in_transaction().await.map_err(Trouble::of("asking for the transaction"))? {
            true => Ok(()),
            false => Err(Trouble::TransactionEnded),
        }
    }

    /// Stores the schema, under the settings of a session that no script has changed.
    async fn snapshot(&mut self) -> Result<String, Trouble> {
        self.check_transaction().await?;
        self.connection.reset().await.map_err(Trouble::of("putting settings back"))?;
        self.connection.store_snapshot().await.map_err(Trouble::of("storing the schema"))
    }

    /// Records that all of a migration is done, but for its stages, and answers whether the run lock is still held.
    async fn conclude(&mut self, job: &Job<'_>, tally: Tally, snapshot: Option<String>) -> Result<bool, Trouble> {
        let event = job.done_event(tally, snapshot.as_deref(), &self.kept.records, &self.timings);
        let entry = match job.stages().is_empty() {
            true => job.applied(tally, snapshot),
            false => job.pending(0, tally, snapshot),
        };
        let write = match job.direction {
            Direction::Down if job.stages().is_empty() => LedgerWrite::Remove(&job.planned.version),
            _ => LedgerWrite::Record(&entry),
        };
        self.connection.conclude(write, &event).await.map_err(|error| match error {
            // no_active_sql_transaction
            SessionError::Database(error) if error.sqlstate == "25P01" => Trouble::TransactionEnded,
            error => Trouble::of("writing the ledger")(error),
        })
    }

    /// Records that a part of a migration is done, as [`Run::conclude`].
    async fn record_part(&mut self, job: &Job<'_>, end: usize, tally: Tally) -> Result<bool, Trouble> {
        self.check_transaction().await?;
        let event = job.event(&statement_kind(end), None, json!({}));
        let record = self.connection.record(&job.partial(end, false, tally), &event).await;
        record.map_err(Trouble::of("writing the ledger"))?;
        self.connection.lock_is_held().await.map_err(Trouble::of("asking for the run lock"))
    }

    /// Sends one statement. When somebody asks us to stop, it is cancelled.
    pub(super) async fn statement(&mut self, job: &Job<'_>, index: usize, tally: &mut Tally) -> Result<(), Trouble> {
        let Some(step) = job.step(index) else { return Ok(()) };
        let (title, of, sql) = (job.title(), job.count(), job.script.sql(step));
        let place = step.span.to_string();
        self.observer.observe(&Moment::StatementStarted { title, index: index + 1, of, place, sql });
        let begun = Instant::now();
        let running = match job.script.copy_data(step) {
            Some(data) => self.connection.copy_in(sql, data),
            None => self.connection.execute(sql),
        };
        let outcome = match select(self.pace.interrupted(), running).await {
            Either::Left(_) => return Err(Trouble::Interrupted),
            Either::Right((outcome, _)) => outcome,
        };
        let rows = outcome.map_err(|error| match error {
            SessionError::Database(error) => Trouble::Statement(index, error),
            SessionError::Connection(reason) => Trouble::Connection("running a statement", reason),
        })?;
        tally.statements += 1;
        tally.rows = tally.rows.saturating_add(rows);
        let (took, duration_ms) = (begun.elapsed(), elapsed(begun));
        self.observer.observe(&Moment::StatementFinished { title, index: index + 1, of, rows, duration_ms });
        self.remember(job, step, took).await
    }

    /// Leaves a trace of what failed, without its message, which may hold row values. The failure itself is what counts:
    /// where this fails too, nothing is said.
    pub(super) async fn note_failure(&mut self, job: &Job<'_>, trouble: &Trouble, tally: Tally) {
        if trouble.is_connected() {
            let event = failure_event(job, trouble, tally);
            let _ = self.connection.note(&event).await;
        }
    }

    /// The failure of a migration of which nothing stays.
    pub(super) fn undone(job: &Job<'_>, trouble: Trouble, attempts: u32) -> RunFailure {
        let migration = job.title().to_owned();
        let because = |reason: &str, help: &str| RunFailure::Undone {
            migration: migration.clone(),
            reason: format!("{reason}; all of it was rolled back"),
            help: Some(help.to_owned()),
        };
        match trouble {
            Trouble::Statement(index, error) => statement_failure(job, index, error, attempts),
            Trouble::Ours(doing, error) => RunFailure::Undone {
                migration,
                reason: format!("{doing}: {error}; all of it was rolled back"),
                help: error.hint,
            },
            Trouble::Connection(doing, reason) => {
                RunFailure::Connection { doing: format!("{migration}, {doing}"), reason }
            }
            Trouble::CommitLost(reason) => RunFailure::CommitUnknown { migration, reason },
            Trouble::LockLost => because("the run lock was lost", "another run may have begun: run again, it waits"),
            Trouble::TransactionEnded => because(
                "it ended the transaction around it",
                "a procedure that commits needs `-- confiture: transaction = false` in the first line",
            ),
            Trouble::Leftover(index) => RunFailure::Undone {
                migration,
                reason: format!("index {index} is there and INVALID, left by a CREATE INDEX CONCURRENTLY that failed"),
                help: Some(format!("unless somebody is building it right now: DROP INDEX CONCURRENTLY {index}")),
            },
            Trouble::Interrupted => RunFailure::Interrupted { migration: Some(migration), stopped: None },
            Trouble::Hook(failure) => RunFailure::Hook { migration, failure },
        }
    }
}

/// The kind of the event that says that so many statements of a migration are done.
pub(super) fn statement_kind(done: usize) -> String {
    format!("statement-{done}")
}

pub(super) fn failure_event(job: &Job<'_>, trouble: &Trouble, tally: Tally) -> confiture_model::migration::Event {
    let step = match trouble {
        Trouble::Statement(index, _) => job.step(*index),
        _ => None,
    };
    let hook = match trouble {
        Trouble::Hook(failure) => Some(json!({
            "hook": format!("{}/{}", failure.plugin, failure.hook),
            "phase": failure.phase,
            "step": failure.step,
        })),
        _ => None,
    };
    let details = json!({
        "attempts": tally.attempts,
        "direction": job.direction,
        "place": step.map(|step| step.span.to_string()),
        "hook": hook,
        "sqlstate": trouble.sqlstate(),
    });
    let kind = if matches!(trouble, Trouble::Interrupted) { "interrupted" } else { "failed" };
    job.event(kind, None, details)
}

fn statement_failure(job: &Job<'_>, index: usize, error: DbError, attempts: u32) -> RunFailure {
    match job.step(index) {
        Some(step) => RunFailure::Statement(Box::new(StatementFailure {
            migration: job.title().to_owned(),
            index: index + 1,
            of: job.count(),
            attempts,
            failed: job.script.failed(step, error),
        })),
        None => RunFailure::Ledger { doing: job.title().to_owned(), error },
    }
}

pub(super) fn elapsed(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX)
}
