//! Secrets that a strategy uses without seeing them.

use super::column::Column;
use crate::error::Error;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use std::borrow::Cow;

/// A secret option. The profile writes `${NAME}`; the strategy gets the name, and the host keeps the value. Without a
/// name it stands for the profile's own key, or else for one that the host makes for the run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl JsonSchema for Secret {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "secret" })
    }
}

impl Secret {
    /// The secret of that name.
    pub fn named(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// HMAC-SHA-256 of every value of a column, in one call. `domain` separates uses of one key: equal values in equal
    /// domains give equal digests. A null gets the digest of nothing.
    ///
    /// # Errors
    /// What the host says: the secret is not granted, or there is none of that name.
    pub fn hash(&self, domain: &str, values: &Column) -> Result<Digests, Error> {
        self.hash_parts(domain, values.text().as_bytes(), values.ends())
    }

    /// As [`Self::hash`], of any bytes: value i is `data[ends[i - 1]..ends[i]]`.
    ///
    /// # Errors
    /// As [`Self::hash`].
    pub fn hash_parts(&self, domain: &str, data: &[u8], ends: &[u32]) -> Result<Digests, Error> {
        let bytes = keyed_hash(&self.0, domain, data, ends)?;
        if bytes.len() != ends.len() * 32 {
            return Err(Error::failed("the host gave back another number of digests than of values"));
        }
        Ok(Digests(bytes))
    }

    /// `count` bytes that differ in every call.
    ///
    /// # Errors
    /// What the host says.
    pub fn fresh(count: usize) -> Result<Vec<u8>, Error> {
        let count = u32::try_from(count).map_err(|_| Error::failed("more than 4 GiB of random bytes"))?;
        let bytes = random("", "", count)?;
        if bytes.len() != count as usize {
            return Err(Error::failed("the host gave back another number of random bytes"));
        }
        Ok(bytes)
    }
}

/// One digest of 32 bytes a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digests(Vec<u8>);

impl Digests {
    /// The digest of a row.
    ///
    /// # Panics
    /// Where there is no such row.
    pub fn get(&self, row: usize) -> &[u8] {
        &self.0[row * 32..row * 32 + 32]
    }

    /// The first 16 bytes of a row's digest as a number, most significant first.
    pub fn number(&self, row: usize) -> u128 {
        let bytes = self.get(row).first_chunk().copied();
        u128::from_be_bytes(bytes.unwrap_or_default())
    }

    /// A number of 64 bits from a row's digest: one of four that have nothing to do with each other.
    pub fn word(&self, row: usize, at: usize) -> u64 {
        let bytes = self.get(row)[at % 4 * 8..].first_chunk().copied();
        u64::from_be_bytes(bytes.unwrap_or_default())
    }
}

#[cfg(target_arch = "wasm32")]
use crate::wasm::masking::{keyed_hash, random};

#[cfg(not(target_arch = "wasm32"))]
fn keyed_hash(key: &str, domain: &str, data: &[u8], ends: &[u32]) -> Result<Vec<u8>, Error> {
    crate::testing::masking::keyed_hash(key, domain, data, ends)
}

#[cfg(not(target_arch = "wasm32"))]
fn random(key: &str, domain: &str, count: u32) -> Result<Vec<u8>, Error> {
    crate::testing::masking::random(key, domain, count)
}
