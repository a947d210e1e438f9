//! One try: every migration of the plan, in one transaction.

use super::{
    Room,
    budget::Budget,
    hooks::Place,
    report::{RehearsalReport, RehearsedMigration, Unrehearsed},
    stop::Stop,
};
use crate::migrate::{
    files::Id,
    plan::{Action, Direction, Plan, PlannedMigration},
    run::{Done, Kept, Moment},
    script::Script,
};
use confiture_model::object::ObjectRef;
use std::collections::BTreeSet;

pub(super) struct Attempt<'t, 'a> {
    pub room: &'t mut Room<'a>,
    pub plan: &'t Plan,
    pub report: &'t mut RehearsalReport,
    pub budget: Budget,
    /// Relations that migrations before the present one have locked.
    locked: BTreeSet<ObjectRef>,
    /// Of the hooks of the present migration.
    pub kept: Kept,
}

impl<'t, 'a> Attempt<'t, 'a> {
    pub fn new(room: &'t mut Room<'a>, plan: &'t Plan, report: &'t mut RehearsalReport) -> Self {
        let budget = Budget::new(room.options.lock_budget);
        Self { room, plan, report, budget, locked: BTreeSet::new(), kept: Kept::default() }
    }

    /// Runs everything; the transaction stays open.
    pub async fn run(&mut self) -> Result<(), Stop> {
        let plan = self.plan;
        for (index, planned) in plan.steps.iter().enumerate() {
            match index {
                0 => {
                    let (lock, statement) = (planned.lock_timeout_ms, planned.statement_timeout_ms);
                    let begun = self.room.connection.begin(lock, statement).await;
                    begun.map_err(Stop::of("beginning a transaction"))?;
                }
                _ => self.begin_next(planned).await?,
            }
            self.room.observer.observe(&Moment::MigrationStarted {
                title: &planned.title,
                index: index + 1,
                of: plan.steps.len(),
                statements: planned.statements,
            });
            self.report.migrations.push(RehearsedMigration::new(planned));
            let outcome = self.migration(index, planned).await;
            if let Some(migration) = self.report.migrations.last_mut() {
                migration.finish(&self.locked);
                self.locked.extend(migration.locks.iter().map(|lock| lock.relation.clone()));
            }
            outcome?;
            self.say_finished(planned);
        }
        Ok(())
    }

    /// Between two migrations a run puts the session back to what it was.
    async fn begin_next(&mut self, planned: &PlannedMigration) -> Result<(), Stop> {
        let connection = &mut self.room.connection;
        connection.reset().await.map_err(Stop::of("putting settings back"))?;
        for (setting, value) in
            [("lock_timeout", planned.lock_timeout_ms), ("statement_timeout", planned.statement_timeout_ms)]
        {
            let sql = format!("SET LOCAL {setting} = {}", value.min(i32::MAX.unsigned_abs().into()));
            connection.execute(&sql).await.map_err(Stop::of("setting timeouts"))?;
        }
        Ok(())
    }

    async fn migration(&mut self, index: usize, planned: &'t PlannedMigration) -> Result<(), Stop> {
        let id = Id::of_ledger(&planned.version);
        let Some(migration) = self.room.files.find(&id) else { return Ok(()) };
        let script = match (self.plan.direction, &migration.down) {
            (Direction::Down, Some(down)) => down,
            _ => &migration.up,
        };
        self.kept = Kept::default();
        if planned.action.is_stages() {
            return self.hooks(Place::Stages, index, planned).await;
        }
        self.hooks(Place::Before, index, planned).await?;
        self.statements(index, planned, script).await?;
        self.hooks(Place::After, index, planned).await?;
        self.end(index).await?;
        self.hooks(Place::Stages, index, planned).await
    }

    async fn statements(&mut self, index: usize, planned: &'t PlannedMigration, script: &Script) -> Result<(), Stop> {
        let done = match planned.action {
            Action::Resume { done, .. } | Action::ResumeUndo { done, .. } => {
                usize::try_from(done).unwrap_or(usize::MAX)
            }
            _ => 0,
        };
        for (number, step) in script.steps().iter().enumerate().skip(done) {
            if let Some(outside) = &step.outside {
                let reason = "it cannot run in a transaction that is rolled back".to_owned();
                self.leave_out(planned, Some(step.span.to_string()), outside.what.clone(), reason);
                continue;
            }
            self.statement(index, planned, script, number, step).await?;
        }
        Ok(())
    }

    /// Something is not rehearsed.
    pub fn leave_out(&mut self, planned: &PlannedMigration, place: Option<String>, what: String, reason: String) {
        let migration = planned.title.clone();
        self.report.unrehearsed.push(Unrehearsed { migration, place, what, reason });
    }

    /// What a commit would check; and whether there is still a transaction to roll back.
    async fn end(&mut self, index: usize) -> Result<(), Stop> {
        if !self.room.connection.in_transaction().await.map_err(Stop::of("asking for the transaction"))? {
            return Err(Stop::Ended { migration: index });
        }
        let Some(watch) = self.room.connection.watch() else { return Ok(()) };
        watch.check_deferred().await.map_err(|error| Stop::deferred(index, error))
    }

    fn say_finished(&mut self, planned: &PlannedMigration) {
        let Some(migration) = self.report.migrations.last() else { return };
        let done = Done {
            version: planned.version.clone(),
            title: planned.title.clone(),
            action: planned.action,
            statements: u32::try_from(migration.steps.len()).unwrap_or(u32::MAX),
            rows: migration.steps.iter().map(|step| step.rows).sum(),
            attempts: self.report.attempts,
            duration_ms: migration.ms as u64,
            snapshot: None,
            hooks: self.kept.records.clone(),
        };
        self.room.observer.observe(&Moment::MigrationFinished { done: &done, direction: self.plan.direction });
    }
}
