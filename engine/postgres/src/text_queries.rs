//! Queries whose answers are wanted as text, for samples: in READ ONLY transactions, and without row security.

use crate::session::session_error;
use confiture_model::{
    BoxFuture,
    mask::{Column, ColumnBuilder},
    sampling::TextQueries,
    session::SessionError,
};
use tokio_postgres::{Client, SimpleQueryMessage};

/// What decides on PostgreSQL's text form, pinned, and what keeps a query to reading. With `row_security` off, a policy that
/// would hide rows is an error.
const BEGIN: &str = "
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL row_security = off; SET LOCAL search_path = pg_catalog;
SET LOCAL datestyle = 'ISO, MDY'; SET LOCAL intervalstyle = postgres; SET LOCAL timezone = 'UTC';
SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = hex; SET LOCAL xmloption = content;
SET LOCAL standard_conforming_strings = on; SET LOCAL client_encoding = 'UTF8'; SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s'";

/// A connection that answers in text.
#[derive(Debug)]
pub struct PgTextQueries<'a> {
    client: &'a Client,
}

impl<'a> PgTextQueries<'a> {
    /// On a connection that the caller made and whose other half it drives. It has to be in no transaction.
    pub fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// By the simple protocol, which answers in text alone.
    async fn answer(&self, sql: &str) -> Result<Vec<Column>, SessionError> {
        self.client.batch_execute(BEGIN).await.map_err(|error| session_error(&error))?;
        let answer = self.client.simple_query(sql).await;
        let ended = self.client.batch_execute("ROLLBACK").await;
        let messages = answer.map_err(|error| session_error(&error))?;
        ended.map_err(|error| session_error(&error))?;
        Ok(columns(&messages))
    }
}

fn columns(messages: &[SimpleQueryMessage]) -> Vec<Column> {
    let mut columns: Vec<ColumnBuilder> = Vec::new();
    for message in messages {
        match message {
            SimpleQueryMessage::RowDescription(described) => {
                columns = described.iter().map(|_| ColumnBuilder::default()).collect();
            }
            SimpleQueryMessage::Row(row) => {
                for (at, column) in columns.iter_mut().enumerate() {
                    column.push(row.try_get(at).ok().flatten());
                }
            }
            _ => {}
        }
    }
    columns.into_iter().map(ColumnBuilder::finish).collect()
}

impl TextQueries for PgTextQueries<'_> {
    fn read<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<Vec<Column>, SessionError>> {
        Box::pin(self.answer(sql))
    }
}
