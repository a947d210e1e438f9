//! `files`: files of the directories that the project granted.

use crate::{
    bindings::confiture::plugin::{common::PluginError, files::Host},
    convert,
    state::State,
};

impl Host for State {
    fn read(&mut self, directory: String, path: String) -> wasmtime::Result<Result<Vec<u8>, PluginError>> {
        let largest = self.limits.result_bytes as u64;
        Ok(self.powers.directories.read(&self.plugin, &directory, &path, largest).map_err(convert::error::error_out))
    }

    fn write(
        &mut self,
        directory: String,
        path: String,
        content: Vec<u8>,
    ) -> wasmtime::Result<Result<(), PluginError>> {
        Ok(self.powers.directories.write(&self.plugin, &directory, &path, &content).map_err(convert::error::error_out))
    }

    fn list_files(&mut self, directory: String) -> wasmtime::Result<Result<Vec<String>, PluginError>> {
        Ok(self.powers.directories.list_files(&self.plugin, &directory).map_err(convert::error::error_out))
    }
}
