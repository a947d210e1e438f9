//! `pseudonym`: secrets used without being seen.

use crate::{
    bindings::confiture::plugin::{common::PluginError, pseudonym::Host},
    state::State,
};

/// Keys belong to a masking use alone.
fn denied() -> PluginError {
    PluginError::Denied("secrets and random bytes are there only while columns are masked".to_owned())
}

impl Host for State {
    fn keyed_hash(
        &mut self,
        _key: String,
        _domain: String,
        _data: Vec<u8>,
        _ends: Vec<u32>,
    ) -> wasmtime::Result<Result<Vec<u8>, PluginError>> {
        Ok(Err(denied()))
    }

    fn random(&mut self, _key: String, _domain: String, _count: u32) -> wasmtime::Result<Result<Vec<u8>, PluginError>> {
        Ok(Err(denied()))
    }
}
