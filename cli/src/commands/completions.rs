//! `confiture completions SHELL`.

use crate::{exit::Exit, failure::Failure, global::Global, output};
use clap::{Args, Command};
use clap_complete::Shell;

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(
    after_help = "For bash, for example: confiture completions bash > ~/.local/share/bash-completion/completions/confiture"
)]
pub struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    /// Prints the script for the whole command line.
    pub fn run(self, global: &Global, mut commands: Command) -> Result<Exit, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut commands, "confiture", &mut script);
        output::result(global, &String::from_utf8_lossy(&script))?;
        Ok(Exit::Done)
    }
}
