//! `backup`: backups made by the host.

use crate::{
    bindings::confiture::plugin::{
        backup::{BackupReport, Compression, Host},
        common::PluginError,
    },
    state::State,
};

/// Backups belong to a migration's hooks alone.
fn denied() -> PluginError {
    PluginError::Denied("backups are there only while a migration runs its hooks".to_owned())
}

impl Host for State {
    fn dump(
        &mut self,
        _directory: String,
        _name: String,
        _compression: Compression,
        _tables: Vec<String>,
    ) -> wasmtime::Result<Result<BackupReport, PluginError>> {
        Ok(Err(denied()))
    }

    fn restore(&mut self, _directory: String, _name: String) -> wasmtime::Result<Result<BackupReport, PluginError>> {
        Ok(Err(denied()))
    }

    fn prune(&mut self, _directory: String, _keep_days: u32) -> wasmtime::Result<Result<u32, PluginError>> {
        Ok(Err(denied()))
    }
}
