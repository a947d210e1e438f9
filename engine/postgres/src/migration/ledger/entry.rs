//! Rows of `confiture.migration`.

use super::{super::literal, column, required, unreadable};
use confiture_model::{
    migration::{LedgerEntry, Progress},
    session::SessionError,
};
use tokio_postgres::SimpleQueryRow;

pub(super) const SELECT: &str = r#"SELECT version, name, checksum, state, done, started,
    pg_catalog.to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS applied_at,
    applied_by, duration_ms, snapshot, origin FROM confiture.migration"#;

pub(super) fn read(row: &SimpleQueryRow) -> Result<LedgerEntry, SessionError> {
    let version = required(row, "version");
    let progress = progress(row).map_err(|why| unreadable("migration", &format!("version {version}"), &why))?;
    Ok(LedgerEntry {
        name: required(row, "name"),
        checksum: required(row, "checksum"),
        progress,
        applied_at: required(row, "applied_at"),
        applied_by: required(row, "applied_by"),
        duration_ms: number(row, "duration_ms"),
        snapshot: column(row, "snapshot").map(str::to_owned),
        origin: required(row, "origin"),
        version,
    })
}

/// Fails on a state that only a later program knows: nothing can be said about such a migration.
fn progress(row: &SimpleQueryRow) -> Result<Progress, String> {
    let done = u32::try_from(number(row, "done")).unwrap_or(u32::MAX);
    let started = column(row, "started") == Some("t");
    match required(row, "state").as_str() {
        "applied" => Ok(Progress::Applied),
        "stages-pending" => Ok(Progress::StagesPending { done }),
        "partial" => Ok(Progress::Partial { done, started }),
        "undoing" => Ok(Progress::Undoing { done, started }),
        "undone-stages-pending" => Ok(Progress::UndoneStagesPending { done }),
        other => Err(format!("its state is `{other}`, which this program does not know")),
    }
}

fn number(row: &SimpleQueryRow, name: &str) -> u64 {
    column(row, name).and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// Writes an entry, in place of one of the same version. Empty times and authors become now, and us.
pub(super) fn upsert(entry: &LedgerEntry, client: &str) -> String {
    let (state, done, started) = match entry.progress {
        Progress::Applied => ("applied", None, None),
        Progress::StagesPending { done } => ("stages-pending", Some(done), None),
        Progress::Partial { done, started } => ("partial", Some(done), Some(started)),
        Progress::Undoing { done, started } => ("undoing", Some(done), Some(started)),
        Progress::UndoneStagesPending { done } => ("undone-stages-pending", Some(done), None),
    };
    let null = || "NULL".to_owned();
    let applied_at = match entry.applied_at.as_str() {
        "" => "pg_catalog.clock_timestamp()".to_owned(),
        at => format!("{}::pg_catalog.timestamptz", literal::text(at)),
    };
    let applied_by = match entry.applied_by.as_str() {
        "" => format!("pg_catalog.concat({}, ', role ', current_user)", literal::text(client)),
        by => literal::text(by),
    };
    format!(
        "INSERT INTO confiture.migration
            (version, name, checksum, state, done, started, applied_at, applied_by, duration_ms, snapshot, origin)
         VALUES ({}, {}, {}, '{state}', {}, {}, {applied_at}, {applied_by}, {}, {}, {})
         ON CONFLICT (version) DO UPDATE SET name = excluded.name, checksum = excluded.checksum,
            state = excluded.state, done = excluded.done, started = excluded.started,
            applied_at = excluded.applied_at, applied_by = excluded.applied_by,
            duration_ms = excluded.duration_ms, snapshot = excluded.snapshot, origin = excluded.origin",
        literal::text(&entry.version),
        literal::text(&entry.name),
        literal::text(&entry.checksum),
        done.map_or_else(null, |done| done.to_string()),
        started.map_or_else(null, |started| started.to_string()),
        entry.duration_ms.min(i64::MAX.unsigned_abs()),
        literal::optional(entry.snapshot.as_deref()),
        literal::text(&entry.origin),
    )
}
