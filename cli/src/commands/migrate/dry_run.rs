//! `--dry-run` of `confiture migrate up` and `down`.

mod elsewhere;
mod place;

use crate::{
    exit::Exit,
    failure::Failure,
    global::{Global, Wanted},
    hooks,
    interrupt::Interrupt,
    migrations::{LockWait, Migrations, seconds},
    pace::Clock,
    prompt::confirm,
    report,
};
use clap::Args;
use confiture_engine::migrate::{
    hooks::Hooks,
    rehearse::{Rehearsal, RehearsalOptions, Request, rehearse},
    run::Surroundings,
};
use place::Place;
use std::{path::PathBuf, time::Duration};

/// How often a migration is rehearsed where the other database is to be said something about.
const REPEATS: u32 = 3;

/// How to rehearse.
#[derive(Debug, Args)]
pub struct DryRun {
    /// Run everything, hooks included, in a transaction that is rolled back, and report what it locks, rewrites and changes
    #[arg(long, conflicts_with = "preview", help_heading = "Dry-run")]
    pub dry_run: bool,
    /// Rehearse in this environment instead of the one of --env, or on a private PostgreSQL: `scratch`
    #[arg(long, value_name = "NAME", requires = "dry_run", help_heading = "Dry-run")]
    on: Option<String>,
    /// With --on scratch: DDL files that make the schema before, or a snapshot of it (.json); otherwise the earlier migrations do
    #[arg(long, value_name = "PATH", requires = "on", help_heading = "Dry-run")]
    from: Vec<PathBuf>,
    /// Say what to expect of the database that these facts are of: what `confiture facts` printed
    #[arg(long, value_name = "FILE", requires = "dry_run", help_heading = "Dry-run")]
    facts: Option<PathBuf>,
    /// A report of an earlier dry-run of the same migrations, on a database of another size: --format json printed it
    #[arg(long, value_name = "FILE", requires = "facts", help_heading = "Dry-run")]
    measured: Vec<PathBuf>,
    /// Rehearse so often; how far the times differ makes the confidence. 3 where another database is to be estimated, else 1
    #[arg(long, value_name = "N", requires = "dry_run", help_heading = "Dry-run", value_parser = clap::value_parser!(u32).range(1..=100))]
    repeat: Option<u32>,
    /// End the rehearsal once it has made others wait for so long: seconds, or a time such as 5s
    #[arg(long, value_name = "TIME", requires = "dry_run", help_heading = "Dry-run", value_parser = seconds)]
    lock_budget: Option<Duration>,
    /// Show N rows of each changed table before and after, on the terminal only
    #[arg(long, value_name = "N", requires = "dry_run", help_heading = "Dry-run", num_args = 0..=1, default_missing_value = "5")]
    show_sample_rows: Option<u32>,
}

impl DryRun {
    /// Once, on the database of the project.
    pub fn here() -> Self {
        Self {
            dry_run: true,
            on: None,
            from: Vec::new(),
            facts: None,
            measured: Vec::new(),
            repeat: None,
            lock_budget: None,
            show_sample_rows: None,
        }
    }

    /// Rehearses, and reports.
    pub async fn run(
        &self,
        global: &Global,
        migrations: &Migrations,
        request: Request<'_>,
        lock_wait: LockWait,
        interrupt: &Interrupt,
    ) -> Result<Exit, Failure> {
        let format = global.format.unwrap_or(Wanted::Text);
        // What cannot be reported is not begun.
        if !matches!(format, Wanted::Text | Wanted::Json | Wanted::Html) {
            return Err(format.only_for_findings());
        }
        self.refuse_paths()?;
        if let Some(place) = self.asks_first(migrations)? {
            let what = "Everything will be done, its locks held to the end, and rolled back";
            confirm(global, &format!("{what} on {place}, which is protected.")).await?;
        }
        let place = Place::of(self, migrations, request, lock_wait, interrupt).await?;
        let there = elsewhere::facts(self, migrations).await?;
        let earlier = elsewhere::earlier(self)?;
        let hooks =
            hooks::load(&migrations.project, &migrations.files, (&place.options, place.reader.as_deref())).await?;
        let repeats = self.repeat.unwrap_or(if there.is_some() { REPEATS } else { 1 });
        let mut rehearsals = Vec::new();
        for number in 1..=repeats {
            let rehearsal = self.once(migrations, &place, &hooks, request, lock_wait, (interrupt, number == 1)).await;
            let failed = rehearsal.failure.is_some();
            rehearsals.push(rehearsal);
            if failed {
                break;
            }
        }
        let reports: Vec<_> = rehearsals.iter().map(|rehearsal| rehearsal.report.clone()).collect();
        // The last one ran with everything warm, as the others did but the first.
        let Some(mut rehearsal) = rehearsals.pop() else { return Ok(Exit::Done) };
        rehearsal.report.repeats(&reports[..rehearsals.len()]);
        if let (Some(there), None) = (there, &rehearsal.failure) {
            let here = elsewhere::here(&place).await?;
            rehearsal.report.expect(&reports, &earlier, &here, &there);
        }
        report::rehearsal::finish(global, format, &place.title, rehearsal)
    }

    async fn once(
        &self,
        migrations: &Migrations,
        place: &Place,
        hooks: &Hooks,
        request: Request<'_>,
        lock_wait: LockWait,
        (interrupt, first): (&Interrupt, bool),
    ) -> Rehearsal {
        let mut observer = report::progress::Progress::rehearsing(interrupt, first);
        let surroundings = Surroundings {
            connector: &place.connector,
            files: &migrations.files,
            hooks,
            options: &migrations.run_options(lock_wait),
            pace: &Clock(interrupt),
            observer: &mut observer,
        };
        let options = RehearsalOptions { lock_budget: self.lock_budget, sample_rows: self.show_sample_rows };
        let rehearsal = rehearse(surroundings, request, &options).await;
        observer.end();
        rehearsal
    }

    /// The database where it is rehearsed, where that is one that asks.
    fn asks_first(&self, migrations: &Migrations) -> Result<Option<String>, Failure> {
        match self.on.as_deref() {
            Some("scratch") => Ok(None),
            Some(name) if migrations.project.is_protected(name)? => {
                Ok(Some(format!("{name}, {}", migrations.project.options_of(name)?.describe())))
            }
            None if migrations.is_protected()? => migrations.target().map(Some),
            _ => Ok(None),
        }
    }

    fn refuse_paths(&self) -> Result<(), Failure> {
        match (self.from.is_empty(), self.on.as_deref()) {
            (false, Some(name)) if name != "scratch" => {
                Err(Failure::new(Exit::Usage, "--from says what a scratch database is made of: write --on scratch"))
            }
            _ => Ok(()),
        }
    }
}
