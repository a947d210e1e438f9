//! Secrets as HMAC keys: the project's values go in, digests come out.

mod hmac;

use confiture_model::mask::{DIGEST_BYTES, KeyError, Keys};
use hmac::Hmac;
use std::{collections::BTreeMap, fmt, sync::Arc};

/// The secrets of a profile, ready to hash with. What a strategy is given is a part of one: [`Keyring::only`].
#[derive(Clone)]
pub struct Keyring {
    named: BTreeMap<String, Arc<Hmac>>,
    /// What stands for no name.
    unnamed: Arc<Hmac>,
    lasting: bool,
}

impl Keyring {
    /// A ring with the profile's own key; without one, with a random key that is gone when the run ends.
    ///
    /// # Errors
    /// [`KeyError::NoRandom`].
    pub fn new(profile: Option<&[u8]>) -> Result<Self, KeyError> {
        let unnamed = match profile {
            Some(key) => Hmac::new(key),
            None => Hmac::new(&fresh(DIGEST_BYTES)?),
        };
        Ok(Self { named: BTreeMap::new(), unnamed: Arc::new(unnamed), lasting: profile.is_some() })
    }

    /// With a secret of that name. That it is not empty is the profile's to check.
    #[must_use]
    pub fn with(mut self, name: &str, secret: &[u8]) -> Self {
        self.named.insert(name.to_owned(), Arc::new(Hmac::new(secret)));
        self
    }

    /// The profile's own key, and of the named secrets these alone.
    #[must_use]
    pub fn only<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Self {
        let kept = |name: &'n str| Some((name.to_owned(), Arc::clone(self.named.get(name)?)));
        Self { named: names.into_iter().filter_map(kept).collect(), ..self.clone() }
    }

    /// Whether results without a named secret are the same in the next run: the profile has a key.
    pub fn is_lasting(&self) -> bool {
        self.lasting
    }

    fn key(&self, name: &str) -> Result<&Hmac, KeyError> {
        match name.is_empty() {
            true => Ok(&self.unnamed),
            false => self.named.get(name).map(|key| &**key).ok_or_else(|| KeyError::NotHanded(name.to_owned())),
        }
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").field("names", &self.named.keys()).finish_non_exhaustive()
    }
}

impl Keys for Keyring {
    fn hash(&self, key: &str, domain: &str, data: &[u8], ends: &[u32]) -> Result<Vec<u8>, KeyError> {
        let mut messages = self.key(key)?.messages(&[domain.as_bytes(), &[0]]);
        let mut digests = vec![0; ends.len() * DIGEST_BYTES];
        let mut from = 0;
        for (end, digest) in ends.iter().map(|&end| end as usize).zip(digests.chunks_exact_mut(DIGEST_BYTES)) {
            let value = data.get(from..end).ok_or(KeyError::Malformed("an end does not follow the one before"))?;
            digest.copy_from_slice(&messages.digest(value));
            from = end;
        }
        Ok(digests)
    }

    fn random(&self, key: &str, domain: &str, count: u32) -> Result<Vec<u8>, KeyError> {
        let count = count as usize;
        if key.is_empty() {
            return fresh(count);
        }
        let mut messages = self.key(key)?.messages(&[domain.as_bytes(), &[1]]);
        let mut stream = vec![0; count.next_multiple_of(DIGEST_BYTES)];
        for (at, block) in (0_u64..).zip(stream.chunks_exact_mut(DIGEST_BYTES)) {
            block.copy_from_slice(&messages.digest(&at.to_be_bytes()));
        }
        stream.truncate(count);
        Ok(stream)
    }
}

fn fresh(count: usize) -> Result<Vec<u8>, KeyError> {
    let mut bytes = vec![0; count];
    getrandom::fill(&mut bytes).map_err(|error| KeyError::NoRandom(error.to_string()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_hashed_value_by_value() {
        let ring = Keyring::new(Some(b"profile")).unwrap().with("K", b"secret");
        let digests = ring.hash("K", "d", b"abcd", &[1, 1, 4]).unwrap();
        assert_eq!(digests.len(), 96);
        assert_eq!(digests[64..], ring.hash("K", "d", b"bcd", &[3]).unwrap());
        assert_ne!(digests[..32], ring.hash("K", "e", b"a", &[1]).unwrap()[..]);
        assert_ne!(digests[..32], ring.hash("", "d", b"a", &[1]).unwrap()[..]);
        for ends in [&[2, 1][..], &[5]] {
            assert!(matches!(ring.hash("K", "d", b"abcd", ends), Err(KeyError::Malformed(_))));
        }
    }

    #[test]
    fn a_strategy_has_the_secrets_that_it_was_handed() {
        let ring = Keyring::new(None).unwrap().with("K", b"secret").with("L", b"other");
        let part = ring.only(["K", "unknown"]);
        assert!(part.hash("K", "", b"", &[0]).is_ok());
        assert_eq!(part.hash("L", "", b"", &[0]), Err(KeyError::NotHanded("L".to_owned())));
        assert_eq!(part.hash("", "", b"", &[0]), ring.hash("", "", b"", &[0]));
        assert!(!format!("{ring:?}").contains("secret"));
    }

    #[test]
    fn without_a_key_every_run_differs() {
        let (one, other) = (Keyring::new(None).unwrap(), Keyring::new(None).unwrap());
        assert_ne!(one.hash("", "", b"a", &[1]), other.hash("", "", b"a", &[1]));
        assert!(!one.is_lasting() && Keyring::new(Some(b"k")).unwrap().is_lasting());
    }

    #[test]
    fn a_keyed_stream_is_the_same_each_time() {
        let ring = Keyring::new(None).unwrap().with("K", b"secret");
        let stream = ring.random("K", "d", 40).unwrap();
        assert_eq!(stream[..33], ring.random("K", "d", 33).unwrap());
        assert_ne!(ring.random("", "d", 40), ring.random("", "d", 40));
    }
}
