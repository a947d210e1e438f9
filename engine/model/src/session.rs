//! A connection on which a workflow runs the user's own SQL, and reads what became of it.

use crate::{
    BoxFuture,
    database::DbError,
    object::ObjectRef,
    schema::{Parts, Snapshot},
};

/// Why a session could not do what it was asked.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SessionError {
    /// PostgreSQL said no.
    #[error("{0}")]
    Database(DbError),
    /// The server could not be reached, refused us, or is not one that we support: what was tried, why it failed, what
    /// to do. Never holds a password.
    #[error("{0}")]
    Connection(String),
}

/// One statement that ran, and an object that it created or altered, as PostgreSQL reported it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// The object by the name that it has now; a table for a statement that altered one of its columns.
    pub object: ObjectRef,
    /// Which [`Session::execute`] or [`Session::copy_in`] call it was, counted from 0.
    pub statement: usize,
}

/// A connection to one database.
pub trait Session: Send {
    /// Runs one statement as the user wrote it. Rows that it returns are thrown away.
    ///
    /// # Errors
    /// What PostgreSQL said, its position counted in `sql`.
    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<(), SessionError>>;
    /// Runs `COPY ... FROM stdin` with its data, as a dump holds them.
    ///
    /// # Errors
    /// As [`Session::execute`].
    fn copy_in<'a>(&'a mut self, sql: &'a str, data: &'a str) -> BoxFuture<'a, Result<(), SessionError>>;
    /// Reads the schema as it is now.
    ///
    /// # Errors
    /// As [`Session::execute`].
    fn snapshot<'a>(&'a mut self, parts: Parts) -> BoxFuture<'a, Result<Snapshot, SessionError>>;
    /// Which statement made or altered what, where the session was asked to watch (a scratch database).
    ///
    /// # Errors
    /// As [`Session::execute`].
    fn touched<'a>(&'a mut self) -> BoxFuture<'a, Result<Vec<Touched>, SessionError>>;
}
