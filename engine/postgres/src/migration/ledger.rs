//! What is applied, and what happened: the tables of schema `confiture`.

mod entry;
mod event;
pub(super) mod step;
pub(super) mod upgrade;

use super::{
    link::Link,
    literal,
    own_settings::{Around, run},
};
use confiture_model::{
    migration::{Event, LedgerEntry, LedgerWrite, Progress, RecordedEvent},
    session::SessionError,
};

/// What is applied. A database without a ledger has nothing.
pub(super) async fn entries(link: &Link) -> Result<Vec<LedgerEntry>, SessionError> {
    if !exists(link).await? {
        return Ok(Vec::new());
    }
    let rows = run(link, Around::to_read(link).await?, entry::SELECT).await?;
    rows.iter().map(entry::read).collect()
}

/// The newest events, the newest first.
pub(super) async fn events(link: &Link, limit: u32) -> Result<Vec<RecordedEvent>, SessionError> {
    if !exists(link).await? {
        return Ok(Vec::new());
    }
    let rows = run(link, Around::to_read(link).await?, &event::select(limit)).await?;
    rows.iter().map(event::read).collect()
}

/// Writes an entry, in place of one of the same version, with its event.
pub(super) async fn record(link: &Link, client: &str, entry: &LedgerEntry, event: &Event) -> Result<(), SessionError> {
    write(link, &event.run, &rows(client, LedgerWrite::Record(entry), event)).await
}

/// Takes an entry out, with its event.
pub(super) async fn remove(link: &Link, client: &str, version: &str, event: &Event) -> Result<(), SessionError> {
    write(link, &event.run, &rows(client, LedgerWrite::Remove(version), event)).await
}

/// Writes an event alone.
pub(super) async fn note(link: &Link, client: &str, event: &Event) -> Result<(), SessionError> {
    write(link, &event.run, &event::insert(event, client)).await
}

/// The statements that write an entry, or take it out, with its event.
pub(super) fn rows(client: &str, write: LedgerWrite<'_>, event: &Event) -> String {
    let entry = match write {
        LedgerWrite::Record(entry) if entry.progress == Progress::Applied => {
            format!("{};{}", entry::upsert(entry, client), step::forget(&entry.version))
        }
        LedgerWrite::Record(entry) => entry::upsert(entry, client),
        LedgerWrite::Remove(version) => {
            format!("DELETE FROM confiture.migration WHERE version = {}", literal::text(version))
        }
    };
    format!("{entry};{}", event::insert(event, client))
}

/// In the transaction that is open, or in one of its own. The lock is held until its end: whoever asks what became of
/// this run waits for it (see [`super::outcome`]).
async fn write(link: &Link, run_id: &str, sql: &str) -> Result<(), SessionError> {
    run(link, Around::to_write(link).await?, &format!("{};{sql}", super::outcome::lock(run_id))).await.map(drop)
}

/// Whether this database has a ledger.
async fn exists(link: &Link) -> Result<bool, SessionError> {
    let sql = "SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = 'confiture' AND c.relname = 'migration'";
    Ok(!run(link, Around::to_read(link).await?, sql).await?.is_empty())
}

/// A column of a row of ours.
fn column<'a>(row: &'a tokio_postgres::SimpleQueryRow, name: &str) -> Option<&'a str> {
    row.try_get(name).ok().flatten()
}

/// The same where it cannot be NULL.
fn required(row: &tokio_postgres::SimpleQueryRow, name: &str) -> String {
    column(row, name).unwrap_or_default().to_owned()
}

/// A row that no program of ours has written.
fn unreadable(table: &str, which: &str, why: &str) -> SessionError {
    SessionError::Connection(format!(
        "the ledger cannot be read: confiture.{table} {which}: {why}\n  -> a newer version of Confiture may have written it, or it was edited by hand"
    ))
}

/// A time of ours, RFC 3339 whatever `DateStyle` and `TimeZone` say.
fn rfc3339(column: &str) -> String {
    format!(r#"pg_catalog.to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"#)
}
