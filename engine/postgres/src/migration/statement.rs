//! The user's statements, as they were written.

use super::{cancel::Answer, link::Link};
use crate::session::{
    copy::{self, Direction},
    error::nul_byte,
    session_error,
};
use confiture_model::session::SessionError;
use confiture_sql::lexer::Lexer;
use tokio_postgres::{Error, SimpleQueryMessage};

/// Runs one statement and answers how many rows it changed. Dropping the future cancels it on the server.
pub(super) async fn execute(link: &Link, sql: &str) -> Result<u64, SessionError> {
    run(link, sql, None).await
}

/// Runs `COPY ... FROM stdin` with its data, as [`execute`].
pub(super) async fn copy_in(link: &Link, sql: &str, data: &str) -> Result<u64, SessionError> {
    run(link, sql, Some(data)).await
}

async fn run(link: &Link, sql: &str, data: Option<&str>) -> Result<u64, SessionError> {
    if sql.contains('\0') {
        return Err(nul_byte());
    }
    let direction = if data.is_some() { Some(Direction::In) } else { copy::direction(sql) };
    match direction {
        Some(direction) => copy(link, direction, sql, data.unwrap_or_default()).await,
        None => simple(link, sql).await.map_err(|error| failed(link, &error)),
    }
}

fn failed(link: &Link, error: &Error) -> SessionError {
    link.note_error(error);
    session_error(error)
}

/// `COPY` goes by the extended protocol, and after one that failed or was given up the driver may take one answer for
/// another: the connection is not used again.
async fn copy(link: &Link, direction: Direction, sql: &str, data: &str) -> Result<u64, SessionError> {
    link.give_up();
    let result = match direction {
        Direction::In => copy::copy_in(&link.client, sql, data).await.map_err(|failure| failed(link, failure.error())),
        Direction::Out => copy::discard(&link.client, sql).await.map(|()| 0).map_err(|error| failed(link, &error)),
    };
    if result.is_ok() {
        link.keep();
    }
    result
}

/// By the simple protocol, in which PostgreSQL takes any statement as it is written; each row is dropped on arrival.
///
/// The number that PostgreSQL answers a query with is that of the rows it returned. Of a statement that both changes and
/// returns rows it is the same number.
async fn simple(link: &Link, sql: &str) -> Result<u64, Error> {
    let mut answer = Answer::new(link, link.client.simple_query_raw(sql).await?);
    let (mut changed, mut returns) = (0, false);
    while let Some(message) = answer.next().await {
        match message? {
            SimpleQueryMessage::RowDescription(_) => returns = true,
            SimpleQueryMessage::CommandComplete(_) if returns && !changes_rows(sql) => returns = false,
            SimpleQueryMessage::CommandComplete(rows) => (changed, returns) = (changed + rows, false),
            _ => {}
        }
    }
    Ok(changed)
}

/// Whether a statement that returns rows is one that changes them, by its first word.
fn changes_rows(sql: &str) -> bool {
    let first = Lexer::new(sql).next_significant().ok().flatten();
    first.is_some_and(|word| ["insert", "update", "delete", "merge"].iter().any(|verb| word.is_word(sql, verb)))
}
