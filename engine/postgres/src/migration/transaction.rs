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
    match rows_of(link, PROBE).await {
        Ok(_) => Ok(true),
        // no_active_sql_transaction, in_failed_sql_transaction
        Err(SessionError::Database(error)) if error.sqlstate == "25P01" => Ok(false),
        Err(SessionError::Database(error)) if error.sqlstate == "25P02" => Ok(true),
        Err(error) => Err(error),
    }
}

/// Fails where no transaction block is open (25P01), or an aborted one (25P02).
pub(super) const PROBE: &str = "SAVEPOINT confiture_probe;RELEASE SAVEPOINT confiture_probe";

/// Undoes what a script left in its session.
pub(super) async fn reset(link: &Link) -> Result<(), SessionError> {
    let sql = format!("{BACK_TO_USER};{};SELECT pg_catalog.pg_advisory_unlock_all()", back_to_start(link));
    rows_of(link, &sql).await?;
    deallocate(link).await
}

/// The session's user and role, which RESET ALL leaves alone.
pub(super) const BACK_TO_USER: &str = "SET SESSION AUTHORIZATION DEFAULT;RESET ROLE";

/// Settings, cursors, temporary tables; and prepared statements, unless the driver has some that DEALLOCATE ALL would
/// drop as well (see [`deallocate`]). Session locks are let go by a query, and each costs more than all of this.
pub(super) fn back_to_start(link: &Link) -> String {
    let deallocate = if link.prepared.is_empty() { ";DEALLOCATE ALL" } else { "" };
    format!("RESET ALL;{};CLOSE ALL;UNLISTEN *;DISCARD TEMP;DISCARD SEQUENCES{deallocate}", link.staying())
}

/// Ends the prepared statements of a script where there are others beside them.
pub(super) async fn deallocate(link: &Link) -> Result<(), SessionError> {
    if link.prepared.is_empty() {
        return Ok(());
    }
    let sql = "SELECT pg_catalog.concat('DEALLOCATE ', pg_catalog.quote_ident(name)) AS deallocate
        FROM pg_catalog.pg_prepared_statement() WHERE from_sql";
    let rows = rows_of(link, sql).await?;
    let all: Vec<&str> = rows.iter().filter_map(|row| row.try_get(0).ok().flatten()).collect();
    if all.is_empty() {
        return Ok(());
    }
    rows_of(link, &all.join(";")).await.map(drop)
}
