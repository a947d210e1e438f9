//! Where a database stands: every migration of the files and of the ledger, with its state.

use super::{
    files::{Files, Id, Migration, title},
    plan::{Action, Plan, RefusalCode, UpRequest, compare},
};
use confiture_model::migration::{LedgerEntry, Progress};
use serde::Serialize;

/// The version of a printed status.
const STATUS_VERSION: u32 = 1;

/// Where a database stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Status {
    /// 1.
    pub schema_version: u32,
    /// In the order in which they run.
    pub migrations: Vec<MigrationStatus>,
    /// How many would run now.
    pub pending: usize,
    /// How many are applied.
    pub applied: usize,
}

/// Where one migration stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct MigrationStatus {
    pub version: String,
    pub name: String,
    pub title: String,
    pub state: State,
    /// None where the file is gone.
    pub file: Option<String>,
    /// Statements, or stages after the commit, that are done, of one that stopped part-way.
    pub done: Option<u32>,
    pub applied_at: Option<String>,
    pub applied_by: Option<String>,
    pub duration_ms: Option<u64>,
    pub origin: Option<String>,
    pub reversible: bool,
}

/// The states that a migration can be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Applied, and as its file says.
    Applied,
    /// Not applied; `up` would run it.
    Pending,
    /// A repeatable one that changed: `up` would run it again.
    ToRepeat,
    /// Not applied, while a higher version is.
    OutOfOrder,
    /// Not applied, and not for this environment.
    Skipped,
    /// Applied, and its file says something else now.
    Changed,
    /// Applied, and its file is gone.
    Missing,
    /// It stopped part-way.
    Partial,
    /// Undoing it stopped part-way.
    Undoing,
    /// Committed, with work after the commit to do.
    StagesPending,
}

/// Where a database with these entries stands.
pub fn status(files: &Files, entries: &[LedgerEntry], environment: Option<&str>) -> Status {
    let request = UpRequest { environment: environment.map(str::to_owned), ..UpRequest::default() };
    let plan = compare(files, entries, &request);
    let mut rows: Vec<(Id, MigrationStatus)> = Vec::new();
    for migration in &files.migrations {
        let entry = entries.iter().find(|entry| Id::of_ledger(&entry.version) == migration.id);
        rows.push((migration.id.clone(), row(Some(migration), entry, state(&plan, migration, entry))));
    }
    for entry in entries {
        let id = Id::of_ledger(&entry.version);
        if files.find(&id).is_none() {
            let state = if entry.checksum.is_empty() { State::Applied } else { State::Missing };
            rows.push((id, row(None, Some(entry), state)));
        }
    }
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    let migrations: Vec<MigrationStatus> = rows.into_iter().map(|(_, row)| row).collect();
    let count = |states: &[State]| migrations.iter().filter(|row| states.contains(&row.state)).count();
    Status {
        schema_version: STATUS_VERSION,
        pending: count(&[State::Pending, State::ToRepeat, State::OutOfOrder, State::Partial, State::StagesPending]),
        applied: count(&[State::Applied, State::Changed, State::Missing, State::ToRepeat, State::StagesPending]),
        migrations,
    }
}

fn state(plan: &Plan, migration: &Migration, entry: Option<&LedgerEntry>) -> State {
    let refused = |code: RefusalCode| {
        plan.refusals.iter().any(|refusal| refusal.code == code && refusal.problem.file == migration.up.file())
    };
    let repeats = plan.steps.iter().any(|step| step.title == migration.title() && step.action == Action::Reapply);
    match entry.map(|entry| &entry.progress) {
        Some(Progress::Partial { .. }) => State::Partial,
        Some(Progress::Undoing { .. } | Progress::UndoneStagesPending { .. }) => State::Undoing,
        Some(Progress::StagesPending { .. }) => State::StagesPending,
        Some(Progress::Applied) if refused(RefusalCode::Changed) => State::Changed,
        Some(Progress::Applied) if repeats => State::ToRepeat,
        Some(Progress::Applied) => State::Applied,
        None if plan.skipped.iter().any(|skipped| skipped.title == migration.title()) => State::Skipped,
        None if refused(RefusalCode::OutOfOrder) => State::OutOfOrder,
        None => State::Pending,
    }
}

fn row(migration: Option<&Migration>, entry: Option<&LedgerEntry>, state: State) -> MigrationStatus {
    let version = entry.map(|entry| entry.version.as_str()).or(migration.map(|migration| migration.id.as_str()));
    let name = migration.map(|migration| migration.name.as_str()).or(entry.map(|entry| entry.name.as_str()));
    let (version, name) = (version.unwrap_or_default(), name.unwrap_or_default());
    MigrationStatus {
        version: version.to_owned(),
        name: name.to_owned(),
        title: title(version, name),
        state,
        file: migration.map(|migration| migration.up.file().to_owned()),
        done: entry.and_then(|entry| match entry.progress {
            Progress::Partial { done, .. }
            | Progress::Undoing { done, .. }
            | Progress::StagesPending { done }
            | Progress::UndoneStagesPending { done } => Some(done),
            Progress::Applied => None,
        }),
        applied_at: entry.map(|entry| entry.applied_at.clone()),
        applied_by: entry.map(|entry| entry.applied_by.clone()),
        duration_ms: entry.map(|entry| entry.duration_ms),
        origin: entry.map(|entry| entry.origin.clone()),
        reversible: migration.is_some_and(|migration| migration.down.is_some()),
    }
}
