//! Transactions around a user's script, which may itself begin and end some.

use super::{link::Link, own_settings::rows_of};
use confiture_model::session::SessionError;

/// `lock_timeout` and `statement_timeout` are 32-bit milliseconds.
const LONGEST_TIMEOUT: u64 = i32::MAX.unsigned_abs() as u64;

/// Begins, whatever `default_transaction_*` say. SET rather than a query, so that a script may still choose its isolation
/// level.
pub(super) async fn begin(link: &Link, lock_timeout_ms: u64, statement_timeout_ms: u64) -> Result<(), SessionError> {
    let mut sql = format!(
        "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL lock_timeout = {}; SET LOCAL statement_timeout = {};
         SET LOCAL idle_in_transaction_session_timeout = 0",
        lock_timeout_ms.min(LONGEST_TIMEOUT),
        statement_timeout_ms.min(LONGEST_TIMEOUT),
    );
    if link.server_version >= 170_000 {
        sql.push_str("; SET LOCAL transaction_timeout = 0");
    }
    rows_of(link, &sql).await.map(drop)
}

/// Commits. PostgreSQL answers a COMMIT of an aborted transaction, or of none, without an error; the savepoint before it
/// fails in both cases.
pub(super) async fn commit(link: &Link) -> Result<(), SessionError> {
    rows_of(link, "SAVEPOINT confiture_commit; COMMIT").await.map(drop)
}

/// Rolls back; without a transaction this is only a notice.
pub(super) async fn rollback(link: &Link) -> Result<(), SessionError> {
    rows_of(link, "ROLLBACK").await.map(drop)
}

/// Sets a savepoint. One name does for all: a name stands for the newest savepoint that has it.
pub(super) async fn savepoint(link: &Link) -> Result<(), SessionError> {
    rows_of(link, "SAVEPOINT confiture_step").await.map(drop)
}

/// Lets the newest savepoint go.
pub(super) async fn release(link: &Link) -> Result<(), SessionError> {
    rows_of(link, "RELEASE SAVEPOINT confiture_step").await.map(drop)
}

/// Undoes what was done behind the newest savepoint, and lets it go.
pub(super) async fn undo_to_savepoint(link: &Link) -> Result<(), SessionError> {
    rows_of(link, "ROLLBACK TO SAVEPOINT confiture_step; RELEASE SAVEPOINT confiture_step").await.map(drop)
}

/// Sets `lock_timeout` of the transaction, or of the session outside one.
pub(super) async fn set_lock_timeout(link: &Link, milliseconds: u64) -> Result<(), SessionError> {
    let local = if is_open(link).await? { "LOCAL" } else { "SESSION" };
    let sql = format!("SET {local} lock_timeout = {}", milliseconds.min(LONGEST_TIMEOUT));
    rows_of(link, &sql).await.map(drop)
}

/// Whether a transaction block is open, aborted or not. The driver does not pass on what the server says about it.
pub(super) async fn is_open(link: &Link) -> Result<bool, SessionError> {
    match rows_of(link, "SAVEPOINT confiture_probe; RELEASE SAVEPOINT confiture_probe").await {
        Ok(_) => Ok(true),
        // no_active_sql_transaction, in_failed_sql_transaction
        Err(SessionError::Database(error)) if error.sqlstate == "25P01" => Ok(false),
        Err(SessionError::Database(error)) if error.sqlstate == "25P02" => Ok(true),
        Err(error) => Err(error),
    }
}

/// Undoes what a script left in its session: user, role, settings, temporary tables, prepared statements, cursors,
/// session locks. DISCARD ALL would also drop the statements that the driver has prepared.
pub(super) async fn reset(link: &Link) -> Result<(), SessionError> {
    let sql = format!(
        "SET SESSION AUTHORIZATION DEFAULT; RESET ROLE; RESET ALL; CLOSE ALL; UNLISTEN *; DISCARD TEMP; DISCARD SEQUENCES;
         {}; SELECT pg_catalog.pg_advisory_unlock_all() AS unlocked;
         SELECT pg_catalog.quote_ident(name) AS prepared FROM pg_catalog.pg_prepared_statements WHERE from_sql",
        link.staying()
    );
    let rows = rows_of(link, &sql).await?;
    let prepared = rows.iter().filter_map(|row| row.try_get("prepared").ok().flatten());
    let deallocate: Vec<String> = prepared.map(|name| format!("DEALLOCATE {name}")).collect();
    if deallocate.is_empty() {
        return Ok(());
    }
    rows_of(link, &deallocate.join("; ")).await.map(drop)
}
