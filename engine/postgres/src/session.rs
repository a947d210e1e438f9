//! A connection that runs the user's own SQL as `psql` would, and reads what became of it.

pub(crate) mod copy;
pub(crate) mod error;
mod watch;

pub use error::{db_error, session_error};

use crate::catalog::{self, Request};
use confiture_model::{
    BoxFuture,
    schema::{Parts, Snapshot},
    session::{Session, SessionError, Touched},
};
use copy::{Direction, Failure};
use futures_util::future::join;
use tokio_postgres::Client;

/// A [`Session`] on a connection of `tokio-postgres`, which the caller made and whose other half it drives.
///
/// After a `COPY ... FROM stdin` that PostgreSQL refused, because there is no such table, say, the session can only be
/// closed: every later call says so.
#[derive(Debug)]
pub struct PgSession {
    client: Client,
    /// Another connection to the same database, for reading schemas.
    beside: Option<Client>,
    live: bool,
    schemas: Option<Vec<String>>,
    /// How many statements were run.
    statements: usize,
    watched: bool,
    /// Whether a refused COPY has confused the driver.
    confused: bool,
}

impl PgSession {
    /// A session whose snapshots are those of a schema that nobody uses: without sizes and statistics.
    pub fn new(client: Client) -> Self {
        Self { client, beside: None, live: false, schemas: None, statements: 0, watched: false, confused: false }
    }

    /// Makes snapshots those of a database in use: with sizes, row counts and scans.
    #[must_use]
    pub fn live(mut self) -> Self {
        self.live = true;
        self
    }

    /// With another connection to the same database, which shares the work of reading its schema. For sessions that read,
    /// and have no transaction open.
    #[must_use]
    pub fn beside(mut self, other: Client) -> Self {
        self.beside = Some(other);
        self
    }

    /// Restricts snapshots to these schemas.
    #[must_use]
    pub fn in_schemas(mut self, schemas: Vec<String>) -> Self {
        self.schemas = Some(schemas);
        self
    }

    /// The connection itself.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// From now on, [`Session::touched`] knows which statement made or altered what. For scratch databases: this makes a
    /// schema `confiture_scratch` with an event trigger, for which the session must be a superuser's.
    ///
    /// # Errors
    /// What PostgreSQL said.
    pub async fn watch(&mut self) -> Result<(), SessionError> {
        watch::install(&self.client).await.map_err(|error| session_error(&error))?;
        self.watched = true;
        Ok(())
    }

    /// Runs one statement with its number announced to the event trigger. The announcement is sent ahead and not waited
    /// for: the server works off what it is sent in order. In an aborted transaction it fails, and so does the statement
    /// unless it ends the transaction; nothing can be made in either.
    async fn numbered<T>(&mut self, statement: impl AsyncFnOnce(&Client) -> T) -> T {
        let number = self.statements;
        self.statements += 1;
        if !self.watched {
            return statement(&self.client).await;
        }
        let announcement = watch::announcement(number);
        join(self.client.batch_execute(&announcement), statement(&self.client)).await.1
    }

    async fn run(&mut self, sql: &str, data: Option<&str>) -> Result<(), SessionError> {
        if sql.contains('\0') {
            return Err(error::nul_byte());
        }
        self.check()?;
        let direction = if data.is_some() { Some(Direction::In) } else { copy::direction(sql) };
        let result = self
            .numbered(async |client: &Client| match direction {
                // As psql does at the end of its input: no rows.
                Some(Direction::In) => copy::copy_in(client, sql, data.unwrap_or_default()).await.map(drop),
                Some(Direction::Out) => copy::discard(client, sql).await.map_err(Failure::Clean),
                None => client.batch_execute(sql).await.map_err(Failure::Clean),
            })
            .await;
        result.map_err(|failure| match failure {
            Failure::Clean(error) => session_error(&error),
            Failure::Confused(error) => {
                self.confused = true;
                session_error(&error)
            }
        })
    }

    fn check(&self) -> Result<(), SessionError> {
        if self.confused { Err(error::confused()) } else { Ok(()) }
    }
}

impl Session for PgSession {
    /// By the simple protocol, in which PostgreSQL takes any statement as it is written; each row is dropped on arrival.
    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(self.run(sql, None))
    }

    fn copy_in<'a>(&'a mut self, sql: &'a str, data: &'a str) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(self.run(sql, Some(data)))
    }

    fn snapshot<'a>(&'a mut self, parts: Parts) -> BoxFuture<'a, Result<Snapshot, SessionError>> {
        Box::pin(async move {
            self.check()?;
            let request = Request { parts, live: self.live, schemas: self.schemas.as_deref() };
            Ok(match &self.beside {
                Some(other) => catalog::snapshot_on_two(&self.client, other, &request).await?,
                None => catalog::snapshot(&self.client, &request).await?,
            })
        })
    }

    fn touched<'a>(&'a mut self) -> BoxFuture<'a, Result<Vec<Touched>, SessionError>> {
        Box::pin(async move {
            self.check()?;
            if !self.watched {
                return Ok(Vec::new());
            }
            watch::touched(&self.client).await.map_err(|error| session_error(&error))
        })
    }
}
