//! `pseudonym`: secrets used without being seen.

use crate::{
    bindings::confiture::plugin::{common::PluginError as WitError, pseudonym::Host},
    convert::error::error_out,
    log::one_line,
    state::State,
};
use confiture_model::{
    fault::PluginError,
    mask::{DIGEST_BYTES, KeyError, Keys},
};
use std::sync::Arc;

impl State {
    /// The keys of the open strategy, where the plugin asked for this one in `describe`. Which of them it was handed, they
    /// know themselves.
    fn keys(&self, key: &str) -> Result<Arc<dyn Keys>, PluginError> {
        let Some(power) = &self.powers.masking else {
            let why = "secrets and random bytes are there only while columns are masked";
            return Err(PluginError::Denied(why.to_owned()));
        };
        match key.is_empty() || power.wanted.iter().any(|wanted| wanted == key || wanted == "*") {
            true => Ok(Arc::clone(&power.keys)),
            false => Err(PluginError::Denied(format!(
                "plugin `{}` does not ask for secret `{}`: its `describe` would have to want it, or `*`",
                self.plugin,
                one_line(key)
            ))),
        }
    }
}

fn told(error: KeyError) -> WitError {
    error_out(match error {
        KeyError::NotHanded(name) => PluginError::Denied(KeyError::NotHanded(one_line(&name)).to_string()),
        other => PluginError::Failed(other.to_string()),
    })
}

impl Host for State {
    fn keyed_hash(
        &mut self,
        key: String,
        domain: String,
        data: Vec<u8>,
        ends: Vec<u32>,
    ) -> wasmtime::Result<Result<Vec<u8>, WitError>> {
        let most = self.limits.result_bytes / DIGEST_BYTES;
        if ends.len() > most {
            let why = format!("{} values to be hashed at once, and {most} are the most", ends.len());
            return Ok(Err(error_out(PluginError::LimitExceeded(why))));
        }
        Ok(match self.keys(&key) {
            Ok(keys) => keys.hash(&key, &domain, &data, &ends).map_err(told),
            Err(denied) => Err(error_out(denied)),
        })
    }

    fn random(&mut self, key: String, domain: String, count: u32) -> wasmtime::Result<Result<Vec<u8>, WitError>> {
        let most = self.limits.result_bytes;
        if count as usize > most {
            let why = format!("{count} random bytes at once, and {most} are the most");
            return Ok(Err(error_out(PluginError::LimitExceeded(why))));
        }
        Ok(match self.keys(&key) {
            Ok(keys) => keys.random(&key, &domain, count).map_err(told),
            Err(denied) => Err(error_out(denied)),
        })
    }
}
