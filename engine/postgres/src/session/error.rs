//! What PostgreSQL and its driver report, in the words of the model.

use confiture_model::{database::DbError, session::SessionError};
use tokio_postgres::error::{ErrorPosition, Severity};

/// The error that PostgreSQL reported; none where it is the connection that failed.
///
/// The position counts characters of the statement as it was sent. Where a statement inside a function failed, its text
/// joins the context.
pub fn db_error(error: &tokio_postgres::Error) -> Option<DbError> {
    let error = error.as_db_error()?;
    let (position, inner) = match error.position() {
        Some(ErrorPosition::Original(position)) => (Some(*position), None),
        Some(ErrorPosition::Internal { query, .. }) => (None, Some(format!("in the query: {query}"))),
        None => (None, None),
    };
    let context = match (inner, error.where_()) {
        (Some(inner), Some(outer)) => Some(format!("{inner}\n{outer}")),
        (inner, outer) => inner.or(outer.map(str::to_owned)),
    };
    Some(DbError {
        sqlstate: error.code().code().to_owned(),
        message: error.message().to_owned(),
        detail: error.detail().map(str::to_owned),
        hint: error.hint().map(str::to_owned),
        position,
        context,
    })
}

/// The same for a [`SessionError`]. An error after which the server hangs up counts as a lost connection.
pub fn session_error(error: &tokio_postgres::Error) -> SessionError {
    let severity = error.as_db_error().and_then(tokio_postgres::error::DbError::parsed_severity);
    let fatal = matches!(severity, Some(Severity::Fatal | Severity::Panic));
    match db_error(error) {
        Some(error) if fatal => SessionError::Connection(format!("PostgreSQL ended the connection: {error}")),
        Some(error) => SessionError::Database(error),
        None => SessionError::Connection(format!("the connection to PostgreSQL failed: {error}")),
    }
}

/// Text with a NUL byte cannot even be sent.
pub(crate) fn nul_byte() -> SessionError {
    SessionError::Database(DbError {
        sqlstate: "22021".to_owned(),
        message: "the statement holds a NUL byte, which no SQL text may".to_owned(),
        detail: None,
        hint: None,
        position: None,
        context: None,
    })
}

/// See [`super::copy::Failure::Confused`].
pub(super) fn confused() -> SessionError {
    let why = "PostgreSQL refused a COPY on this connection, which cannot be used after that; open another";
    SessionError::Connection(why.to_owned())
}
