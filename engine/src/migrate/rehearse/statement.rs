//! One statement: run, timed, looked at.

use super::{
    attempt::Attempt,
    report::{RehearsedStep, StepKind, milliseconds},
    stop::Stop,
};
use crate::migrate::{
    plan::{Mode, PlannedMigration},
    run::Moment,
    script::{Script, Step, checksum},
};
use confiture_model::{BoxFuture, rehearsal::Observation, session::SessionError};
use confiture_sql::kind::kind;
use futures_util::future::{Either, select};
use std::time::Instant;

/// active_sql_transaction, invalid_transaction_termination: it needs to run outside a transaction.
const NEEDS_NO_TRANSACTION: [&str; 2] = ["25001", "2D000"];

impl<'t> Attempt<'t, '_> {
    pub(super) async fn statement(
        &mut self,
        index: usize,
        planned: &'t PlannedMigration,
        script: &Script,
        number: usize,
        step: &Step,
    ) -> Result<(), Stop> {
        let (sql, place) = (script.sql(step), step.span.to_string());
        let kind = kind(sql);
        if index > 0 && kind.starts_with("set") && sets_the_transaction(sql) {
            let reason = "the transaction of the rehearsal has begun with the first migration".to_owned();
            self.leave_out(planned, Some(place), "SET TRANSACTION".to_owned(), reason);
            return Ok(());
        }
        let (title, of) = (planned.title.as_str(), script.steps().len());
        self.room.observer.observe(&Moment::StatementStarted {
            title,
            index: number + 1,
            of,
            place: place.clone(),
            sql,
        });
        let may_be_outside = matches!(planned.mode, Mode::Statements { .. });
        if may_be_outside {
            self.room.connection.savepoint().await.map_err(Stop::of("setting a savepoint"))?;
        }
        let begun = Instant::now();
        let outcome = self.send(index, script, step, &kind).await;
        let took = begun.elapsed();
        let checksum = checksum([(sql, script.copy_data(step))]);
        let what = StepKind::Statement { number: number + 1, kind: kind.clone(), place: place.clone(), checksum };
        match outcome {
            Ok(rows) => {
                let is_setting = matches!(kind.as_str(), "set" | "reset");
                let seen = if is_setting { Observation::default() } else { self.observe().await? };
                let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
                self.room.observer.observe(&Moment::StatementFinished {
                    title,
                    index: number + 1,
                    of,
                    rows,
                    duration_ms,
                });
                self.file(RehearsedStep {
                    what,
                    ms: milliseconds(took),
                    repeated_ms: Vec::new(),
                    rows,
                    failed: false,
                    seen,
                });
                self.budget.check(index, number)?;
                if may_be_outside {
                    self.room.connection.release().await.map_err(Stop::of("releasing a savepoint"))?;
                }
                Ok(())
            }
            Err(Stop::Statement { error, .. })
                if may_be_outside && NEEDS_NO_TRANSACTION.contains(&error.sqlstate.as_str()) =>
            {
                self.room.connection.undo_to_savepoint().await.map_err(Stop::of("undoing to a savepoint"))?;
                let reason = format!("PostgreSQL does not run it in a transaction ({})", error.sqlstate);
                self.leave_out(planned, Some(place), kind, reason);
                Ok(())
            }
            Err(stop) => {
                let seen = Observation::default();
                self.file(RehearsedStep {
                    what,
                    ms: milliseconds(took),
                    repeated_ms: Vec::new(),
                    rows: 0,
                    failed: true,
                    seen,
                });
                Err(stop.at(number))
            }
        }
    }

    /// Sends it; it is cancelled when somebody asks us to stop, or others have waited long enough.
    async fn send(&mut self, index: usize, script: &Script, step: &Step, kind: &str) -> Result<u64, Stop> {
        let sql = script.sql(step);
        let left = self.budget.left(kind);
        let pace = self.room.pace;
        let running = match script.copy_data(step) {
            Some(data) => self.room.connection.copy_in(sql, data),
            None => self.room.connection.execute(sql),
        };
        let patience: BoxFuture<'_, ()> = match left {
            Some(left) => pace.sleep(left),
            None => Box::pin(std::future::pending()),
        };
        let stop = select(pace.interrupted(), patience);
        let outcome = match select(stop, running).await {
            Either::Left((Either::Left(_), _)) => return Err(Stop::Interrupted { migration: index }),
            Either::Left((Either::Right(_), _)) => return Err(self.budget.exceeded(index)),
            Either::Right((outcome, _)) => outcome,
        };
        outcome.map_err(|error| match error {
            SessionError::Database(error) => Stop::Statement { migration: index, step: None, error },
            error => Stop::of("running a statement")(error),
        })
    }

    pub(super) async fn observe(&mut self) -> Result<Observation, Stop> {
        let Some(watch) = self.room.connection.watch() else { return Ok(Observation::default()) };
        let seen = watch.observe().await.map_err(Stop::of("looking at what a statement did"))?;
        self.budget.note(&seen);
        Ok(seen)
    }

    pub(super) fn file(&mut self, step: RehearsedStep) {
        if let Some(migration) = self.report.migrations.last_mut() {
            migration.steps.push(step);
        }
    }
}

/// `SET TRANSACTION …`, which only counts ahead of every query.
fn sets_the_transaction(sql: &str) -> bool {
    let mut lexer = confiture_sql::lexer::Lexer::new(sql);
    let mut next = || lexer.next_significant().ok().flatten();
    let (_, second) = (next(), next());
    second.is_some_and(|word| word.is_word(sql, "transaction"))
}
