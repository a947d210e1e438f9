//! `confiture migrate status`.

use crate::{
    exit::Exit,
    failure::Failure,
    global::{Format, Global},
    migrations::{Migrations, entries},
    output, report,
};
use clap::Args;
use confiture_engine::migrate::status::status;
use std::path::Path;

/// List the migrations, and where each of them stands
#[derive(Debug, Args)]
pub struct Status {}

impl Status {
    /// Reads files and ledger; changes nothing.
    pub async fn run(self, global: &Global, directory: Option<&Path>) -> Result<Exit, Failure> {
        let migrations = Migrations::load(global, directory)?;
        let (_connection, entries) = entries(&migrations.connector()?).await?;
        let status = status(&migrations.files, &entries, migrations.environment().as_deref());
        let text = match global.format()? {
            Format::Text => report::status::render(&status, &migrations.target()?),
            Format::Json => report::json::render(&status)?,
        };
        output::result(global, &text)?;
        Ok(Exit::Done)
    }
}
