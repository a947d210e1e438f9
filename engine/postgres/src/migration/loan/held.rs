//! Rows that are here already.

use super::ended;
use confiture_model::{
    BoxFuture,
    database::{ColumnMeta, QueryError, Rows, Value},
};
use tokio::sync::watch;

/// The rows of one statement, as long as the loan lasts.
pub(super) struct Held {
    columns: Vec<ColumnMeta>,
    rows: std::vec::IntoIter<Vec<Value>>,
    closed: watch::Receiver<bool>,
}

impl Held {
    pub fn new(columns: Vec<ColumnMeta>, rows: Vec<Vec<Value>>, closed: watch::Receiver<bool>) -> Self {
        Self { columns, rows: rows.into_iter(), closed }
    }
}

impl Rows for Held {
    fn columns(&self) -> &[ColumnMeta] {
        &self.columns
    }

    fn next<'a>(&'a mut self, max: u32) -> BoxFuture<'a, Result<Vec<Vec<Value>>, QueryError>> {
        Box::pin(async move {
            if *self.closed.borrow() {
                self.rows = Vec::new().into_iter();
                return Err(ended());
            }
            Ok(self.rows.by_ref().take(usize::try_from(max).unwrap_or(usize::MAX)).collect())
        })
    }
}
