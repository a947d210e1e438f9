//! Snapshots of a schema as files: written, read back, described by a JSON Schema, and made into a schema again.

mod rebuild;

pub use rebuild::{RebuildError, rebuild};

use confiture_model::schema::{SNAPSHOT_VERSION, Snapshot};
use serde::Deserialize;
use std::{fs, path::Path};

/// Why a stored snapshot cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The file cannot be read.
    #[error("{file}: cannot be read: {reason}")]
    Unreadable {
        /// As it was named.
        file: String,
        /// What the system said.
        reason: String,
    },
    /// The file is no snapshot.
    #[error("{file}:{line}:{column}: this is no snapshot: {reason}\nwrite it again with `confiture snapshot`")]
    Malformed {
        /// As it was named.
        file: String,
        /// From 1.
        line: usize,
        /// In bytes, from 1.
        column: usize,
        /// What does not fit.
        reason: String,
    },
    /// A later version of Confiture wrote it.
    #[error(
        "{file}: this snapshot is of version {found}, and this Confiture reads versions up to {SNAPSHOT_VERSION}\n\
         use the Confiture that wrote it or a newer one, or write it again with this one"
    )]
    TooNew {
        /// As it was named.
        file: String,
        /// Its version.
        found: u64,
    },
    /// It cannot be expressed as JSON.
    #[error("the snapshot cannot be written: {0}")]
    Unwritable(String),
}

/// Reads a snapshot that [`write`] wrote.
///
/// # Errors
/// [`SnapshotError`] for a file that is none, or of a later version.
pub fn read(path: &Path) -> Result<Snapshot, SnapshotError> {
    let file = path.display().to_string();
    let bytes =
        fs::read(path).map_err(|error| SnapshotError::Unreadable { file: file.clone(), reason: error.to_string() })?;
    parse(&bytes, &file)
}

/// As [`read`], of bytes; `file` stands in errors.
///
/// # Errors
/// As [`read`].
pub fn parse(bytes: &[u8], file: &str) -> Result<Snapshot, SnapshotError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // A later version may look different in everything but this.
    let version: Version = serde_json::from_slice(bytes).map_err(|error| malformed(file, &error))?;
    if version.snapshot_version > u64::from(SNAPSHOT_VERSION) {
        return Err(SnapshotError::TooNew { file: file.to_owned(), found: version.snapshot_version });
    }
    let mut snapshot: Snapshot = serde_json::from_slice(bytes).map_err(|error| malformed(file, &error))?;
    // Edited by hand, its order may be gone, and lookups rely on it.
    snapshot.relations.sort_by(|one, other| (&one.schema, &one.name).cmp(&(&other.schema, &other.name)));
    Ok(snapshot)
}

/// A snapshot as one JSON document, which ends in a newline.
///
/// # Errors
/// [`SnapshotError::Unwritable`] where it holds what JSON cannot.
pub fn write(snapshot: &Snapshot) -> Result<String, SnapshotError> {
    let text = serde_json::to_string_pretty(snapshot).map_err(|error| SnapshotError::Unwritable(error.to_string()))?;
    Ok(text + "\n")
}

/// The JSON Schema (draft 2020-12) of a stored snapshot, as a document.
pub fn json_schema() -> String {
    let schema = schemars::schema_for!(Snapshot).to_value();
    format!("{schema:#}\n")
}

#[derive(Deserialize)]
struct Version {
    snapshot_version: u64,
}

fn malformed(file: &str, error: &serde_json::Error) -> SnapshotError {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let reason = text.strip_suffix(&place).unwrap_or(&text).to_owned();
    SnapshotError::Malformed { file: file.to_owned(), line: error.line().max(1), column: error.column().max(1), reason }
}

#[cfg(test)]
mod tests;
