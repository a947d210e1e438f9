//! `--fix`: what is safe to repair is shown, asked about, and run as a migration.

use crate::{
    commands::migrate::dry_run::DryRun,
    exit::Exit,
    failure::Failure,
    global::{Format, Global},
    interrupt::Interrupt,
    migrations::{LockWait, Migrations, entries, find_or_choose, now, write_new},
    output::{self, BOLD, DIM, GREEN, YELLOW, styled},
    pace::Clock,
    project::Project,
    prompt::confirm,
    report::{self, text::counted},
    source::Source,
};
use clap::Args;
use confiture_engine::{
    lint::{
        fix::{Fixes, collect},
        report::LintReport,
    },
    migrate::{
        files::{Files, discover},
        new::{Form, NewFile, new_migration},
        plan::{UpRequest, plan_up},
        rehearse::Request,
        run::{Surroundings, up},
    },
};
use confiture_model::{
    finding::Severity,
    schema::{Parts, Snapshot},
};
use std::{
    io::Write,
    path::{Path, PathBuf},
};

/// What is safe to repair.
#[derive(Debug, Args)]
pub struct Fixing {
    /// Show the SQL of what is safe to repair, ask, and run it as a migration, which is written and recorded
    #[arg(long, help_heading = "Repair", conflicts_with_all = ["explain", "write_baseline"])]
    fix: bool,
    /// Write the SQL to FILE, as the script of a migration, and run nothing
    #[arg(long, value_name = "FILE", requires = "fix", help_heading = "Repair")]
    out: Option<PathBuf>,
    /// Run it in a transaction that is rolled back, and report what it locks, rewrites and changes
    #[arg(long, requires = "fix", conflicts_with = "out", help_heading = "Repair")]
    dry_run: bool,
}

impl Fixing {
    /// Whether anything is to be repaired.
    pub fn is_asked(&self) -> bool {
        self.fix
    }

    /// What is read to find a fix safe: which indexes are valid, and what the texts of functions say.
    pub fn reads(&self) -> Parts {
        if self.fix { Parts { indexes: true, definition: true, ..Parts::NONE } } else { Parts::NONE }
    }

    /// What cannot be done is said before anything is read.
    pub fn check(&self, global: &Global, source: &Source) -> Result<(), Failure> {
        if !self.fix {
            return Ok(());
        }
        if global.format()? != Format::Text {
            return Err(Failure::new(Exit::Usage, "--fix shows SQL and asks: it prints `text` only"));
        }
        match (source, &self.out) {
            (Source::Live, _) | (_, Some(_)) => Ok(()),
            _ => Err(Failure::new(
                Exit::Usage,
                "--fix runs on a database: leave the paths out, or write a migration with --out FILE",
            )),
        }
    }

    /// Repairs what can be. Ends as a run would that finds what is left.
    pub async fn run(
        &self,
        global: &Global,
        (report, snapshot): (&LintReport, &Snapshot),
        failing: Option<Severity>,
        interrupt: &Interrupt,
    ) -> Result<Exit, Failure> {
        let fixes = collect(report, snapshot);
        output::result(global, &shown(&fixes))?;
        let ended = match &self.out {
            _ if fixes.safe.is_empty() => Exit::Done,
            Some(path) => store(path, &fixes)?,
            None => self.apply(global, &fixes, interrupt).await?,
        };
        let fails = failing.is_some_and(|failing| fixes.left.iter().any(|left| *left >= failing));
        Ok(match ended {
            Exit::Done if !report.faults.is_empty() => Exit::Plugin,
            Exit::Done if fails => Exit::Findings,
            ended => ended,
        })
    }

    async fn apply(&self, global: &Global, fixes: &Fixes, interrupt: &Interrupt) -> Result<Exit, Failure> {
        let directory = find_or_choose(&Project::load(global)?, None)?;
        if directory.path.exists() {
            refuse_pending(&Migrations::load(global, Some(&directory.path))?).await?;
        }
        if !self.dry_run {
            let count = counted(fixes.safe.len() as u64, "statement");
            let place = Project::load(global)?.connect_options()?.describe();
            confirm(global, &format!("{count} will be run on {place}, as a migration in {}.", directory.shown)).await?;
        }
        let mut written = Written::new(&directory.path, &directory.shown);
        written.write(fixes)?;
        let migrations = Migrations::load(global, Some(&directory.path))?;
        let request = UpRequest {
            environment: migrations.environment(),
            lock_timeout_ms: migrations.lock_timeout_ms(),
            ..UpRequest::default()
        };
        if self.dry_run {
            let dry_run = DryRun::here();
            return dry_run.run(global, &migrations, Request::Up(&request), LockWait::default(), interrupt).await;
        }
        let outcome = run(&migrations, &request, interrupt).await;
        written.keep_recorded(&migrations).await;
        let mut talk = global.clone();
        // The SQL is the result; this is about it.
        talk.output = None;
        outcome.and_then(|(outcome, applied)| report::run::finish(&talk, outcome, applied))
    }
}

type Outcome = Result<confiture_engine::migrate::run::RunReport, confiture_engine::migrate::run::RunError>;

async fn run(
    migrations: &Migrations,
    request: &UpRequest,
    interrupt: &Interrupt,
) -> Result<(Outcome, Option<usize>), Failure> {
    let (connector, hooks) = (migrations.connector()?, migrations.hooks().await?);
    let mut observer = report::progress::Progress::new(interrupt);
    let surroundings = Surroundings {
        connector: &connector,
        files: &migrations.files,
        hooks: &hooks,
        options: &migrations.run_options(LockWait::default()),
        pace: &Clock(interrupt),
        observer: &mut observer,
    };
    let outcome = up(surroundings, request).await;
    Ok((outcome, observer.end()))
}

/// Nobody who asks for fixes asks for what else is pending.
async fn refuse_pending(migrations: &Migrations) -> Result<(), Failure> {
    let connector = migrations.connector()?;
    let (_, entries) = entries(&connector).await?;
    let hooks = migrations.hooks().await?;
    let request = UpRequest {
        environment: migrations.environment(),
        lock_timeout_ms: migrations.lock_timeout_ms(),
        ..UpRequest::default()
    };
    let plan = plan_up(&migrations.files, &entries, &request, &hooks).await;
    if !plan.refusals.is_empty() {
        return Err(report::plan::refused(&plan));
    }
    if plan.steps.is_empty() {
        return Ok(());
    }
    let message = format!(
        "{} pending, and would be applied before the fixes\n  `confiture migrate up` first, or write the fixes with \
         --fix --out FILE",
        report::plan::summary(&plan)
    );
    Err(Failure::new(Exit::Refused, message))
}

fn store(path: &Path, fixes: &Fixes) -> Result<Exit, Failure> {
    let failed = |error: std::io::Error| Failure::new(Exit::Configuration, format!("{}: {error}", path.display()));
    // Never over one that is there.
    let mut file = std::fs::File::create_new(path).map_err(failed)?;
    file.write_all(fixes.script().as_bytes()).map_err(failed)?;
    output::say(format!(
        "{}: {}; nothing was run. In the directory of the migrations, `confiture migrate up` runs it.",
        path.display(),
        counted(fixes.safe.len() as u64, "statement")
    ));
    Ok(Exit::Done)
}

/// The files of the fixes: gone with this, but for those that the ledger knows.
struct Written {
    directory: PathBuf,
    shown: String,
    /// Whether the directory was there before.
    made: bool,
    files: Vec<PathBuf>,
}

impl Written {
    fn new(directory: &Path, shown: &str) -> Self {
        let made = !directory.exists();
        Self { directory: directory.to_owned(), shown: shown.to_owned(), made, files: Vec::new() }
    }

    fn write(&mut self, fixes: &Fixes) -> Result<(), Failure> {
        for (index, (name, script)) in fixes.scripts().into_iter().enumerate() {
            let files = match self.directory.exists() {
                true => discover(&self.directory, &self.shown).map_err(Failure::with(Exit::Configuration))?,
                false => Files::default(),
            };
            let new = new_migration(&files, name, Form::Sql, &time(index)).map_err(Failure::with(Exit::Failed))?;
            for file in new {
                let file = NewFile { text: script.clone(), ..file };
                write_new(&self.directory, &file)?;
                self.files.push(self.directory.join(&file.path));
            }
        }
        Ok(())
    }

    /// Keeps what is applied, or stopped part-way. Where the ledger cannot be read, all of it: it may be needed.
    async fn keep_recorded(&mut self, migrations: &Migrations) {
        let Ok(connector) = migrations.connector() else { return self.files.clear() };
        let Ok((_, entries)) = entries(&connector).await else { return self.files.clear() };
        let recorded = |path: &PathBuf| {
            let title = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            entries.iter().any(|entry| title.starts_with(&format!("{}_", entry.version)))
        };
        let (kept, gone): (Vec<PathBuf>, Vec<PathBuf>) = self.files.drain(..).partition(recorded);
        self.made = self.made && kept.is_empty();
        self.files = gone;
    }
}

/// The time as 14 digits. Two migrations of one second would have one version.
fn time(index: usize) -> String {
    let now = now();
    now.parse::<u64>().map(|now| (now + index as u64).to_string()).unwrap_or(now)
}

impl Drop for Written {
    fn drop(&mut self) {
        for file in &self.files {
            drop(std::fs::remove_file(file));
        }
        if self.made {
            // Only where it is empty.
            drop(std::fs::remove_dir(&self.directory));
        }
    }
}

fn shown(fixes: &Fixes) -> String {
    let mut text = String::new();
    if fixes.safe.is_empty() {
        text.push_str("Nothing can be repaired safely by itself.\n");
    } else {
        let count = counted(fixes.safe.len() as u64, "statement");
        text.push_str(&format!("{}\n\n", styled(BOLD, format!("{count} to repair {}", repaired(fixes)))));
        for line in fixes.script().lines() {
            let is_comment = line.starts_with("--");
            text.push_str(&if is_comment { format!("{}\n", styled(DIM, line)) } else { format!("{line}\n") });
        }
        text.push('\n');
    }
    for (fix, why) in &fixes.refused {
        text.push_str(&format!("{} not run: {why}\n    {}\n", styled(YELLOW, "!"), fix.sql.replace('\n', "\n    ")));
    }
    if !fixes.left.is_empty() {
        let noun = counted(fixes.left.len() as u64, "finding");
        let verb = if fixes.left.len() == 1 { "needs" } else { "need" };
        text.push_str(&format!("{} {noun} {verb} a person\n", styled(YELLOW, "!")));
    } else if !fixes.safe.is_empty() {
        text.push_str(&format!("{} nothing else was found\n", styled(GREEN, "✓")));
    }
    text
}

fn repaired(fixes: &Fixes) -> String {
    let count: usize = fixes.safe.iter().map(|fix| fix.repairs.len()).sum();
    counted(count as u64, "finding")
}
