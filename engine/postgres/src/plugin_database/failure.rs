//! PostgreSQL's errors, with their SQLSTATE, on the way to a plugin.

use confiture_model::{
    database::{DbError, QueryError},
    session::SessionError,
};
use tokio_postgres::{Error, error::ErrorPosition};

/// An error of a statement that begins after `shift` characters of what was sent, and after `offset` of what the plugin
/// wrote.
pub(crate) fn of_statement(error: &Error, shift: u32, offset: u32) -> QueryError {
    let mut error = database(error);
    error.position = error.position.and_then(|at| at.checked_sub(shift)).filter(|at| *at > 0).map(|at| at + offset);
    query(error)
}

/// An error of a statement of our own.
pub(crate) fn of_ours(error: &Error) -> QueryError {
    let mut error = database(error);
    error.position = None;
    query(error)
}

/// An error of a session, as a plugin is told it.
pub(crate) fn of_session(error: SessionError) -> QueryError {
    query(match error {
        SessionError::Database(error) => error,
        SessionError::Connection(reason) => plain("08006", reason),
    })
}

/// `57014`: the statement was stopped, by its timeout or by us.
fn query(error: DbError) -> QueryError {
    match error.sqlstate.as_str() {
        "57014" | "25P03" | "25P04" => QueryError::TimedOut,
        _ => QueryError::Database(error),
    }
}

/// Any error as PostgreSQL would have reported it; `08006` where the connection broke, `22P02` where a parameter could
/// not be sent.
pub(crate) fn database(error: &Error) -> DbError {
    let Some(said) = error.as_db_error() else {
        let sqlstate = if error.is_closed() { "08006" } else { "08000" };
        return plain(sqlstate, format!("the connection to the database failed: {error}"));
    };
    DbError {
        sqlstate: said.code().code().to_owned(),
        message: said.message().to_owned(),
        detail: said.detail().map(str::to_owned),
        hint: said.hint().map(str::to_owned),
        position: match said.position() {
            Some(ErrorPosition::Original(at)) => Some(*at),
            Some(ErrorPosition::Internal { .. }) | None => None,
        },
        context: said.where_().map(str::to_owned),
    }
}

/// An error that we report in PostgreSQL's form.
pub(crate) fn plain(sqlstate: &str, message: impl Into<String>) -> DbError {
    DbError {
        sqlstate: sqlstate.to_owned(),
        message: message.into(),
        detail: None,
        hint: None,
        position: None,
        context: None,
    }
}
