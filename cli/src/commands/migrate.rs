//! `confiture migrate`.

mod adopt;
mod baseline;
mod down;
pub mod dry_run;
mod new;
mod repair;
mod status;
mod up;
mod verify;

use crate::{exit::Exit, failure::Failure, global::Global, interrupt::Interrupt};
use clap::{Args, Subcommand};
use confiture_engine::migrate::{Version, version::split_name};
use std::path::PathBuf;

/// Change a database step by step, by migrations that are files
///
/// A migration and its row in the ledger (schema confiture of the database) are one transaction: a run leaves a database
/// before or after a migration, never between. One run at a time; the others wait.
#[derive(Debug, Args)]
pub struct Migrate {
    /// Directory of the migrations; otherwise the configuration's, or confiture-migrations, migrations, db/migrations
    #[arg(long, global = true, value_name = "DIR")]
    migrations: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    New(new::New),
    Up(up::Up),
    Down(down::Down),
    Status(status::Status),
    Verify(verify::Verify),
    Baseline(baseline::Baseline),
    Repair(repair::Repair),
    Adopt(adopt::Adopt),
}

impl Command {
    /// Whether it is a dry-run, whose report has a page of its own.
    fn is_dry_run(&self) -> bool {
        match self {
            Self::Up(up) => up.is_dry_run(),
            Self::Down(down) => down.is_dry_run(),
            _ => false,
        }
    }
}

impl Migrate {
    /// Does what the sub-command says.
    pub async fn run(self, global: &Global, interrupt: &Interrupt) -> Result<Exit, Failure> {
        let directory = self.migrations.as_deref();
        // What cannot be reported is not begun: whoever reads "exit 2" takes it that nothing was done.
        if !self.command.is_dry_run() {
            global.format()?;
        }
        match self.command {
            Command::New(command) => command.run(global, directory),
            Command::Up(command) => command.run(global, directory, interrupt).await,
            Command::Down(command) => command.run(global, directory, interrupt).await,
            Command::Status(command) => command.run(global, directory).await,
            Command::Verify(command) => command.run(global, directory).await,
            Command::Baseline(command) => command.run(global, directory, interrupt).await,
            Command::Repair(command) => command.run(global, directory, interrupt).await,
            Command::Adopt(command) => command.run(global, directory, interrupt).await,
        }
    }
}

/// Reads a version as `--target` and the like take it: a number or a point in time, or the whole name of a migration.
fn version(text: &str) -> Result<Version, String> {
    let named = split_name(text).map(|(version, _)| version);
    named.ok_or_else(|| format!("`{text}` is no version: expected a number or a time, such as 003 or 20240131120000"))
}
