//! What every command of `migrate` works on.

use super::show;
use crate::{arguments::Global, exit::Exit, failure::Failure, output, project::Project, prompt::confirm};
use confiture_engine::migrate::{
    files::{Files, discover},
    ledger::{LedgerChange, change_ledger},
    plan::Plan,
    run::RunFailure,
    script::milliseconds,
};
use confiture_model::migration::{LedgerEntry, MigrationConnection, MigrationConnector};
use confiture_postgres::migration::PgMigrationConnector;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// Where migrations are looked for when nobody says.
const PLACES: [&str; 3] = ["confiture-migrations", "migrations", "db/migrations"];
/// How long the ledger's own commands wait for a run to end.
const LOCK_WAIT: Duration = Duration::from_secs(60);

/// The project and its migrations.
pub struct Work {
    pub project: Project,
    pub directory: PathBuf,
    shown: String,
}

impl Work {
    pub fn load(global: &Global, directory: Option<&Path>) -> Result<Self, Failure> {
        let project = Project::load(global)?;
        if let Some(directory) = directory {
            return Ok(Self { project, directory: directory.to_owned(), shown: directory.display().to_string() });
        }
        let root = project.root();
        let place = PLACES.iter().find(|place| root.join(place).is_dir()).unwrap_or(&PLACES[1]);
        let directory = root.join(place);
        let here = std::env::current_dir().unwrap_or_default();
        let shown = directory.strip_prefix(&here).unwrap_or(&directory).display().to_string();
        Ok(Self { project, directory, shown })
    }

    pub fn files(&self) -> Result<Files, Failure> {
        let files = discover(&self.directory, &self.shown).map_err(Failure::with(Exit::Configuration))?;
        for warning in &files.warnings {
            output::warn(warning);
        }
        Ok(files)
    }

    pub fn environment(&self) -> Option<String> {
        self.project.environment_name()
    }

    pub fn connector(&self) -> Result<PgMigrationConnector, Failure> {
        let options = self.project.connect_options()?;
        for warning in options.warnings() {
            output::warn(warning);
        }
        Ok(PgMigrationConnector::new(options, client()))
    }

    /// What the ledger holds, read without a lock.
    pub async fn entries(&self) -> Result<Vec<LedgerEntry>, Failure> {
        let mut connection = self.connect().await?;
        connection.entries().await.map_err(Failure::with(Exit::Database))
    }

    pub async fn connect(&self) -> Result<Box<dyn MigrationConnection>, Failure> {
        self.connector()?.connect().await.map_err(Failure::with(Exit::Database))
    }

    /// Asks before a protected environment is changed.
    pub fn confirm(&self, global: &Global, what: &str) -> Result<(), Failure> {
        match self.project.environment()?.is_some_and(|environment| environment.protected) {
            true => confirm(global, &format!("{what} on {}, which is protected.", self.target()?)),
            false => Ok(()),
        }
    }

    pub fn target(&self) -> Result<String, Failure> {
        Ok(self.project.connect_options()?.describe())
    }

    /// Makes changes of the ledger.
    pub async fn change(&self, changes: &[LedgerChange], kind: &str) -> Result<usize, Failure> {
        let connector = self.connector()?;
        let pace = super::pace::Terminal::start();
        change_ledger(&connector, changes, kind, LOCK_WAIT, &pace).await.map_err(|failure| failed(&failure))
    }
}

/// The failure of a run.
pub fn failed(failure: &RunFailure) -> Failure {
    Failure::new(Exit::from_code(failure.exit_code()), failure)
}

/// Shows what keeps a plan from running.
pub fn refuse(plan: &Plan) -> Result<(), Failure> {
    match plan.refusals.is_empty() {
        true => Ok(()),
        false => Err(Failure::new(Exit::Refused, show::refusals(plan))),
    }
}

/// A time on the command line: `500ms`, `5s`, `2min`.
pub fn time(text: &str) -> Result<Duration, String> {
    milliseconds(text).map(Duration::from_millis)
}

/// `user@host`, as the ledger shows whoever ran something.
fn client() -> String {
    let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "unknown".to_owned());
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let host = host.or_else(|| std::env::var("HOSTNAME").ok()).unwrap_or_default();
    match host.trim() {
        "" => user,
        host => format!("{user}@{host}"),
    }
}
