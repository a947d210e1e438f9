//! A database that is older than its ledger: what is in it is taken as applied.

use super::LedgerChange;
use crate::migrate::{
    Version,
    files::{Files, Id, Migration},
};
use confiture_model::migration::{LedgerEntry, Progress};

/// The changes that take every migration up to `through` as applied. A version without a file stands for all before it.
pub fn baseline(files: &Files, entries: &[LedgerEntry], through: &Version) -> Vec<LedgerChange> {
    let is_known = |id: &Id| entries.iter().any(|entry| Id::of_ledger(&entry.version) == *id);
    let upto = |id: &Id| matches!(id, Id::Versioned(version) if version <= through);
    let migrations = files.migrations.iter().filter(|migration| upto(&migration.id) && !is_known(&migration.id));
    let mut changes: Vec<LedgerChange> =
        migrations.map(|migration| LedgerChange { before: None, after: Some(taken(migration, "baseline")) }).collect();
    let id = Id::Versioned(through.clone());
    if files.find(&id).is_none() && !is_known(&id) {
        let after = entry(through.as_str(), "baseline", String::new(), "baseline");
        changes.push(LedgerChange { before: None, after: Some(after) });
    }
    changes
}

/// The entry of a migration that is taken as applied, as its file is now.
pub(super) fn taken(migration: &Migration, origin: &str) -> LedgerEntry {
    entry(migration.id.as_str(), &migration.name, migration.up.checksum(), origin)
}

fn entry(version: &str, name: &str, checksum: String, origin: &str) -> LedgerEntry {
    LedgerEntry {
        version: version.to_owned(),
        name: name.to_owned(),
        checksum,
        progress: Progress::Applied,
        applied_at: String::new(),
        applied_by: String::new(),
        duration_ms: 0,
        snapshot: None,
        origin: origin.to_owned(),
    }
}
