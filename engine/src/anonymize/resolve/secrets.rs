//! Secrets: that they are there, and who is handed which.

use super::{Request, Resolving};
use crate::{
    anonymize::{
        keyring::Keyring,
        profile::{Place, Problems},
    },
    config::ConfigError,
};
use confiture_model::mask::Keys;
use std::sync::Arc;

/// Fewer bytes than this can be guessed together with what was masked.
const SHORT: usize = 16;

impl Resolving<'_> {
    /// What hashes under `names`, which are variables of the environment, and under the profile's key, which has no name.
    pub fn hand(&self, names: &[String]) -> Arc<dyn Keys> {
        let with = |ring: Keyring, name: &String| match (self.env)(name) {
            Some(secret) => ring.with(name, secret.as_bytes()),
            None => ring,
        };
        Arc::new(names.iter().fold(self.keyring.clone(), with))
    }
}

/// The ring with the profile's own key, or a random one.
pub(super) fn ring(request: &Request<'_>) -> Result<Keyring, ConfigError> {
    let key = request.profile.key.as_ref().and_then(|(name, _)| (request.env)(name));
    Keyring::new(key.as_deref().map(str::as_bytes))
        .map_err(|error| ConfigError::about(&request.profile.source.name, error.to_string(), None))
}

/// Refuses a secret that is not there. What is too short to be one is noticed.
pub(super) fn check(request: &Resolving<'_>, name: &str, place: &Place) -> Result<Option<String>, ConfigError> {
    match (request.env)(name) {
        None => Err(place.error(
            format!("the secret `{name}` is not set"),
            Some(format!("set the environment variable `{name}`, for example to the output of `openssl rand -hex 32`")),
        )),
        Some(secret) if secret.trim().is_empty() => Err(place.error(
            format!("the secret `{name}` is empty: without one, anybody can compute what was masked"),
            Some(format!("set the environment variable `{name}`, for example to the output of `openssl rand -hex 32`")),
        )),
        Some(secret) if secret.len() < SHORT => Ok(Some(format!(
            "the secret `{name}` has fewer than {SHORT} bytes: whoever guesses it can guess what was masked"
        ))),
        Some(_) => Ok(None),
    }
}

/// The profile's own key; what there is to notice.
pub(super) fn check_profile_key(request: &Resolving<'_>, problems: &mut Problems) -> Vec<String> {
    let Some((name, place)) = &request.profile.key else { return Vec::new() };
    problems.take(check(request, name, place)).flatten().into_iter().collect()
}
