//! `confiture plugin`.

mod build;
mod inspect;
mod list;
mod run;

use crate::{exit::Exit, failure::Failure, global::Global};
use clap::{Args, Subcommand};

/// Build, list, inspect and run plugins
#[derive(Debug, Args)]
pub struct Plugin {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Build(build::Build),
    List(list::List),
    Inspect(inspect::Inspect),
    Run(run::Run),
}

impl Plugin {
    /// Does what the sub-command says.
    pub async fn run(self, global: &Global) -> Result<Exit, Failure> {
        match self.command {
            Command::Build(command) => command.run(global).await,
            Command::List(command) => command.run(global).await,
            Command::Inspect(command) => command.run(global).await,
            Command::Run(command) => command.run(global).await,
        }
    }
}
