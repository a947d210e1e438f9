//! One connection to the server, and what has to be known about it.

use super::{
    cancel::Pending,
    own_settings::{self, Identity},
};
use crate::connect::{Canceller, ConnectOptions, connect};
use confiture_model::session::SessionError;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio_postgres::Client;

/// A connection, and who it is.
#[derive(Debug)]
pub(super) struct Link {
    pub client: Client,
    /// `server_version_num`.
    pub server_version: u32,
    /// The place that answered, for messages.
    pub place: String,
    pub identity: Identity,
    pub canceller: Canceller,
    /// A statement that is being stopped.
    pub pending: Pending,
    /// Whether the connection is not to be used again.
    given_up: AtomicBool,
}

impl Link {
    /// Connects.
    pub async fn open(options: &ConnectOptions) -> Result<Self, SessionError> {
        let connection = connect(options).await.map_err(|error| SessionError::Connection(error.to_string()))?;
        let canceller = connection.canceller();
        let mut link = Self {
            client: connection.client,
            server_version: connection.server_version,
            place: connection.place,
            identity: Identity::default(),
            canceller,
            pending: Pending::default(),
            given_up: AtomicBool::new(false),
        };
        link.identity = own_settings::identity(&link).await?;
        Ok(link)
    }

    /// From now on, this connection is not to be used again.
    pub fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
    }

    /// It is, after all.
    pub fn keep(&self) {
        self.given_up.store(false, Ordering::Relaxed);
    }

    /// Whether it was given up.
    pub fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::Relaxed)
    }

    /// A new connection in place of one that was given up. What that one still does ends first: its transaction is
    /// rolled back, and its locks are free.
    pub async fn replace(this: &mut Arc<Self>, options: &ConnectOptions) -> Result<(), SessionError> {
        let new = Self::open(options).await?;
        new.stay().await?;
        let old = std::mem::replace(this, Arc::new(new));
        let pid = old.identity.pid;
        // Hangs up: nobody else has it, for a loan ends before its connection is used.
        drop(old);
        let end = format!(
            "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE pid OPERATOR(pg_catalog.=) {pid}"
        );
        for _ in 0..ENDINGS {
            if own_settings::rows_of(this, &end).await?.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(ENDING).await;
        }
        Err(SessionError::Connection(format!(
            "the session that ran the COPY (pid {pid}) does not end\n  -> end it with pg_terminate_backend, and run again"
        )))
    }

    /// What every session of ours has: it is never ended for being idle. For the session that does the work this is set
    /// again whenever a script's settings are undone.
    pub async fn stay(&self) -> Result<(), SessionError> {
        own_settings::rows_of(self, &self.staying()).await.map(drop)
    }

    /// The statements of [`Link::stay`].
    pub fn staying(&self) -> String {
        let mut sql = "SET SESSION idle_in_transaction_session_timeout = 0".to_owned();
        if self.server_version >= 140_000 {
            sql.push_str("; SET SESSION idle_session_timeout = 0");
        }
        sql
    }
}

/// How soon TCP asks whether the other end is still there, where the user has not said.
pub(super) const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);

/// How often it is looked whether a session has ended, and how long it is waited in between.
const ENDINGS: u32 = 600;
const ENDING: Duration = Duration::from_millis(20);
