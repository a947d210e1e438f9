//! The facts of the database that an estimate is for.

use super::{DryRun, Place};
use crate::{exit::Exit, failure::Failure, migrations::Migrations};
use confiture_engine::{estimate, migrate::rehearse::EarlierReport};
use confiture_model::facts::Facts;
use confiture_postgres::{connect::ConnectOptions, facts};
use std::path::PathBuf;

/// The facts in the file that `--facts` names; else, where it is rehearsed in another place than `--env` says, those of the
/// database of `--env` as it is now; else none.
pub(super) async fn facts(dry_run: &DryRun, migrations: &Migrations) -> Result<Option<Facts>, Failure> {
    if let Some(path) = &dry_run.facts {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::new(Exit::Configuration, format!("{name}: it cannot be read: {error}")))?;
        return estimate::read(&name, &text).map(Some).map_err(Failure::with(Exit::Configuration));
    }
    let environment = migrations.environment();
    match (&dry_run.on, environment) {
        (Some(on), Some(environment)) if *on != environment && migrations.project.names_its_database()? => {
            of(&migrations.project.connect_options()?, &environment).await.map(Some)
        }
        _ => Ok(None),
    }
}

/// The reports that `--measured` names.
pub(super) fn earlier(dry_run: &DryRun) -> Result<Vec<EarlierReport>, Failure> {
    let read = |path: &PathBuf| {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| format!("{name}: it cannot be read: {error}"))?;
        EarlierReport::read(&name, &text)
    };
    dry_run.measured.iter().map(read).collect::<Result<_, String>>().map_err(Failure::with(Exit::Configuration))
}

/// The facts of the database where it is rehearsed.
pub(super) async fn here(place: &Place) -> Result<Facts, Failure> {
    of(&place.options, "").await
}

async fn of(options: &ConnectOptions, environment: &str) -> Result<Facts, Failure> {
    let facts = facts::facts(options, environment).await;
    facts.map_err(|error| Failure::new(Exit::Database, format!("reading the facts of {}: {error}", options.describe())))
}
