//! The plan of `down`.

use super::{Action, Direction, Plan, RefusalCode, entry_title};
use crate::migrate::{
    FileError, Version,
    files::{Files, Id},
    hooks::Hooks,
};
use confiture_model::migration::{LedgerEntry, Progress};

/// What somebody asked `down` for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undo {
    /// The last so many, the highest version first.
    Steps(u32),
    /// This one, which must be the last.
    Migration(Version),
}

/// Plans `down`, with the hooks that run. `lock_timeout_ms` counts where a migration does not say.
pub async fn plan_down(
    files: &Files,
    entries: &[LedgerEntry],
    undo: &Undo,
    lock_timeout_ms: u64,
    hooks: &Hooks,
) -> Plan {
    let mut plan = compare(files, entries, undo, lock_timeout_ms);
    hooks.add_to(&mut plan, files).await;
    plan
}

fn compare(files: &Files, entries: &[LedgerEntry], undo: &Undo, lock_timeout_ms: u64) -> Plan {
    let mut plan = Plan::new(Direction::Down, entries.len());
    let mut applied: Vec<(Version, &LedgerEntry)> = entries.iter().filter_map(versioned).collect();
    applied.sort_by(|a, b| b.0.cmp(&a.0));
    for entry in chosen(&mut plan, &applied, undo) {
        add(&mut plan, files, entry, lock_timeout_ms);
    }
    refuse_unfinished(&mut plan, &applied);
    plan
}

fn versioned(entry: &LedgerEntry) -> Option<(Version, &LedgerEntry)> {
    match Id::of_ledger(&entry.version) {
        Id::Versioned(version) => Some((version, entry)),
        Id::Repeatable(_) => None,
    }
}

/// `applied` has the highest version first.
fn chosen<'a>(plan: &mut Plan, applied: &[(Version, &'a LedgerEntry)], undo: &Undo) -> Vec<&'a LedgerEntry> {
    let wanted = match undo {
        Undo::Steps(steps) => {
            let steps = usize::try_from(*steps).unwrap_or(usize::MAX);
            return applied.iter().take(steps).map(|(_, entry)| *entry).collect();
        }
        Undo::Migration(wanted) => wanted,
    };
    let Some(at) = applied.iter().position(|(version, _)| version == wanted) else {
        let problem = FileError::about("", format!("migration {wanted} is not applied"));
        plan.refuse(RefusalCode::UnknownVersion, None, problem.help("`confiture migrate status` lists what is"));
        return Vec::new();
    };
    let entry = applied[at].1;
    if at > 0 {
        let above: Vec<String> = applied[..at].iter().rev().map(|(_, entry)| entry_title(entry)).collect();
        let problem = FileError::about("", format!("applied after it: {}", above.join(", ")));
        let help = format!("undo them first; `--steps {}` undoes them and this one", at + 1);
        plan.refuse(RefusalCode::NotLast, entry_title(entry), problem.help(help));
    }
    vec![entry]
}

fn add(plan: &mut Plan, files: &Files, entry: &LedgerEntry, lock_timeout_ms: u64) {
    let Some(migration) = files.find(&Id::of_ledger(&entry.version)) else {
        let problem = FileError::about("", "its file is gone, and with it the way down");
        plan.refuse(RefusalCode::Missing, entry_title(entry), problem.help("bring the file back"));
        return;
    };
    plan.refusals.extend(super::changed(entry, migration));
    if migration.down.is_none() {
        let problem = FileError::about(migration.up.file(), "it has no way down");
        let help = "write one (`.down.sql`, or `rollback:` in YAML), or a new migration that takes it back";
        plan.refuse(RefusalCode::NoWayDown, migration.title(), problem.help(help));
        return;
    }
    let action = match entry.progress {
        Progress::Undoing { done, started } => Action::ResumeUndo { done, started },
        Progress::UndoneStagesPending { done } => Action::ResumeUndoStages { done },
        Progress::Applied | Progress::StagesPending { .. } | Progress::Partial { .. } => Action::Undo,
    };
    plan.add(migration, Some(entry), action, lock_timeout_ms);
}

/// What is half done is finished before anything is undone, in the direction in which it went.
fn refuse_unfinished(plan: &mut Plan, applied: &[(Version, &LedgerEntry)]) {
    for (_, entry) in applied {
        let is_planned = plan.steps.iter().any(|step| step.version == entry.version);
        let (message, help) = match entry.progress {
            Progress::Partial { .. } => (
                "it stopped part-way",
                "finish it with `confiture migrate up`, or see `confiture migrate repair`".to_owned(),
            ),
            Progress::Undoing { .. } | Progress::UndoneStagesPending { .. } if !is_planned => {
                let help = format!("finish it with `confiture migrate down --migration {}`", entry.version);
                ("undoing it stopped part-way", help)
            }
            _ => continue,
        };
        plan.refuse(RefusalCode::Incomplete, entry_title(entry), FileError::about("", message).help(help));
    }
}
