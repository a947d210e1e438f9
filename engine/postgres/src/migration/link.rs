//! One connection to the server, and what has to be known about it.

use super::{
    cancel::Pending,
    own_settings::{self, Identity},
};
use crate::connect::{Canceller, ConnectOptions, connect};
use confiture_model::session::SessionError;
use std::time::Duration;
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
    /// A cancel request that is on its way.
    pub pending: Pending,
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
        };
        link.identity = own_settings::identity(&link).await?;
        Ok(link)
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
