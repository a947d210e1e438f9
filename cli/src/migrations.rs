//! What every `migrate` command works on: the migrations of the project, and its database.

mod new_file;

pub use new_file::{now, write_new};

use crate::{
    exit::Exit, failure::Failure, global::Global, hooks, interrupt::Interrupt, output, pace::Clock, project::Project,
    prompt::confirm, report, report::progress::Progress,
};
use clap::Args;
use confiture_engine::migrate::{
    files::{Files, discover},
    hooks::Hooks,
    ledger::{LedgerChange, change_ledger},
    plan::{Direction, Plan},
    run::{RunFailure, RunOptions},
    script::milliseconds,
};
use confiture_model::{
    migration::{DatabaseIdentity, LedgerEntry, MigrationConnection, MigrationConnector},
    session::SessionError,
};
use confiture_postgres::migration::PgMigrationConnector;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// Where migrations are looked for when nobody says.
const CONVENTIONAL: [&str; 3] = ["confiture-migrations", "migrations", "db/migrations"];

/// How long to wait for another run.
#[derive(Clone, Copy, Debug, Args)]
pub struct LockWait {
    /// How long to wait for another run to end: seconds, or a time such as 10min
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    lock_wait: Duration,
}

impl Default for LockWait {
    fn default() -> Self {
        Self { lock_wait: Duration::from_secs(60) }
    }
}

impl LockWait {
    /// The time itself.
    pub fn get(self) -> Duration {
        self.lock_wait
    }
}

/// Reads a time: seconds, or with a unit.
pub fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds) => Ok(Duration::from_secs(seconds)),
        Err(_) => milliseconds(text).map(Duration::from_millis),
    }
}

/// The directory of the migrations.
#[derive(Debug, PartialEq, Eq)]
pub struct Directory {
    /// Where it is.
    pub path: PathBuf,
    /// As the user would write it.
    pub shown: String,
}

/// The migrations of the project, and its database.
pub struct Migrations {
    /// The project.
    pub project: Project,
    /// What is in the directory.
    pub files: Files,
}

impl Migrations {
    /// Reads the configuration and every file.
    pub fn load(global: &Global, directory: Option<&Path>) -> Result<Self, Failure> {
        let project = Project::load(global)?;
        let directory = find(&project, directory)?;
        let files = discover(&directory.path, &directory.shown).map_err(Failure::with(Exit::Configuration))?;
        for warning in &files.warnings {
            output::warn(warning);
        }
        Ok(Self { project, files })
    }

    /// The hooks around the migrations, of the database that the project names.
    pub async fn hooks(&self) -> Result<Hooks, Failure> {
        let reader = self.project.reader();
        hooks::load(&self.project, &self.files, (&self.project.connect_options()?, reader.as_deref())).await
    }

    /// The name that `--env` gave the database.
    pub fn environment(&self) -> Option<String> {
        self.project.environment_name()
    }

    /// What connects to the database.
    pub fn connector(&self) -> Result<PgMigrationConnector, Failure> {
        let options = self.project.connect_options()?;
        for warning in options.warnings() {
            output::warn(warning);
        }
        Ok(PgMigrationConnector::new(options, client()).with_reader(self.project.reader()))
    }

    /// The database, for people.
    pub fn target(&self) -> Result<String, Failure> {
        let place = self.project.connect_options()?.describe();
        Ok(match self.environment() {
            Some(name) => format!("{name}, {place}"),
            None => place,
        })
    }

    /// How a run goes about it.
    pub fn run_options(&self, lock_wait: LockWait) -> RunOptions {
        RunOptions { lock_wait: lock_wait.get(), snapshots: self.project.config.migrations.snapshots }
    }

    /// Milliseconds that a statement waits for a lock where its migration does not say.
    pub fn lock_timeout_ms(&self) -> u64 {
        self.project.config.migrations.lock_timeout_ms
    }

    /// Whether somebody may have to be asked before a run in this direction: then its plan is made first.
    pub fn asks(&self, hooks: &Hooks, direction: Direction) -> Result<bool, Failure> {
        Ok(self.is_protected()? || hooks.may_restore(&self.files, direction))
    }

    /// Whether the environment asks before anything that changes it.
    pub fn is_protected(&self) -> Result<bool, Failure> {
        Ok(self.project.environment()?.is_some_and(|environment| environment.protected))
    }

    /// Asks before a plan is carried out on a protected environment, or one whose hooks put rows of a backup in the place of
    /// others.
    pub async fn confirm_plan(&self, global: &Global, plan: &Plan, done: &str) -> Result<(), Failure> {
        let titles = report::plan::titles(plan);
        let restoring = restoring(plan);
        if restoring.is_empty() {
            return self.confirm(global, &format!("{titles} will be {done}")).await;
        }
        let place = self.target()?;
        let protected = if self.is_protected()? { ", which is protected" } else { "" };
        let hooks = restoring.join(", ");
        confirm(
            global,
            &format!(
                "{titles} will be {done} on {place}{protected}. Rows of a backup take the place of others: {hooks}."
            ),
        )
        .await
    }

    /// On a protected environment, asks before `what` is done.
    pub async fn confirm(&self, global: &Global, what: &str) -> Result<(), Failure> {
        if !self.is_protected()? {
            return Ok(());
        }
        confirm(global, &format!("{what} on {}, which is protected.", self.target()?)).await
    }
}

/// The hooks of a plan that put rows of a backup in the place of others.
fn restoring(plan: &Plan) -> Vec<String> {
    let hooks = plan.steps.iter().flat_map(|step| &step.hooks).filter(|hook| hook.restores);
    hooks.map(|hook| format!("hook `{}` at {}", hook.hook, hook.place)).collect()
}

/// The directory that `--migrations` names, else the configuration's, else a conventional one.
fn find(project: &Project, asked: Option<&Path>) -> Result<Directory, Failure> {
    let directory = wanted(project, asked)?.ok_or_else(|| {
        let message = format!(
            "there are no migrations here: neither {} is there\n  `confiture migrate new NAME` makes the first one; \
             --migrations, or `directory` under [migrations] in the configuration, names another directory",
            CONVENTIONAL.join(" nor ")
        );
        Failure::new(Exit::Configuration, message)
    })?;
    if !directory.path.is_dir() {
        let message = format!(
            "{}: there is no such directory of migrations\n  `confiture migrate new NAME` makes it with the first one",
            directory.shown
        );
        return Err(Failure::new(Exit::Configuration, message));
    }
    Ok(directory)
}

/// The directory for a new migration: where there is none yet, the first of the conventional ones.
pub fn find_or_choose(project: &Project, asked: Option<&Path>) -> Result<Directory, Failure> {
    Ok(wanted(project, asked)?.unwrap_or_else(|| shown(project.root().join(CONVENTIONAL[0]))))
}

fn wanted(project: &Project, asked: Option<&Path>) -> Result<Option<Directory>, Failure> {
    if let Some(path) = asked {
        return Ok(Some(Directory { path: path.to_owned(), shown: path.display().to_string() }));
    }
    if let Some(path) = &project.config.migrations.directory {
        return Ok(Some(shown(path.clone())));
    }
    let there = |name: &&str| project.root().join(name).is_dir();
    let found: Vec<&str> = CONVENTIONAL.into_iter().filter(there).collect();
    match found.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(shown(project.root().join(only)))),
        several => {
            let message = format!(
                "migrations may be in {}: say which with --migrations, or with `directory` under [migrations] in the \
                 configuration",
                several.join(" or ")
            );
            Err(Failure::new(Exit::Configuration, message))
        }
    }
}

/// Relative to the current directory where it lies below.
fn shown(path: PathBuf) -> Directory {
    let here = std::env::current_dir().ok();
    let below = here.as_deref().and_then(|here| path.strip_prefix(here).ok());
    let shown = below.unwrap_or(&path).display().to_string();
    Directory { path, shown }
}

/// Who runs us, as the ledger will show it.
pub fn client() -> String {
    let user = whoami::username().unwrap_or_else(|_| "unknown".to_owned());
    match whoami::hostname() {
        Ok(host) => format!("{user}@{host}"),
        Err(_) => user,
    }
}

/// A failure of the engine's, as the command line ends with it.
pub fn failure(failure: &RunFailure) -> Failure {
    Failure::new(Exit::of_run(failure.exit_code()), failure)
}

/// Changes the ledger alone, under the run lock.
pub async fn change(
    connector: &PgMigrationConnector,
    changes: &[LedgerChange],
    kind: &str,
    lock_wait: LockWait,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let mut observer = Progress::new(interrupt);
    let made = change_ledger(connector, changes, kind, lock_wait.get(), &Clock(interrupt), &mut observer).await;
    made.map(drop).map_err(|error| failure(&error))
}

/// Connects, and reads what is applied. Changes nothing.
pub async fn entries(
    connector: &PgMigrationConnector,
) -> Result<(Box<dyn MigrationConnection>, Vec<LedgerEntry>), Failure> {
    let mut connection = connector.connect().await.map_err(unreadable("connecting"))?;
    let entries = connection.entries().await.map_err(unreadable("reading the ledger"))?;
    Ok((connection, entries))
}

/// Which database this is.
pub async fn identity(connection: &mut dyn MigrationConnection) -> Result<DatabaseIdentity, Failure> {
    connection.identity().await.map_err(unreadable("asking which database this is"))
}

fn unreadable(doing: &'static str) -> impl Fn(SessionError) -> Failure {
    move |error| Failure::new(Exit::Database, format!("{doing}: {error}"))
}
