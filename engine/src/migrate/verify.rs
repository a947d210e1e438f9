//! Whether files, ledger and database still agree.

use super::{
    FileError,
    diff::{Difference, diff},
    files::{Files, Id, title},
    plan::{Refusal, RefusalCode, UpRequest, compare, missing},
    run::RunFailure,
    status::{State, status},
};
use confiture_model::{
    migration::{LedgerEntry, MigrationConnector, Progress, RecordedEvent},
    session::SessionError,
};
use serde::Serialize;

/// The version of a printed verification.
const VERIFICATION_VERSION: u32 = 1;
/// Events to look through for the last one that changed the schema; failures and notes lie between.
const EVENTS: u32 = 1_000;

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verification {
    /// 1.
    pub schema_version: u32,
    /// Files and ledger that disagree: changed, missing, out of order, stopped part-way.
    pub problems: Vec<Refusal>,
    /// How the live schema differs from what the last migration left.
    pub drift: Drift,
}

/// How the live schema differs from what the last migration left.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Drift {
    /// Not at all.
    None,
    /// Somebody changed it since.
    Found {
        /// What is different.
        differences: Vec<Difference>,
    },
    /// Nothing to compare with.
    Unknown {
        /// Why.
        reason: String,
    },
}

impl Verification {
    /// Whether everything agrees; what cannot be known does not count against it.
    pub fn holds(&self) -> bool {
        self.problems.is_empty() && !matches!(self.drift, Drift::Found { .. })
    }
}

/// Compares files, ledger and live schema. Changes nothing.
///
/// # Errors
/// [`RunFailure::Connection`] or [`RunFailure::Ledger`] where the database cannot be read.
pub async fn verify(
    connector: &dyn MigrationConnector,
    files: &Files,
    environment: Option<&str>,
) -> Result<Verification, RunFailure> {
    let failed = |doing: &'static str| move |error: SessionError| RunFailure::of_session(doing, error);
    let mut connection = connector.connect().await.map_err(failed("connecting"))?;
    let entries = connection.entries().await.map_err(failed("reading the ledger"))?;
    let request = UpRequest { environment: environment.map(str::to_owned), ..UpRequest::default() };
    let mut problems = compare(files, &entries, &request).refusals;
    problems.retain(|refusal| {
        use RefusalCode::{Changed, Incomplete, Missing, OutOfOrder};
        matches!(refusal.code, Changed | Incomplete | Missing | OutOfOrder)
    });
    // A run passes over a repeatable one that is gone; what is applied and has no file is still worth knowing.
    let gone = entries.iter().filter(|entry| {
        let id = Id::of_ledger(&entry.version);
        matches!(id, Id::Repeatable(_)) && files.find(&id).is_none()
    });
    problems.extend(gone.filter_map(missing));
    for row in status(files, &entries, environment).migrations {
        let what = match row.state {
            State::Partial => "it stopped part-way",
            State::StagesPending => "its stages after the commit are not all done",
            _ => continue,
        };
        let problem = FileError::about(row.file.unwrap_or_default(), what).help("`confiture migrate up` goes on");
        problems.push(Refusal { code: RefusalCode::Incomplete, migration: Some(row.title), problem });
    }
    let events = match entries.is_empty() {
        true => Vec::new(),
        false => connection.events(EVENTS).await.map_err(failed("reading the events"))?,
    };
    let staged = |entry: &LedgerEntry| {
        matches!(entry.progress, Progress::StagesPending { .. } | Progress::UndoneStagesPending { .. })
    };
    let drift = match recorded(&events) {
        _ if entries.iter().any(staged) => {
            Drift::Unknown { reason: "stages after a commit are still to do, and may change the schema".to_owned() }
        }
        Err(reason) => Drift::Unknown { reason },
        Ok(address) => {
            let stored = connection.load_snapshot(&address).await.map_err(failed("reading the stored schema"))?;
            let live = connection.current_snapshot().await.map_err(failed("reading the schema"))?;
            match stored {
                None => Drift::Unknown { reason: "the stored schema is gone from the ledger".to_owned() },
                Some(stored) => match diff(&stored, &live) {
                    differences if differences.is_empty() => Drift::None,
                    differences => Drift::Found { differences },
                },
            }
        }
    };
    Ok(Verification { schema_version: VERIFICATION_VERSION, problems, drift })
}

/// The address of the schema that the last change left; the events have the newest first.
fn recorded(events: &[RecordedEvent]) -> Result<String, String> {
    for RecordedEvent { event, .. } in events {
        if let Some(address) = event.details.get("snapshot").and_then(|address| address.as_str()) {
            return Ok(address.to_owned());
        }
        let changes = ["applied", "rolled-back", "baselined", "adopted"].contains(&event.kind.as_str());
        if changes || event.kind.starts_with("statement-") {
            let title = title(event.version.as_deref().unwrap_or_default(), event.name.as_deref().unwrap_or_default());
            return Err(format!("the schema was not stored after the last change, {title}"));
        }
    }
    Err("no migration is applied".to_owned())
}
