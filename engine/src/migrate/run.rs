//! The run: it leaves a database before or after a migration, never between.
//!
//! Under the run lock the plan is made from what the ledger says now. A migration and its row in the ledger are one
//! transaction ([`transaction`]); one that cannot be is recorded statement by statement ([`statements`]). A connection
//! that is lost at a commit is not guessed about ([`reconnect`]).

mod around;
mod failure;
pub(super) mod hooks;
mod identity;
mod job;
mod lock;
mod observer;
mod pace;
mod reconnect;
mod report;
mod settle;
mod stages;
mod statements;
mod timings;
mod transaction;

pub use {
    failure::{FailureReport, RunFailure, StatementFailure},
    hooks::{HookCause, HookFailure, HookRecord, StepRecord},
    observer::{Moment, Observer},
    pace::{Pace, TRIES},
    report::{Done, OnErrorReport, RunError, RunReport},
};

pub(super) use {
    hooks::{About, HookRun, HookTrouble, Kept},
    identity::run_id,
    lock::take_lock,
    pace::back_off,
};

use super::{
    FileError,
    files::{Files, Id},
    hooks::Hooks,
    plan::{Approval, Direction, Mode, Plan, RefusalCode, Undo, UpRequest, plan_down, plan_up},
};
use confiture_model::{
    facts::RecordedStatement,
    migration::{Event, ForeignLedger, LedgerEntry, MigrationConnection, MigrationConnector},
    session::SessionError,
};
use job::Job;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How a run goes about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunOptions {
    /// How long to wait for another run.
    pub lock_wait: Duration,
    /// After which migrations the schema is stored.
    pub snapshots: Snapshots,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self { lock_wait: Duration::from_secs(60), snapshots: Snapshots::Last }
    }
}

/// After which migrations the schema is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Snapshots {
    /// The last of a run.
    #[default]
    Last,
    /// Each.
    Each,
}

/// What surrounds a run.
pub struct Surroundings<'a> {
    /// Makes connections.
    pub connector: &'a dyn MigrationConnector,
    /// The migrations.
    pub files: &'a Files,
    /// The hooks that plugins offer, and those around every migration.
    pub hooks: &'a Hooks,
    /// How it goes about it.
    pub options: &'a RunOptions,
    /// Time, chance and Ctrl-C.
    pub pace: &'a dyn Pace,
    /// Is told what happens.
    pub observer: &'a mut dyn Observer,
}

/// Applies what is pending.
///
/// # Errors
/// [`RunError`]: why it ended, and what was done before.
pub async fn up(surroundings: Surroundings<'_>, request: &UpRequest) -> Result<RunReport, RunError> {
    run(surroundings, &Ask::Up(request)).await
}

/// Undoes what is applied. `lock_timeout_ms` counts where a migration does not say.
///
/// # Errors
/// As [`up`].
pub async fn down(surroundings: Surroundings<'_>, undo: &Undo, lock_timeout_ms: u64) -> Result<RunReport, RunError> {
    run(surroundings, &Ask::Down(undo, lock_timeout_ms)).await
}

/// What a run was asked for.
enum Ask<'a> {
    Up(&'a UpRequest),
    Down(&'a Undo, u64),
}

impl Ask<'_> {
    /// The plan, after `done` migrations of this run; `again` where it was made before, on another connection.
    async fn plan(
        &self,
        files: &Files,
        hooks: &Hooks,
        entries: &[LedgerEntry],
        done: usize,
        again: bool,
    ) -> Option<Plan> {
        Some(match self {
            Self::Up(request) if again => {
                let approval = request.approval.as_ref().map(|approval| approval.after(done));
                plan_up(files, entries, &UpRequest { approval, ..(*request).clone() }, hooks).await
            }
            Self::Up(request) => plan_up(files, entries, request, hooks).await,
            Self::Down(Undo::Steps(steps), timeout) => {
                let left = steps.saturating_sub(u32::try_from(done).unwrap_or(u32::MAX));
                plan_down(files, entries, &Undo::Steps(left), *timeout, hooks).await
            }
            Self::Down(Undo::Migration(_), _) if done > 0 => return None,
            Self::Down(undo, timeout) => plan_down(files, entries, undo, *timeout, hooks).await,
        })
    }

    fn approval(&self) -> Option<&Approval> {
        match self {
            Self::Up(request) => request.approval.as_ref(),
            Self::Down(..) => None,
        }
    }

    fn direction(&self) -> Direction {
        match self {
            Self::Up(_) => Direction::Up,
            Self::Down(..) => Direction::Down,
        }
    }
}

/// A run that is under way.
struct Run<'a> {
    connector: &'a dyn MigrationConnector,
    files: &'a Files,
    hooks: &'a Hooks,
    options: &'a RunOptions,
    pace: &'a dyn Pace,
    observer: &'a mut dyn Observer,
    /// What is kept of the hooks of the migration that is running.
    kept: Kept,
    /// The statements of the present migration that took long.
    timings: Vec<RecordedStatement>,
    id: String,
    connection: Box<dyn MigrationConnection>,
    report: RunReport,
    /// How often a connection was lost and another one made.
    reconnections: u32,
}

/// How a part of a run ended well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    /// On the connection that it began on.
    Done,
    /// On another one: the lock is to be taken and the plan to be made again.
    Reconnected,
}

async fn run(surroundings: Surroundings<'_>, ask: &Ask<'_>) -> Result<RunReport, RunError> {
    let Surroundings { connector, files, hooks, options, pace, observer } = surroundings;
    let id = run_id();
    let report = RunReport::new(id.clone(), ask.direction());
    let connection = match connector.connect().await {
        Ok(connection) => connection,
        Err(error) => return Err(report.failed(RunFailure::of_session("connecting", error))),
    };
    let mut run = Run {
        connector,
        files,
        hooks,
        options,
        pace,
        observer,
        kept: Kept::default(),
        timings: Vec::new(),
        id,
        connection,
        report,
        reconnections: 0,
    };
    let outcome = run.all(ask).await;
    if outcome.is_err() {
        run.store_last_snapshot().await;
    }
    // A connection that is gone has let go of it already.
    let _ = run.connection.unlock().await;
    match outcome {
        Ok(()) => Ok(run.report),
        Err(failure) => Err(run.report.failed(failure)),
    }
}

impl Run<'_> {
    async fn all(&mut self, ask: &Ask<'_>) -> Result<(), RunFailure> {
        loop {
            self.take_lock().await?;
            self.ledger("preparing the ledger", |connection| connection.prepare()).await?;
            let entries = self.ledger("reading the ledger", |connection| connection.entries()).await?;
            let (done, again) = (self.report.migrations.len(), self.reconnections > 0);
            let plan = ask.plan(self.files, self.hooks, &entries, done, again).await;
            let Some(mut plan) = plan else { return Ok(()) };
            if let Some(approval) = ask.approval() {
                let database = self.ledger("asking which database this is", |connection| connection.identity()).await?;
                approval.check_database(&mut plan, &database);
            }
            if entries.is_empty() && !plan.steps.is_empty() {
                self.refuse_beside_another_tool(&mut plan).await?;
            }
            if !plan.refusals.is_empty() {
                return Err(RunFailure::Refused(Box::new(plan)));
            }
            self.observer.observe(&Moment::Planned { plan: &plan });
            self.report.planned(&plan);
            if self.follow(&plan, &entries).await? == Flow::Done {
                return Ok(());
            }
        }
    }

    /// An empty ledger beside one of another tool's that is not: what that tool applied would run again.
    async fn refuse_beside_another_tool(&mut self, plan: &mut Plan) -> Result<(), RunFailure> {
        let ledgers = self.ledger("looking for other ledgers", |connection| connection.foreign_ledgers()).await?;
        let in_use = |ledger: &&ForeignLedger| !ledger.entries.is_empty() || ledger.through.is_some();
        if let Some(ledger) = ledgers.iter().find(in_use) {
            let message = format!("{} has applied migrations here, and ours knows of none", ledger.tool);
            let problem = FileError::about(&ledger.table, message).help(
                "take them over with `confiture migrate adopt`, or say what is in the database already: `confiture \
                 migrate baseline --through VERSION`, 0 for nothing",
            );
            plan.refuse(RefusalCode::OtherLedger, None, problem);
        }
        Ok(())
    }

    async fn follow(&mut self, plan: &Plan, entries: &[LedgerEntry]) -> Result<Flow, RunFailure> {
        let (files, run) = (self.files, self.id.clone());
        for (index, planned) in plan.steps.iter().enumerate() {
            let id = Id::of_ledger(&planned.version);
            let Some(migration) = files.find(&id) else { continue };
            let before = entries.iter().find(|entry| Id::of_ledger(&entry.version) == id);
            let is_last = index + 1 == plan.steps.len();
            let snapshot = is_last || self.options.snapshots == Snapshots::Each;
            let job = Job::new(&run, planned, migration, plan.direction, before, snapshot);
            self.observer.observe(&Moment::MigrationStarted {
                title: &planned.title,
                index: index + 1,
                of: plan.steps.len(),
                statements: planned.statements,
            });
            self.kept = Kept::default();
            self.timings.clear();
            let outcome = match planned.mode {
                Mode::Transaction => self.in_transaction(&job).await,
                Mode::Statements { .. } => self.by_statements(&job).await,
            };
            if let Err(failure) = &outcome
                && failure.calls_on_error()
            {
                self.on_error(&job, failure).await;
            }
            let flow = outcome?;
            if flow == Flow::Reconnected {
                return Ok(flow);
            }
        }
        Ok(Flow::Done)
    }

    /// Asks the connection for something that belongs to the ledger; `doing` is for the error.
    async fn ledger<'c, T>(
        &'c mut self,
        doing: &'static str,
        ask: impl FnOnce(&'c mut Box<dyn MigrationConnection>) -> confiture_model::BoxFuture<'c, Result<T, SessionError>>,
    ) -> Result<T, RunFailure> {
        ask(&mut self.connection).await.map_err(|error| RunFailure::of_session(doing, error))
    }

    /// A migration is done.
    fn finish(&mut self, job: &Job<'_>, done: Done) {
        self.observer.observe(&Moment::MigrationFinished { done: &done, direction: job.direction });
        self.report.migrations.push(done);
    }

    /// A run that ends early leaves the schema of its last migration stored as well; what cannot be stored now is found
    /// missing by `verify`.
    async fn store_last_snapshot(&mut self) {
        let is_stored = self.report.migrations.last().is_none_or(|done| done.snapshot.is_some());
        if is_stored || self.connection.begin(0, 0).await.is_err() {
            return;
        }
        let stored = async {
            let address = self.connection.store_snapshot().await?;
            let event = Event {
                kind: "snapshot".to_owned(),
                version: None,
                name: None,
                run: self.id.clone(),
                duration_ms: None,
                details: serde_json::json!({ "snapshot": address }),
            };
            self.connection.note(&event).await?;
            self.connection.commit().await
        };
        let outcome: Result<(), SessionError> = stored.await;
        if outcome.is_err() {
            let _ = self.connection.rollback().await;
        }
    }
}

#[cfg(test)]
pub(super) mod fake;
#[cfg(test)]
mod tests;
