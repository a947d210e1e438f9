//! `backup`: backups made by the host.

use crate::{
    backups::{Backups, Made},
    bindings::confiture::plugin::{
        backup::{BackupReport, Compression as WitCompression, Host},
        common::PluginError,
    },
    convert,
    state::State,
};
use confiture_model::{
    backup::{BackupTool, Compression},
    fault::PluginError as Failure,
};
use std::sync::Arc;

/// What makes backups for one use, or why nothing does.
#[derive(Clone, Default)]
pub(crate) enum BackupPower {
    /// This use has none.
    #[default]
    NotHere,
    /// Granted, and at hand.
    Tool {
        /// What makes them.
        tool: Arc<dyn BackupTool>,
        /// Whether this use says of itself that it restores, so that somebody was asked.
        restores: bool,
    },
    /// There is none in this call: why.
    NotNow(&'static str),
}

impl State {
    fn backups(&self) -> Result<Backups, Failure> {
        let tool = match &self.powers.backup {
            BackupPower::Tool { tool, .. } => Arc::clone(tool),
            BackupPower::NotNow(why) => return Err(Failure::Denied((*why).to_owned())),
            BackupPower::NotHere => {
                let why = "backups are there only while a migration runs its hooks";
                return Err(Failure::Denied(why.to_owned()));
            }
        };
        Ok(Backups { plugin: Arc::clone(&self.plugin), directories: self.powers.directories.clone(), tool })
    }
}

fn report(made: Result<Made, Failure>) -> Result<BackupReport, PluginError> {
    let report = |made: Made| BackupReport {
        file: made.file,
        bytes: made.bytes,
        tables: u32::try_from(made.tables).unwrap_or(u32::MAX),
        seconds: made.seconds,
    };
    made.map(report).map_err(convert::error::error_out)
}

impl Host for State {
    async fn dump(
        &mut self,
        directory: String,
        name: String,
        compression: WitCompression,
        tables: Vec<String>,
    ) -> wasmtime::Result<Result<BackupReport, PluginError>> {
        let compression = match compression {
            WitCompression::None => Compression::None,
            WitCompression::Gzip => Compression::Gzip,
            WitCompression::Zstd => Compression::Zstd,
        };
        Ok(report(match self.backups() {
            Ok(backups) => backups.dump(&directory, &name, compression, &tables).await,
            Err(refused) => Err(refused),
        }))
    }

    async fn restore(
        &mut self,
        directory: String,
        name: String,
        tables: Vec<String>,
    ) -> wasmtime::Result<Result<BackupReport, PluginError>> {
        if let BackupPower::Tool { restores: false, .. } = &self.powers.backup {
            let why = "a hook restores only where an option of it has the format `restore-directory`, so that somebody is \
                       asked before it runs";
            return Ok(Err(convert::error::error_out(Failure::Denied(why.to_owned()))));
        }
        Ok(report(match self.backups() {
            Ok(backups) => backups.restore(&directory, &name, &tables).await,
            Err(refused) => Err(refused),
        }))
    }

    async fn prune(&mut self, directory: String, keep_days: u32) -> wasmtime::Result<Result<u32, PluginError>> {
        let pruned = self.backups().and_then(|backups| backups.prune(&directory, keep_days));
        Ok(pruned.map_err(convert::error::error_out))
    }
}
