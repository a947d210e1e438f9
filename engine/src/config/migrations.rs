//! How migrations are run.

use super::{Problem, Spanned};
use crate::migrate::{run::Snapshots, script::milliseconds};
use schemars::JsonSchema;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// How long a statement waits for a lock where nobody says: longer, and everybody behind it waits too.
const LOCK_TIMEOUT_MS: u64 = 2_000;

/// The `migrations` part of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migrations {
    /// Their directory, absolute; none where the conventional ones are looked for.
    pub directory: Option<PathBuf>,
    /// Milliseconds that a statement waits for a lock, where its migration does not say; 0: for ever.
    pub lock_timeout_ms: u64,
    /// After which migrations of a run the schema is stored.
    pub snapshots: Snapshots,
}

impl Default for Migrations {
    fn default() -> Self {
        Self { directory: None, lock_timeout_ms: LOCK_TIMEOUT_MS, snapshots: Snapshots::default() }
    }
}

/// As it stands in the file.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct MigrationsTable {
    /// The directory that holds them, relative to the configuration file.
    directory: Option<PathBuf>,
    /// How long a statement waits for a lock, such as `2s`, where its migration does not say.
    lock_timeout: Option<Spanned<String>>,
    /// After which migrations of a run the schema is stored: the last, or each.
    snapshots: Snapshots,
}

impl MigrationsTable {
    /// The model, with paths from `root`.
    pub(super) fn read(self, root: &Path) -> Result<Migrations, Problem> {
        let lock_timeout_ms = match &self.lock_timeout {
            None => LOCK_TIMEOUT_MS,
            Some(written) => milliseconds(&written.value).map_err(|message| {
                Problem::new(written.span, message)
                    .within("lock_timeout", written.span)
                    .within("migrations", written.span)
            })?,
        };
        let directory = self.directory.map(|directory| root.join(directory));
        Ok(Migrations { directory, lock_timeout_ms, snapshots: self.snapshots })
    }
}
