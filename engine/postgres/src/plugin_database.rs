//! The database as a plugin with a `read` grant has it.
//!
//! What keeps a plugin to reading, from the outside in: a login that is no superuser and has no role that reaches files,
//! programs or other sessions; [`confiture_sql::guard`], which lets one reading statement through; PostgreSQL's own
//! parser, which takes it in parentheses, where only a query may stand; the volatility of every function that it may
//! call; a READ ONLY transaction that is always rolled back; timeouts, and budgets of rows and bytes.
//!
//! A query runs on a connection of its own, in a task of its own, which reads rows only as they are asked for and stops
//! the statement when nobody wants them any more.

pub(crate) mod failure;
pub(crate) mod functions;
pub(crate) mod parameter;
pub(crate) mod privileges;
pub(crate) mod projection;
pub(crate) mod query;
pub(crate) mod rows;
pub(crate) mod session;
pub(crate) mod value;

use crate::connect::{ConnectError, ConnectOptions, connect};
use confiture_model::{
    BoxFuture,
    database::{DbError, QueryError, ReadBudget, ReadDatabase, Rows, Value},
};
use query::Query;
use session::Sessions;
use std::sync::Arc;

/// A database that plugins may read.
#[derive(Debug)]
pub struct PluginDatabase {
    sessions: Arc<Sessions>,
}

/// Why plugins may not have this database.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PluginDatabaseError {
    /// No connection.
    #[error("{0}")]
    Connection(ConnectError),
    /// The login may do more than reading can contain: what, and what to configure.
    #[error("{0}")]
    Privileged(String),
    /// PostgreSQL did not answer what the login may do, or did not take the session's settings.
    #[error("cannot prepare the connection for plugins: {0}")]
    Database(DbError),
}

impl PluginDatabase {
    /// Connects, and checks what the login may do. `options` name the reader role, where one is configured.
    ///
    /// # Errors
    /// [`PluginDatabaseError::Privileged`] for a superuser, and for whoever may reach files, programs or other sessions.
    pub async fn open(options: ConnectOptions, budget: ReadBudget) -> Result<Self, PluginDatabaseError> {
        let sessions = Arc::new(Sessions::new(options, budget));
        let first = sessions.open().await?;
        sessions.keep(first);
        Ok(Self { sessions })
    }
}

/// Whether this login may do no more than READ ONLY contains.
///
/// # Errors
/// As [`PluginDatabase::open`].
pub async fn check_login(options: &ConnectOptions) -> Result<(), PluginDatabaseError> {
    let connection = connect(options).await.map_err(PluginDatabaseError::Connection)?;
    privileges::check(&connection.client).await
}

impl ReadDatabase for PluginDatabase {
    fn query<'a>(&'a self, sql: &'a str, params: &'a [Value]) -> BoxFuture<'a, Result<Box<dyn Rows>, QueryError>> {
        Box::pin(async move {
            let query = Query::read(sql, params)?;
            let rows = rows::open(self.sessions.clone(), query).await?;
            Ok(Box::new(rows) as Box<dyn Rows>)
        })
    }

    fn split(&self, sql: &str) -> Result<Vec<String>, QueryError> {
        split(sql)
    }
}

/// The statements of an SQL text, for a plugin: needs no connection.
///
/// # Errors
/// [`QueryError::Database`] with a syntax error where the text does not end well.
pub fn split(sql: &str) -> Result<Vec<String>, QueryError> {
    match confiture_sql::split::split(sql) {
        Ok(statements) => Ok(statements.iter().map(|statement| statement.text.to_owned()).collect()),
        Err(error) => {
            let before = sql.get(..error.offset).map_or(0, |text| text.chars().count());
            Err(QueryError::Database(DbError {
                sqlstate: "42601".to_owned(),
                message: error.message,
                detail: None,
                hint: Some(error.help),
                position: u32::try_from(before + 1).ok(),
                context: None,
            }))
        }
    }
}
