//! Connections to the two databases, set so that the same value is written the same way on both.

use super::{
    Ends,
    error::{End, SyncError},
};
use crate::connect::{Canceller, ConnectOptions, connect};
use std::time::Duration;
use tokio_postgres::{Client, Row, types::ToSql};

/// What decides on PostgreSQL's text form, pinned; no timeout of a session that may wait for the other end; hidden rows are
/// an error and not left out. Rows come in the order in which they lie, so that keys arrive as they were made.
pub(super) const SETTINGS: &str = "SET datestyle = 'ISO, MDY'; SET intervalstyle = postgres; SET timezone = 'UTC';
SET extra_float_digits = 1; SET bytea_output = hex; SET xmloption = content; SET standard_conforming_strings = on;
SET client_encoding = 'UTF8'; SET row_security = off; SET statement_timeout = 0; SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0; SET synchronize_seqscans = off; SET client_min_messages = error;
SET jit = off";

/// How soon TCP asks whether the other end is still there, where the user has not said.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// A connection to one of the databases.
pub(super) struct Link {
    pub client: Client,
    pub version: u32,
    pub end: End,
    pub canceller: Canceller,
}

impl Link {
    /// Connects to the source.
    pub async fn source(ends: &Ends) -> Result<Self, SyncError> {
        let link = Self::open(&ends.source, End::Source).await?;
        link.run("setting up the session", "SET search_path = pg_catalog").await?;
        Ok(link)
    }

    /// Connects to the target. Its search path stays: the target's own functions may need it.
    pub async fn target(ends: &Ends) -> Result<Self, SyncError> {
        Self::open(&ends.target, End::Target).await
    }

    async fn open(options: &ConnectOptions, end: End) -> Result<Self, SyncError> {
        let options = options.clone().with_application_name("confiture sync").with_keepalive(KEEPALIVE);
        let connection = connect(&options).await.map_err(|error| SyncError::connect(end, &error))?;
        let canceller = connection.canceller();
        let link = Self { client: connection.client, version: connection.server_version, end, canceller };
        let mut settings = SETTINGS.to_owned();
        if link.version >= 140_000 {
            settings.push_str("; SET idle_session_timeout = 0");
        }
        if link.version >= 170_000 {
            settings.push_str("; SET transaction_timeout = 0");
        }
        link.run("setting up the session", &settings).await?;
        Ok(link)
    }

    /// Runs statements that answer nothing.
    pub async fn run(&self, doing: &str, sql: &str) -> Result<(), SyncError> {
        self.client.batch_execute(sql).await.map_err(|error| SyncError::of(self.end, doing, &error))
    }

    /// Asks.
    pub async fn rows(
        &self,
        doing: &str,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, SyncError> {
        self.client.query(sql, parameters).await.map_err(|error| SyncError::of(self.end, doing, &error))
    }
}

/// What a row says in a column; the default where it says nothing.
pub(super) fn get<'r, T>(row: &'r Row, column: &str) -> T
where
    T: tokio_postgres::types::FromSql<'r> + Default,
{
    row.try_get::<_, Option<T>>(column).ok().flatten().unwrap_or_default()
}
