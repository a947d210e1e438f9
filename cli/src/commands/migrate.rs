//! `confiture migrate`.

mod adopt;
mod baseline;
mod down;
mod new;
mod pace;
mod repair;
mod show;
mod status;
mod up;
mod verify;
mod work;

use crate::{arguments::Global, exit::Exit, failure::Failure};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Apply and undo migrations, and say where a database stands
///
/// A migration and its row in the ledger are one transaction; a run that is interrupted, killed or cut off leaves the
/// database before or after it, and the next one goes on.
#[derive(Debug, Args)]
pub struct Migrate {
    /// Directory of the migrations; otherwise `confiture-migrations`, `migrations` or `db/migrations` of the project
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

impl Migrate {
    /// Does what the sub-command says.
    pub async fn run(self, global: &Global) -> Result<Exit, Failure> {
        let work = work::Work::load(global, self.migrations.as_deref())?;
        match self.command {
            Command::New(command) => command.run(&work),
            Command::Up(command) => command.run(work, global).await,
            Command::Down(command) => command.run(work, global).await,
            Command::Status(command) => command.run(&work, global).await,
            Command::Verify(command) => command.run(&work, global).await,
            Command::Baseline(command) => command.run(&work, global).await,
            Command::Repair(command) => command.run(&work, global).await,
            Command::Adopt(command) => command.run(&work, global).await,
        }
    }
}
