//! The connections of one plugin's database.

use super::{PluginDatabaseError, failure, privileges};
use crate::connect::{Canceller, ConnectOptions, connect};
use confiture_model::database::{QueryError, ReadBudget};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_postgres::{
    Client,
    types::{ToSql, Type},
};

/// How many queries may have their rows open at once.
pub(super) const MOST_OPEN: usize = 4;

/// Connections that are open, and how to open another.
#[derive(Debug)]
pub(super) struct Sessions {
    options: ConnectOptions,
    pub(super) budget: ReadBudget,
    idle: Mutex<Vec<Session>>,
    connections: Arc<Semaphore>,
    /// Queries whose rows are open.
    open: Arc<Semaphore>,
}

/// A connection that is prepared for a plugin's queries.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) client: Client,
    pub(super) canceller: Canceller,
    pub(super) names: TypeNames,
}

impl Sessions {
    pub(super) fn new(options: ConnectOptions, budget: ReadBudget) -> Self {
        Self {
            options,
            budget,
            idle: Mutex::new(Vec::new()),
            connections: Arc::new(Semaphore::new(MOST_OPEN)),
            open: Arc::new(Semaphore::new(MOST_OPEN)),
        }
    }

    /// The right to have one more query open.
    pub(super) fn admit(&self) -> Result<OwnedSemaphorePermit, QueryError> {
        self.open.clone().try_acquire_owned().map_err(|_| {
            let why = format!("{MOST_OPEN} queries have rows that were not read to the end; read or drop them first");
            QueryError::LimitExceeded(why)
        })
    }

    /// A connection, and the right to it: at most for a moment somebody else still cleans up theirs.
    pub(super) async fn take(&self) -> Result<(Session, OwnedSemaphorePermit), QueryError> {
        let lost = |message: String| QueryError::Database(failure::plain("08006", message));
        let permit = self.connections.clone().acquire_owned().await;
        let permit = permit.map_err(|_| lost("the database is closed to plugins".to_owned()))?;
        loop {
            let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            match idle {
                Some(session) if session.client.is_closed() => {}
                Some(session) => return Ok((session, permit)),
                None => {
                    let session = self.open().await.map_err(|error| lost(error.to_string()))?;
                    return Ok((session, permit));
                }
            }
        }
    }

    /// Keeps a connection for the next query.
    pub(super) fn keep(&self, session: Session) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(session);
    }

    /// Opens a connection and checks what its login may do.
    pub(super) async fn open(&self) -> Result<Session, PluginDatabaseError> {
        let connection = connect(&self.options).await.map_err(PluginDatabaseError::Connection)?;
        privileges::check(&connection.client).await?;
        let canceller = connection.canceller();
        let settings = settings(&self.budget);
        let set = connection.client.batch_execute(&settings).await;
        set.map_err(|error| PluginDatabaseError::Database(failure::database(&error)))?;
        Ok(Session { client: connection.client, canceller, names: TypeNames::default() })
    }
}

/// What holds for the whole session. A plugin cannot change it: no statement and no function of its may, and what a
/// transaction changes is rolled back.
fn settings(budget: &ReadBudget) -> String {
    // A timeout of 0 would mean none.
    let limit = budget.statement_timeout_ms.clamp(1, 86_400_000);
    let idle = limit.saturating_mul(4).clamp(60_000, 86_400_000);
    format!(
        "SET default_transaction_read_only = on; SET statement_timeout = {limit}; SET lock_timeout = {}; \
         SET idle_in_transaction_session_timeout = {idle}; SET standard_conforming_strings = on; \
         SET datestyle = 'ISO, YMD'; SET intervalstyle = postgres; SET timezone = 'UTC'; SET extra_float_digits = 1; \
         SET bytea_output = hex; SET client_min_messages = error; SET check_function_bodies = on",
        limit.min(2_000)
    )
}

/// The names of types that are not among the commonest, as `format_type` has them.
#[derive(Debug, Default)]
pub(crate) struct TypeNames(HashMap<u32, String>);

impl TypeNames {
    pub(crate) async fn get(&mut self, client: &Client, oid: u32) -> Result<String, QueryError> {
        if let Some(name) = self.0.get(&oid) {
            return Ok(name.clone());
        }
        let parameter: (&(dyn ToSql + Sync), _) = (&oid, Type::OID);
        let rows = client.query_typed("SELECT pg_catalog.format_type($1, NULL)", &[parameter]).await;
        let name = rows.and_then(|rows| rows.first().map_or(Ok(None), |row| row.try_get(0)));
        let name: Option<String> = name.map_err(|error| failure::of_ours(&error))?;
        let name = name.unwrap_or_else(|| "unknown".to_owned());
        self.0.insert(oid, name.clone());
        Ok(name)
    }
}
