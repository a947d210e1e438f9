//! What became of a commit whose answer was lost.

use super::{
    link::Link,
    literal,
    own_settings::{Around, rows_of, run},
};
use confiture_model::session::SessionError;

/// How long a server may take over a commit for a client that is gone, before we end it.
const PATIENCE_SECONDS: u32 = 10;
/// And how long it may take over ending.
const LAST_PATIENCE_SECONDS: u32 = 60;

/// The statement that every transaction which writes to the ledger holds until it ends: [`was_recorded`] waits for it.
pub(super) fn lock(run: &str) -> String {
    format!("SELECT {} AS confiture_setting", locking(run))
}

/// The expression that takes it.
pub(super) fn locking(run: &str) -> String {
    format!("pg_catalog.pg_advisory_xact_lock({})", key(run))
}

/// Keys of runs begin with `conf` and those of nothing else of ours do in a lock of two halves; the chance that a user's
/// own lock meets one is one in 2^32, and costs a wait.
fn key(run: &str) -> String {
    format!("1668181606, pg_catalog.hashtext({})", literal::text(run))
}

/// Whether the events of a run hold one of this kind for this version.
///
/// The transaction that wrote it may still be committing. We wait for its end; a session that sits in its transaction
/// because it does not know that its client is gone will never commit, and is ended.
pub(super) async fn was_recorded(link: &Link, run_id: &str, version: &str, kind: &str) -> Result<bool, SessionError> {
    if !wait(link, run_id, PATIENCE_SECONDS).await? {
        terminate_holder(link, run_id).await?;
        if !wait(link, run_id, LAST_PATIENCE_SECONDS).await? {
            return Err(SessionError::Connection(format!(
                "whether migration {version} was committed is not known: the transaction of the lost connection is still open on {}\n  -> end it with pg_terminate_backend, or wait, and ask again: confiture migrate status",
                link.place
            )));
        }
    }
    let sql = format!(
        "SELECT FROM confiture.event WHERE run = {}::pg_catalog.uuid AND version = {} AND kind = {}",
        literal::text(run_id),
        literal::text(version),
        literal::text(kind)
    );
    Ok(!run(link, Around::Reading, &sql).await?.is_empty())
}

/// Whether the transaction has ended within this time.
async fn wait(link: &Link, run_id: &str, seconds: u32) -> Result<bool, SessionError> {
    let sql = format!("SET LOCAL lock_timeout = '{seconds}s';{}", lock(run_id));
    match run(link, Around::Reading, &sql).await {
        Ok(_) => Ok(true),
        // lock_not_available
        Err(SessionError::Database(error)) if error.sqlstate == "55P03" => Ok(false),
        Err(error) => Err(error),
    }
}

/// Ends the session that holds the lock of a run: it can only be the one that we lost.
async fn terminate_holder(link: &Link, run_id: &str) -> Result<(), SessionError> {
    let sql = format!(
        "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_locks
         WHERE locktype OPERATOR(pg_catalog.=) 'advisory' AND granted AND objsubid OPERATOR(pg_catalog.=) 2
           AND database OPERATOR(pg_catalog.=)
               (SELECT oid FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
           AND classid OPERATOR(pg_catalog.=) 1668181606::pg_catalog.oid
           AND objid OPERATOR(pg_catalog.=) (pg_catalog.hashtext({})::pg_catalog.int8
               OPERATOR(pg_catalog.&) 4294967295)::pg_catalog.oid",
        literal::text(run_id)
    );
    rows_of(link, &sql).await.map(drop)
}
