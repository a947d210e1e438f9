//! `confiture migrate down`.

use super::dry_run::DryRun;
use crate::{
    exit::Exit,
    failure::Failure,
    global::Global,
    interrupt::Interrupt,
    migrations::{LockWait, Migrations, entries},
    pace::Clock,
    report,
};
use clap::Args;
use confiture_engine::migrate::{
    Version,
    plan::{Direction, Undo, plan_down},
    rehearse::Request,
    run::{Surroundings, down},
};
use std::path::Path;

/// Undo what is applied, the last migration first
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  confiture migrate down                    undo the last one\n  confiture migrate down --steps \
                        3 --preview  the exact SQL, nothing runs\n  confiture migrate down --migration 003    undo this \
                        one, which must be the last"
)]
pub struct Down {
    /// This migration, which must be the last one applied
    #[arg(long, value_name = "VERSION", value_parser = super::version, conflicts_with = "steps")]
    migration: Option<Version>,
    /// How many, the highest version first
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    steps: u32,
    /// Print the exact SQL, with hooks as comments, and run nothing
    #[arg(long)]
    preview: bool,
    #[command(flatten)]
    dry_run: DryRun,
    #[command(flatten)]
    lock_wait: LockWait,
}

impl Down {
    /// Whether nothing of it stays.
    pub fn is_dry_run(&self) -> bool {
        self.dry_run.dry_run
    }

    /// Undoes, or says what would be.
    pub async fn run(self, global: &Global, directory: Option<&Path>, interrupt: &Interrupt) -> Result<Exit, Failure> {
        let migrations = Migrations::load(global, directory)?;
        let undo = match self.migration {
            Some(version) => Undo::Migration(version),
            None => Undo::Steps(self.steps),
        };
        if self.dry_run.dry_run {
            let request = Request::Down(&undo, migrations.lock_timeout_ms());
            return self.dry_run.run(global, &migrations, request, self.lock_wait, interrupt).await;
        }
        let connector = migrations.connector()?;
        let hooks = migrations.hooks().await?;
        if self.preview || migrations.asks(&hooks, Direction::Down)? {
            let (_connection, entries) = entries(&connector).await?;
            let plan = plan_down(&migrations.files, &entries, &undo, migrations.lock_timeout_ms(), &hooks).await;
            if self.preview {
                return report::plan::preview(global, &migrations.files, &plan);
            }
            if plan.refusals.is_empty() && !plan.steps.is_empty() {
                migrations.confirm_plan(global, &plan, "undone").await?;
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
        let outcome = down(surroundings, &undo, migrations.lock_timeout_ms()).await;
        report::run::finish(global, outcome, observer.end())
    }
}
