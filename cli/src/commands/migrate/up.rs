//! `confiture migrate up`.

use super::dry_run::DryRun;
use crate::{
    exit::Exit,
    failure::Failure,
    global::Global,
    interrupt::Interrupt,
    migrations::{LockWait, Migrations, entries, identity},
    output,
    pace::Clock,
    report,
};
use clap::Args;
use confiture_engine::migrate::{
    Version,
    plan::{Approval, Direction, Plan, UpRequest, plan_up},
    rehearse::Request,
    run::{Surroundings, up},
};
use std::path::{Path, PathBuf};

/// Apply what is pending
///
/// Each migration with its row in the ledger in one transaction; one that cannot be (CREATE INDEX CONCURRENTLY)
/// statement by statement, each recorded, so that the next run goes on where this one stopped.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  confiture migrate up --env production\n  confiture migrate up --target 003 --preview   the \
                        exact SQL, nothing runs\n  confiture migrate up --dry-run                everything, rolled back: what \
                        it locks, rewrites and changes\n  confiture migrate up --out plan.json          to be looked at, then: \
                        confiture migrate up --plan plan.json\n\nExit codes: 5 failed and undone; 6 another run holds the \
                        lock; 8 refused, nothing ran; 9 stopped part-way, run again to go on."
)]
pub struct Up {
    /// The last migration to apply; otherwise all
    #[arg(long, value_name = "VERSION", value_parser = super::version)]
    target: Option<Version>,
    /// Apply a version although a higher one is applied already
    #[arg(long)]
    allow_out_of_order: bool,
    /// Print the exact SQL, with hooks as comments, and run nothing
    #[arg(long)]
    preview: bool,
    /// Write what would run to PLAN, and run nothing
    #[arg(long, value_name = "PLAN", conflicts_with_all = ["preview", "plan", "dry_run"])]
    out: Option<PathBuf>,
    /// Run what --out wrote, exactly so: refused where scripts, ledger or environment are different now
    #[arg(long, value_name = "PLAN", conflicts_with_all = ["target", "allow_out_of_order"])]
    plan: Option<PathBuf>,
    #[command(flatten)]
    dry_run: DryRun,
    #[command(flatten)]
    lock_wait: LockWait,
}

impl Up {
    /// Whether nothing of it stays.
    pub fn is_dry_run(&self) -> bool {
        self.dry_run.dry_run
    }

    /// Applies, or says what would be.
    pub async fn run(self, global: &Global, directory: Option<&Path>, interrupt: &Interrupt) -> Result<Exit, Failure> {
        let migrations = Migrations::load(global, directory)?;
        let request = self.request(&migrations)?;
        if self.dry_run.dry_run {
            return self.dry_run.run(global, &migrations, Request::Up(&request), self.lock_wait, interrupt).await;
        }
        let connector = migrations.connector()?;
        let hooks = migrations.hooks().await?;
        if self.preview || self.out.is_some() || migrations.asks(&hooks, Direction::Up)? {
            let (mut connection, entries) = entries(&connector).await?;
            let mut plan = plan_up(&migrations.files, &entries, &request, &hooks).await;
            let database = identity(&mut *connection).await?;
            if let Some(approval) = &request.approval {
                approval.check_database(&mut plan, &database);
            }
            if self.preview {
                return report::plan::preview(global, &migrations.files, &plan);
            }
            if let Some(out) = &self.out {
                let approval = Approval::of(&plan, &entries, &request, database);
                return self.store(out, &plan, &approval);
            }
            if plan.refusals.is_empty() && !plan.steps.is_empty() {
                migrations.confirm_plan(global, &plan, "applied").await?;
            }
        }
        let mut observer = report::progress::Progress::new(interrupt);
        let surroundings = Surroundings {
            connector: &connector,
            files: &migrations.files,
            hooks: &hooks,
            options: &migrations.run_options(self.lock_wait),
            pace: &Clock(interrupt),
            observer: &mut observer,
        };
        let outcome = up(surroundings, &request).await;
        report::run::finish(global, outcome, observer.end())
    }

    fn request(&self, migrations: &Migrations) -> Result<UpRequest, Failure> {
        let environment = migrations.environment();
        let lock_timeout_ms = migrations.lock_timeout_ms();
        let Some(path) = &self.plan else {
            let (target, allow_out_of_order) = (self.target.clone(), self.allow_out_of_order);
            return Ok(UpRequest { environment, target, allow_out_of_order, lock_timeout_ms, approval: None });
        };
        let failed = |why: String| Failure::new(Exit::Configuration, format!("{}: {why}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| failed(format!("it cannot be read: {error}")))?;
        let approval = Approval::read(&text).map_err(failed)?;
        Ok(approval.request(environment))
    }

    fn store(&self, out: &Path, plan: &Plan, approval: &Approval) -> Result<Exit, Failure> {
        if !plan.refusals.is_empty() {
            return Err(report::plan::refused(plan));
        }
        let text = approval.write().map_err(Failure::with(Exit::Failed))?;
        output::write_whole(out, text.as_bytes())
            .map_err(|error| Failure::new(Exit::Failed, format!("{}: {error}", out.display())))?;
        output::say(format!(
            "{}: {}; nothing was run. `confiture migrate up --plan {}` runs it.",
            out.display(),
            report::plan::summary(plan),
            out.display()
        ));
        Ok(Exit::Done)
    }
}
