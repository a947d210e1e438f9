//! `confiture migrate up`.

use super::{
    pace::Terminal,
    show,
    work::{Work, failed, refuse, time},
};
use crate::{
    arguments::{Format, Global},
    exit::Exit,
    failure::Failure,
    output,
};
use clap::{Args, ValueEnum};
use confiture_engine::migrate::{
    Version,
    files::Files,
    plan::{Plan, UpRequest, plan_up, preview},
    run::{RunError, RunOptions, RunReport, Snapshots, Surroundings, up},
    version::split_name,
};
use confiture_model::migration::MigrationConnector;
use std::time::Duration;

/// Apply what is pending
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  confiture migrate up --env staging\n  confiture migrate up --target 003 --preview"
)]
pub struct Up {
    /// The last version to apply
    #[arg(long, value_name = "VERSION", value_parser = version)]
    target: Option<Version>,
    /// Print the SQL that would run, and run nothing
    #[arg(long)]
    preview: bool,
    /// Apply a version although a higher one is applied already
    #[arg(long)]
    allow_out_of_order: bool,
    #[command(flatten)]
    options: Options,
}

/// How a run goes about it.
#[derive(Debug, Args)]
pub struct Options {
    /// How long to wait for another run to end
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = time)]
    lock_wait: Duration,
    /// How long a statement waits for a lock before all is rolled back and tried again
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = time)]
    lock_timeout: Duration,
    /// After which migrations the schema is stored
    #[arg(long, value_enum, default_value = "last")]
    snapshots: When,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum When {
    /// The last of a run
    Last,
    /// Each
    Each,
}

impl Options {
    pub fn lock_timeout_ms(&self) -> u64 {
        u64::try_from(self.lock_timeout.as_millis()).unwrap_or(u64::MAX)
    }

    pub fn run(&self) -> RunOptions {
        let snapshots = match self.snapshots {
            When::Last => Snapshots::Last,
            When::Each => Snapshots::Each,
        };
        RunOptions { lock_wait: self.lock_wait, snapshots }
    }
}

impl Up {
    /// Applies.
    pub async fn run(self, work: Work, global: &Global) -> Result<Exit, Failure> {
        let files = work.files()?;
        let request = UpRequest {
            environment: work.environment(),
            target: self.target.clone(),
            allow_out_of_order: self.allow_out_of_order,
            lock_timeout_ms: self.options.lock_timeout_ms(),
        };
        let plan = plan_up(&files, &work.entries().await?, &request);
        if self.preview {
            return show_plan(&files, &plan, global);
        }
        refuse(&plan)?;
        if !plan.steps.is_empty() {
            work.confirm(global, &format!("{} will be applied", counted(plan.steps.len())))?;
        }
        let connector = work.connector()?;
        let (pace, options, mut progress) = (Terminal::start(), self.options.run(), show::Progress::new());
        let connector: &dyn MigrationConnector = &connector;
        let surroundings =
            Surroundings { connector, files: &files, options: &options, pace: &pace, observer: &mut progress };
        finish(up(surroundings, &request).await, &work, global)
    }
}

pub fn counted(migrations: usize) -> String {
    format!("{migrations} migration{}", if migrations == 1 { "" } else { "s" })
}

/// `003`, or the whole name of a migration.
pub fn version(text: &str) -> Result<Version, String> {
    let found = Version::parse(text).or_else(|| split_name(text).map(|(version, _)| version));
    found.ok_or_else(|| "expected the version of a migration, such as 003 or 20260131120000".to_owned())
}

/// The SQL of a plan; as JSON the plan with it. A plan that is refused is shown as well, with its reasons.
pub fn show_plan(files: &Files, plan: &Plan, global: &Global) -> Result<Exit, Failure> {
    let sql = preview(files, plan);
    let text = match global.format.unwrap_or(Format::Text) {
        Format::Text => sql,
        Format::Json => {
            let mut document = serde_json::to_value(plan).map_err(Failure::with(Exit::Failed))?;
            document["sql"] = sql.into();
            serde_json::to_string_pretty(&document).map_err(Failure::with(Exit::Failed))? + "\n"
        }
    };
    output::result(global, &text)?;
    for skipped in &plan.skipped {
        output::say(format!("skipped {}: {}", skipped.title, skipped.reason));
    }
    refuse(plan)?;
    Ok(Exit::Done)
}

/// Prints what a run did.
pub fn finish(outcome: Result<RunReport, RunError>, work: &Work, global: &Global) -> Result<Exit, Failure> {
    match global.format.unwrap_or(Format::Text) {
        Format::Json => {
            let document = show::document(&outcome);
            let text = serde_json::to_string_pretty(&document).map_err(Failure::with(Exit::Failed))?;
            output::result(global, &(text + "\n"))?;
        }
        Format::Text => {
            let report = outcome.as_ref().unwrap_or_else(|error| &error.report);
            if outcome.is_ok() || !report.migrations.is_empty() {
                output::result(global, &(show::summary(report, &work.target()?) + "\n"))?;
            }
        }
    }
    outcome.map(|_| Exit::Done).map_err(|error| failed(&error.failure))
}
