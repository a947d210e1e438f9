//! What decides what a profile does, as one digest: a run is continued under the same one only.

use crate::anonymize::resolve::Resolved;
use confiture_model::{mask::KeyError, sync::ProfileMark};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// The mark of a resolved profile.
///
/// # Errors
/// A secret that cannot be used.
pub fn mark(resolved: &Resolved) -> Result<ProfileMark, KeyError> {
    let mut digest = Sha256::new();
    let mut add = |part: &[u8]| {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    };
    for table in &resolved.tables {
        add(table.schema.as_bytes());
        add(table.name.as_bytes());
        for column in &table.columns {
            add(column.info.name.as_bytes());
            add(&column.ready.fingerprint()?);
        }
    }
    for table in &resolved.skipped {
        add(b"skipped");
        add(table.schema.as_bytes());
        add(table.name.as_bytes());
    }
    let mut hexadecimal = String::with_capacity(64);
    for byte in digest.finalize() {
        // Writing to a string cannot fail.
        let _ = write!(hexadecimal, "{byte:02x}");
    }
    Ok(ProfileMark { name: resolved.profile.clone(), digest: hexadecimal })
}
