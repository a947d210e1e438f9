//! Reading a few rows, to see what masking makes of them.

use crate::{BoxFuture, mask::Column, session::SessionError};

/// A database that is read in text form, for samples, and for asking whether masked values keep a constraint.
pub trait TextQueries: Send {
    /// The columns of what one query returns, in PostgreSQL's text form: UTC, ISO dates, hex bytea, all digits of floats.
    /// The query runs in a READ ONLY transaction of its own, without row security, so that hidden rows are an error. Neither
    /// the query nor what it returns goes into any log of ours.
    ///
    /// # Errors
    /// What PostgreSQL said; its text may hold values and is not to be shown.
    fn read<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<Vec<Column>, SessionError>>;
}
