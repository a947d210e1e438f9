//! The ledger of another tool, taken over.

use super::{LedgerChange, baseline::taken};
use crate::migrate::{
    FileError, Version,
    files::{Files, Id},
};
use confiture_model::migration::{ForeignLedger, LedgerEntry};
use serde::Serialize;

/// What taking over a ledger would do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Adoption {
    /// The tool that it is of.
    pub tool: String,
    /// Its table.
    pub table: String,
    /// What our ledger would hold.
    pub changes: Vec<LedgerChange>,
    /// Why it cannot be taken over as it stands.
    pub problems: Vec<FileError>,
}

/// Matches what another tool applied with our files. Their checksums are taken as of now: nobody can tell whether a file
/// was changed before.
pub fn adoption(files: &Files, entries: &[LedgerEntry], foreign: &ForeignLedger) -> Adoption {
    let origin = format!("adopted:{}", foreign.tool);
    let problem = |message: String| FileError::about(&foreign.table, message);
    let mut adoption = Adoption {
        tool: foreign.tool.clone(),
        table: foreign.table.clone(),
        changes: Vec::new(),
        problems: foreign.problems.iter().cloned().map(problem).collect(),
    };
    let is_known = |id: &Id| entries.iter().any(|entry| Id::of_ledger(&entry.version) == *id);
    for entry in &foreign.entries {
        let id = Id::of_ledger(&entry.version);
        match files.find(&id) {
            _ if is_known(&id) => {}
            Some(migration) => {
                let ours = taken(migration, &origin);
                let applied_at = entry.applied_at.clone();
                let after = LedgerEntry { applied_at, duration_ms: entry.duration_ms, ..ours };
                adoption.changes.push(LedgerChange { before: None, after: Some(after) });
            }
            None => {
                let help =
                    "bring the file back, or take everything up to here as applied: `confiture migrate baseline`";
                let message = format!("it applied {} {}, and there is no such file", entry.version, entry.name);
                adoption.problems.push(problem(message).help(help));
            }
        }
    }
    if let Some(through) = foreign.through.as_deref().and_then(Version::parse) {
        for change in super::baseline(files, entries, &through) {
            let after = change.after.map(|entry| LedgerEntry { origin: origin.clone(), ..entry });
            adoption.changes.push(LedgerChange { after, ..change });
        }
    }
    adoption
}
