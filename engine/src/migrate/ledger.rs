//! Work on the ledger alone: taking over what is there, and putting right what went wrong. Each under the run lock, each
//! one transaction.

mod adopt;
mod baseline;
mod repair;

pub use {
    adopt::{Adoption, adoption},
    baseline::baseline,
    repair::{Answer, Repair, repairs},
};

use super::run::{Observer, Pace, RunFailure, run_id, take_lock};
use confiture_model::{
    migration::{Event, LedgerEntry, MigrationConnection, MigrationConnector},
    session::SessionError,
};
use serde::Serialize;
use serde_json::json;
use std::time::Duration;

/// A change of the ledger, and what it rests on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LedgerChange {
    /// What the ledger must still hold for the change to be made.
    pub before: Option<LedgerEntry>,
    /// What it is to hold; none: the entry is taken out.
    pub after: Option<LedgerEntry>,
}

/// Makes changes of the ledger, all or none, and leaves an event of this kind for each. The schema is stored with them.
/// Answers how many there were. `observer` is told whom it waits for.
///
/// # Errors
/// [`RunFailure`]: the lock is held for longer than `lock_wait`, the ledger holds something else by now, or the database
/// failed; nothing is changed then.
pub async fn change_ledger(
    connector: &dyn MigrationConnector,
    changes: &[LedgerChange],
    kind: &str,
    lock_wait: Duration,
    pace: &dyn Pace,
    observer: &mut dyn Observer,
) -> Result<usize, RunFailure> {
    let mut connection = connector.connect().await.map_err(failed("connecting"))?;
    take_lock(&mut *connection, lock_wait, pace, observer).await?;
    let changed = within(&mut *connection, changes, kind).await;
    if changed.is_err() {
        // The failure counts; a connection that is gone is rolled back by the server.
        let _ = connection.rollback().await;
    }
    let _ = connection.unlock().await;
    changed.map(|()| changes.len())
}

fn failed(doing: &'static str) -> impl Fn(SessionError) -> RunFailure {
    move |error| RunFailure::of_session(doing, error)
}

async fn within(
    connection: &mut dyn MigrationConnection,
    changes: &[LedgerChange],
    kind: &str,
) -> Result<(), RunFailure> {
    let failed = failed("changing the ledger");
    connection.prepare().await.map_err(&failed)?;
    connection.begin(0, 0).await.map_err(&failed)?;
    let entries = connection.entries().await.map_err(&failed)?;
    if let Some(stale) = changes.iter().find(|change| !change.is_current(&entries)) {
        return Err(RunFailure::Undone {
            migration: stale.version().to_owned(),
            reason: "the ledger holds something else by now".to_owned(),
            help: Some("look again".to_owned()),
        });
    }
    let snapshot = connection.store_snapshot().await.map_err(&failed)?;
    let run = run_id();
    for change in changes {
        let event = change.event(kind, &run, &snapshot);
        match &change.after {
            Some(entry) => connection.record(entry, &event).await,
            None => connection.remove(change.version(), &event).await,
        }
        .map_err(&failed)?;
    }
    if !connection.lock_is_held().await.map_err(&failed)? {
        return Err(RunFailure::Undone {
            migration: "the ledger".to_owned(),
            reason: "the run lock was lost; nothing was changed".to_owned(),
            help: None,
        });
    }
    connection.commit().await.map_err(&failed)
}

impl LedgerChange {
    /// The version that it is about.
    pub fn version(&self) -> &str {
        self.after.as_ref().or(self.before.as_ref()).map_or("", |entry| &entry.version)
    }

    fn is_current(&self, entries: &[LedgerEntry]) -> bool {
        entries.iter().find(|entry| entry.version == self.version()) == self.before.as_ref()
    }

    fn event(&self, kind: &str, run: &str, snapshot: &str) -> Event {
        let part = |entry: &Option<LedgerEntry>| {
            entry.as_ref().map(|entry| json!({ "checksum": entry.checksum, "progress": entry.progress }))
        };
        // A repair finds a schema that nobody vouches for: it is not what a migration left.
        let snapshot = (kind != "repaired").then_some(snapshot);
        let name = self.after.as_ref().or(self.before.as_ref()).map(|entry| entry.name.clone());
        Event {
            kind: kind.to_owned(),
            version: Some(self.version().to_owned()),
            name,
            run: run.to_owned(),
            duration_ms: None,
            details: json!({ "before": part(&self.before), "after": part(&self.after), "snapshot": snapshot }),
        }
    }
}

#[cfg(test)]
mod tests;
