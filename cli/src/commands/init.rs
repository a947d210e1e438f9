//! `confiture init`.

use crate::{exit::Exit, failure::Failure, global::Global, output};
use clap::Args;
use confiture_engine::config::starter;
use std::path::PathBuf;

/// Write a commented configuration for what is here
#[derive(Debug, Args)]
pub struct Init {
    /// Where to look for DDL files, and where confiture.toml goes
    #[arg(value_name = "DIRECTORY", default_value = ".")]
    directory: PathBuf,
}

impl Init {
    /// Writes `confiture.toml`, never over one that is there.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let failed = Failure::with(Exit::Configuration);
        let found = starter::look(&self.directory).map_err(|error| failed(error.to_string()))?;
        let text = starter::starter(&found);
        let path = global.config.clone().unwrap_or_else(|| self.directory.join("confiture.toml"));
        if let Some(there) = confiture_engine::config::beside(&path) {
            return Err(Failure::new(
                Exit::Refused,
                format!("{} is already there: it was left as it is", there.display()),
            ));
        }
        std::fs::write(&path, text).map_err(|error| failed(format!("{}: {error}", path.display())))?;
        output::say(format!("{} was written. `confiture lint DIRECTORY` is next.", path.display()));
        Ok(Exit::Done)
    }
}
