//! The plan of `up`: files against the ledger.

use super::{Action, Approval, Direction, Plan, RefusalCode, Skipped, counted, entry_title};
use crate::migrate::{
    FileError, Version,
    files::{Files, Id, Migration},
    hooks::Hooks,
};
use confiture_model::migration::{LedgerEntry, Progress};
use std::collections::HashMap;

/// What somebody asked `up` for.
#[derive(Clone, Debug, Default)]
pub struct UpRequest {
    /// The environment that the database is.
    pub environment: Option<String>,
    /// The last version to apply; none: all.
    pub target: Option<Version>,
    /// Whether a version may be applied after a higher one.
    pub allow_out_of_order: bool,
    /// Milliseconds that a statement waits for a lock, where its migration does not say.
    pub lock_timeout_ms: u64,
    /// The plan that it must be, where somebody approved one.
    pub approval: Option<Approval>,
}

/// Plans `up`, with the hooks that run.
pub async fn plan_up(files: &Files, entries: &[LedgerEntry], request: &UpRequest, hooks: &Hooks) -> Plan {
    let mut plan = compare(files, entries, request);
    hooks.add_to(&mut plan, files).await;
    if let Some(approval) = &request.approval {
        approval.check(&mut plan, entries, request);
    }
    plan
}

/// Compares files and ledger; says nothing of hooks.
pub(in crate::migrate) fn compare(files: &Files, entries: &[LedgerEntry], request: &UpRequest) -> Plan {
    let ledger: HashMap<&str, &LedgerEntry> = entries.iter().map(|entry| (entry.version.as_str(), entry)).collect();
    let mut up = Up { plan: Plan::new(Direction::Up, entries.len()), files, entries, ledger, request };
    up.check_target();
    up.check_entries();
    // What stopped part-way goes on before anything else begins.
    up.resume();
    up.pending();
    up.repeatables();
    up.plan
}

struct Up<'a> {
    plan: Plan,
    files: &'a Files,
    entries: &'a [LedgerEntry],
    ledger: HashMap<&'a str, &'a LedgerEntry>,
    request: &'a UpRequest,
}

impl<'a> Up<'a> {
    fn entry(&self, migration: &Migration) -> Option<&'a LedgerEntry> {
        let exact = self.ledger.get(migration.id.as_str()).copied();
        // `3` of the ledger is `003` of a file.
        exact.or_else(|| self.entries.iter().find(|entry| Id::of_ledger(&entry.version) == migration.id))
    }

    fn check_target(&mut self) {
        let Some(target) = &self.request.target else { return };
        let id = Id::Versioned(target.clone());
        if self.files.find(&id).is_none() {
            let problem = FileError::about("", format!("there is no migration {target}")).help(
                match self.files.migrations.iter().rfind(|known| matches!(known.id, Id::Versioned(_))) {
                    Some(last) => format!("the last one is {}", last.title()),
                    None => "there are no migrations".to_owned(),
                },
            );
            self.plan.refuse(RefusalCode::UnknownVersion, None, problem);
        }
    }

    /// What the ledger holds must be what the files say.
    fn check_entries(&mut self) {
        for entry in self.entries {
            let id = Id::of_ledger(&entry.version);
            match self.files.find(&id) {
                Some(migration) => self.check_entry(entry, migration),
                None if matches!(id, Id::Repeatable(_)) => {
                    let note = format!("{}: its file is gone; what it made stays", entry_title(entry));
                    self.plan.notes.push(note);
                }
                None => self.plan.refusals.extend(super::missing(entry)),
            }
        }
    }

    fn check_entry(&mut self, entry: &LedgerEntry, migration: &Migration) {
        let title = entry_title(entry);
        match entry.progress {
            Progress::Undoing { .. } | Progress::UndoneStagesPending { .. } => {
                let message = "undoing it stopped part-way";
                let help = format!("go on with `confiture migrate down --migration {}`", entry.version);
                let problem = FileError::about(migration.up.file(), message).help(help);
                self.plan.refuse(RefusalCode::Incomplete, title, problem);
            }
            Progress::Applied | Progress::Partial { .. } | Progress::StagesPending { .. } => {
                self.plan.refusals.extend(super::changed(entry, migration));
            }
        }
    }

    fn resume(&mut self) {
        for migration in &self.files.migrations {
            let Some(entry) = self.entry(migration) else { continue };
            let action = match entry.progress {
                Progress::Partial { done, started } => Action::Resume { done, started },
                Progress::StagesPending { done } => Action::ResumeStages { done },
                _ => continue,
            };
            if self.is_wanted(&migration.id) {
                self.plan.add(migration, Some(entry), action, self.request.lock_timeout_ms);
            }
        }
    }

    fn pending(&mut self) {
        let highest = self.entries.iter().filter_map(|entry| match Id::of_ledger(&entry.version) {
            Id::Versioned(version) => Some((version, entry)),
            Id::Repeatable(_) => None,
        });
        let highest = highest.max_by(|a, b| a.0.cmp(&b.0));
        for migration in &self.files.migrations {
            let Id::Versioned(version) = &migration.id else { continue };
            if self.entry(migration).is_some() || !self.is_wanted(&migration.id) || self.skip(migration) {
                continue;
            }
            if let Some((highest, entry)) = &highest
                && version < highest
                && !self.request.allow_out_of_order
            {
                self.out_of_order(migration, entry);
            }
            self.plan.add(migration, None, Action::Apply, self.request.lock_timeout_ms);
        }
    }

    fn out_of_order(&mut self, migration: &Migration, higher: &LedgerEntry) {
        let message = format!("it is pending, and {} is applied already", entry_title(higher));
        let help = "give it a higher version, or allow it with --allow-out-of-order";
        let problem = FileError::about(migration.up.file(), message).help(help);
        self.plan.refuse(RefusalCode::OutOfOrder, migration.title(), problem);
    }

    /// They follow the newest version, so a run that stops before it leaves them alone.
    fn repeatables(&mut self) {
        for migration in &self.files.migrations {
            if !matches!(migration.id, Id::Repeatable(_)) {
                continue;
            }
            let action = match self.entry(migration) {
                None => Action::Apply,
                Some(entry) if entry.progress == Progress::Applied && entry.checksum != migration.up.checksum() => {
                    Action::Reapply
                }
                Some(_) => continue,
            };
            if self.request.target.is_some() {
                let reason = "repeatable migrations run when there is no --target".to_owned();
                self.plan.skipped.push(Skipped { title: migration.title(), reason });
            } else if !self.skip(migration) {
                self.plan.add(migration, None, action, self.request.lock_timeout_ms);
            }
        }
    }

    fn is_wanted(&self, id: &Id) -> bool {
        match (id, &self.request.target) {
            (Id::Versioned(version), Some(target)) => version <= target,
            _ => true,
        }
    }

    fn skip(&mut self, migration: &Migration) -> bool {
        let environment = self.request.environment.as_deref();
        let applies = migration.applies_in(environment);
        if !applies {
            let here = environment.map_or("no environment is named".to_owned(), |name| format!("this is {name}"));
            let reason = format!("it applies to {}, and {here}", migration.applies_to.join(", "));
            self.plan.skipped.push(Skipped { title: migration.title(), reason });
        }
        !applies
    }
}

/// What ran of a migration is not what its file says now.
pub(in crate::migrate) fn difference(entry: &LedgerEntry, migration: &Migration) -> Option<String> {
    if entry.checksum.is_empty() || matches!(migration.id, Id::Repeatable(_)) && entry.progress == Progress::Applied {
        return None;
    }
    match entry.progress {
        Progress::Partial { done, started } => {
            let ran = done + u32::from(started);
            let now = migration.up.checksum_of_first(usize::try_from(ran).unwrap_or(usize::MAX));
            let enough = usize::try_from(ran).is_ok_and(|ran| ran <= migration.up.steps().len());
            (now != entry.checksum || !enough)
                .then(|| format!("its first {} ran and changed since", counted(ran, "statement")))
        }
        _ => (migration.up.checksum() != entry.checksum).then(|| "it was changed after it was applied".to_owned()),
    }
}
