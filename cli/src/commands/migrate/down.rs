//! `confiture migrate down`.

use super::{
    pace::Terminal,
    show,
    up::{Options, counted, finish, show_plan, version},
    work::{Work, refuse},
};
use crate::{arguments::Global, exit::Exit, failure::Failure};
use clap::Args;
use confiture_engine::migrate::{
    Version,
    plan::{Undo, plan_down},
    run::{Surroundings, down},
};

/// Undo what is applied, the last first
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  confiture migrate down                     undoes the last\n  confiture migrate down \
                        --migration 003\n  confiture migrate down --steps 2 --preview"
)]
pub struct Down {
    /// Undo this one, which must be the last
    #[arg(long, value_name = "VERSION", value_parser = version, conflicts_with = "steps")]
    migration: Option<Version>,
    /// Undo the last so many
    #[arg(long, value_name = "COUNT")]
    steps: Option<u32>,
    /// Print the SQL that would run, and run nothing
    #[arg(long)]
    preview: bool,
    #[command(flatten)]
    options: Options,
}

impl Down {
    /// Undoes.
    pub async fn run(self, work: Work, global: &Global) -> Result<Exit, Failure> {
        let files = work.files()?;
        let undo = match self.migration {
            Some(version) => Undo::Migration(version),
            None => Undo::Steps(self.steps.unwrap_or(1)),
        };
        let lock_timeout_ms = self.options.lock_timeout_ms();
        let plan = plan_down(&files, &work.entries().await?, &undo, lock_timeout_ms);
        if self.preview {
            return show_plan(&files, &plan, global);
        }
        refuse(&plan)?;
        if !plan.steps.is_empty() {
            work.confirm(global, &format!("{} will be undone", counted(plan.steps.len())))?;
        }
        let connector = work.connector()?;
        let (pace, options, mut progress) = (Terminal::start(), self.options.run(), show::Progress::new());
        let surroundings = Surroundings {
            connector: &connector,
            files: &files,
            options: &options,
            pace: &pace,
            observer: &mut progress,
        };
        finish(down(surroundings, &undo, lock_timeout_ms).await, &work, global)
    }
}
