//! The run lock: one run at a time on one database.
//!
//! A session's advisory lock on a connection of its own, which is idle and outside any transaction: CREATE INDEX
//! CONCURRENTLY waits for transactions, never for it. It is only ever tried, never waited for.

mod holder;
mod pooler;

use super::{link::Link, own_settings::rows_of};
use crate::connect::ConnectOptions;
use confiture_model::{migration::LockHolder, session::SessionError};
use std::time::Duration;

/// A server that does not answer a question about a lock for so long is lost.
const PATIENCE: Duration = Duration::from_secs(20);

/// The connection of the lock, and what is known about it.
#[derive(Debug)]
pub(super) struct RunLock {
    link: Link,
    held: bool,
}

/// The key of the lock in the database that is connected to: `conf` in ASCII, and the database's OID.
const KEY: &str =
    "(SELECT (1668181606::pg_catalog.int8 OPERATOR(pg_catalog.<<) 32) OPERATOR(pg_catalog.|) oid::pg_catalog.int8
    FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database())";

/// What tells the lock in `pg_locks`.
const MATCHES: &str = "l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted AND l.classid = 1668181606::pg_catalog.oid
    AND l.objid = l.database AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())";

/// Asks, in column `taken`, whether anybody has the lock of the database that is connected to.
pub(crate) fn is_taken() -> String {
    format!("SELECT EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE {MATCHES}) AS taken")
}

impl RunLock {
    /// Connects, and makes sure that no pooler hands our statements to sessions in turn.
    ///
    /// # Errors
    /// [`SessionError::Connection`] with the reason.
    pub async fn connect(options: &ConnectOptions, client: &str, work: &Link) -> Result<Self, SessionError> {
        let name = holder::application_name(options.application_name(), client);
        let link = Link::open(&options.clone().with_application_name(name).with_keepalive(super::link::KEEPALIVE_IDLE))
            .await?;
        let pid = pooler::refuse(&link, work).await?;
        link.stay().await?;
        // The server, too, is to notice soon that we are gone, and free the lock. Unix sockets ignore it.
        rows_of(&link, "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 6")
            .await?;
        // Asked before every commit. Nobody else's statements run in this session, so that it can be prepared.
        let held = format!(
            "SET search_path = pg_catalog, pg_temp; PREPARE confiture_held AS SELECT pg_catalog.pg_backend_pid() = {pid}
                AND EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE {MATCHES} AND l.pid = pg_catalog.pg_backend_pid())"
        );
        rows_of(&link, &held).await?;
        Ok(Self { link, held: false })
    }

    /// Takes the lock if it is free; else who holds it.
    pub async fn try_take(&mut self) -> Result<Result<(), LockHolder>, SessionError> {
        if self.held && self.is_held().await? {
            return Ok(Ok(()));
        }
        loop {
            let sql = format!("SELECT pg_catalog.pg_try_advisory_lock({KEY})");
            let rows = rows_of(&self.link, &sql).await?;
            if rows.first().and_then(|row| row.get(0)) == Some("t") {
                self.held = true;
                return if self.is_held().await? { Ok(Ok(())) } else { Err(pooler::refusal()) };
            }
            // None: it was let go in between.
            if let Some(holder) = holder::find(&self.link).await? {
                return Ok(Err(holder));
            }
        }
    }

    /// Whether our session still has it. A connection that is lost, silent or another's has lost it.
    pub async fn is_held(&mut self) -> Result<bool, SessionError> {
        if !self.held {
            return Ok(false);
        }
        match tokio::time::timeout(PATIENCE, rows_of(&self.link, "EXECUTE confiture_held")).await {
            Ok(Ok(rows)) => self.held = rows.first().and_then(|row| row.get(0)) == Some("t"),
            // Whatever the reason: a lock of which we do not know is not ours.
            Ok(Err(_)) | Err(_) => self.held = false,
        }
        Ok(self.held)
    }

    /// Lets it go; ending the connection would, too.
    pub async fn release(&mut self) -> Result<(), SessionError> {
        if std::mem::take(&mut self.held) {
            rows_of(&self.link, &format!("SELECT pg_catalog.pg_advisory_unlock({KEY})")).await?;
        }
        Ok(())
    }

    /// Whether the connection can still be used.
    pub fn is_closed(&self) -> bool {
        self.link.client.is_closed()
    }
}
