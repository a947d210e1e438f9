//! Telling a transaction pooler, which hands each transaction to whichever server session is free.
//!
//! Through one, a session's lock belongs to nobody in particular. Each of our connections has to have a backend of its
//! own, and always the same.

use super::super::{link::Link, own_settings::rows_of};
use confiture_model::session::SessionError;

/// Asks both connections, in and out of transactions that overlap, which backend they have. Answers that of `lock`.
///
/// A pooler gives the work's transaction the session that `lock` has just used; one that does not, because others use it
/// as well, gives `lock` another one while that is taken, or later.
pub(super) async fn refuse(lock: &Link, work: &Link) -> Result<i32, SessionError> {
    let first = pid(lock, "").await?;
    let other = pid(work, "BEGIN READ ONLY;").await?;
    if first == other {
        rows_of(work, "ROLLBACK").await?;
        return Err(refusal());
    }
    // With both in a transaction, ended in this order, a pooler's next pick for `work` is the other's session.
    let second = pid(lock, "BEGIN READ ONLY;").await?;
    rows_of(work, "ROLLBACK").await?;
    rows_of(lock, "ROLLBACK").await?;
    let same = second == first && pid(work, "").await? == other && pid(lock, "").await? == first;
    if same { Ok(first) } else { Err(refusal()) }
}

async fn pid(link: &Link, begin: &str) -> Result<i32, SessionError> {
    let rows = rows_of(link, &format!("{begin}SELECT pg_catalog.pg_backend_pid()")).await?;
    let pid = rows.first().and_then(|row| row.get(0)).and_then(|number| number.parse().ok());
    pid.ok_or_else(|| SessionError::Connection("the server does not say which backend it is".to_owned()))
}

pub(super) fn refusal() -> SessionError {
    SessionError::Connection(
        "there is a connection pooler in transaction mode between us and PostgreSQL: statements of one connection reach different sessions, so that a lock cannot be held\n  -> connect to PostgreSQL itself, or to a pool in session mode (PgBouncer: pool_mode = session)"
            .to_owned(),
    )
}
