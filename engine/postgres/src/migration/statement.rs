//! The user's statements, as they were written.

use super::{cancel::Cancelling, link::Link};
use crate::session::{
    copy::{self, Direction},
    error::nul_byte,
    session_error,
};
use confiture_model::session::SessionError;
use confiture_sql::lexer::Lexer;
use futures_util::TryStreamExt as _;
use std::pin::pin;
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
    let watch = Cancelling::start(link);
    let direction = if data.is_some() { Some(Direction::In) } else { copy::direction(sql) };
    let result = match direction {
        Some(Direction::In) => copy::copy_in(&link.client, sql, data.unwrap_or_default()).await,
        Some(Direction::Out) => copy::discard(&link.client, sql).await.map(|()| 0),
        None => simple(link, sql).await,
    };
    watch.done();
    result.map_err(|error| session_error(&error))
}

/// By the simple protocol, in which PostgreSQL takes any statement as it is written; each row is dropped on arrival.
///
/// The number that PostgreSQL answers a query with is that of the rows it returned. Of a statement that both changes and
/// returns rows it is the same number.
async fn simple(link: &Link, sql: &str) -> Result<u64, Error> {
    let mut stream = pin!(link.client.simple_query_raw(sql).await?);
    let (mut changed, mut returns) = (0, false);
    while let Some(message) = stream.try_next().await? {
        match message {
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
