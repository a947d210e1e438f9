//! `confiture anonymize`.

mod preview;
mod report;
mod suggest;
mod verify;
pub mod work;

use crate::{exit::Exit, failure::Failure, global::Global};
use clap::{Args, Subcommand};

/// See what a profile would mask, and find what it leaves
///
/// A profile says which strategy masks which column; it is a YAML or TOML file with `anonymization_profile: NAME` in
/// confiture-environments, in anonymization, or beside the configuration. Nothing here changes a database.
#[derive(Debug, Args)]
pub struct Anonymize {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Verify(verify::Verify),
    Suggest(suggest::Suggest),
    Preview(preview::Preview),
    Report(report::Report),
}

impl Anonymize {
    /// Does what the sub-command says.
    pub async fn run(self, global: &Global) -> Result<Exit, Failure> {
        match self.command {
            Command::Verify(command) => command.run(global).await,
            Command::Suggest(command) => command.run(global).await,
            Command::Preview(command) => command.run(global).await,
            Command::Report(command) => command.run(global).await,
        }
    }
}
