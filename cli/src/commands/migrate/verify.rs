//! `confiture migrate verify`.

use crate::{
    exit::Exit,
    failure::Failure,
    global::{Format, Global},
    migrations::{Migrations, failure},
    output, report,
};
use clap::Args;
use confiture_engine::migrate::verify::verify;
use std::path::Path;

/// Check that files, ledger and database still agree
///
/// Compares the files with what the ledger says ran, and the schema with the one that the last migration left. Changes
/// nothing; exit 1 where something does not agree.
#[derive(Debug, Args)]
pub struct Verify {}

impl Verify {
    /// Verifies.
    pub async fn run(self, global: &Global, directory: Option<&Path>) -> Result<Exit, Failure> {
        let migrations = Migrations::load(global, directory)?;
        let connector = migrations.connector()?;
        let environment = migrations.environment();
        let found = verify(&connector, &migrations.files, environment.as_deref()).await;
        let found = found.map_err(|error| failure(&error))?;
        let text = match global.format()? {
            Format::Text => report::verification::render(&found, &migrations.target()?),
            Format::Json => report::json::render(&found)?,
        };
        output::result(global, &text)?;
        Ok(if found.holds() { Exit::Done } else { Exit::Findings })
    }
}
