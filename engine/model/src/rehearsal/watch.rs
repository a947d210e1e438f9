//! Looking at a transaction from inside.

use super::{Observation, SequenceMoved, Violation};
use crate::{BoxFuture, database::DbError, object::ObjectRef, session::SessionError};

/// A migration's connection that tells what is done on it. It makes no object of its own in the database.
///
/// In order: [`Watch::check`], [`Watch::start`], the transaction with an [`Watch::observe`] behind each statement, its
/// rollback, [`Watch::left_behind`].
pub trait Watch: Send {
    /// Refuses what no run can work on, as `prepare` of the connection does, and makes nothing: a database without a ledger
    /// stays without one.
    fn check<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>>;
    /// Notes what is there, before the transaction begins.
    fn start<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>>;
    /// What was done on this connection since the last call, or since the transaction began: one round trip.
    fn observe<'a>(&'a mut self) -> BoxFuture<'a, Result<Observation, SessionError>>;
    /// Checks what a commit would check, deferred constraints and constraint triggers, and lets them be deferred again.
    fn check_deferred<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>>;
    /// The constraint that rows violate, for an error of class 23 of the statement that failed last. To be asked after the
    /// rollback.
    fn violation<'a>(&'a mut self, error: &'a DbError) -> BoxFuture<'a, Result<Option<Violation>, SessionError>>;
    /// After the rollback: what it did not undo.
    fn left_behind<'a>(&'a mut self) -> BoxFuture<'a, Result<Vec<SequenceMoved>, SessionError>>;
    /// Some rows of a table that the open transaction wrote, as they are now.
    fn sample<'a>(&'a mut self, table: &'a ObjectRef, rows: u32) -> BoxFuture<'a, Result<Sample, SessionError>>;
    /// The same rows after the rollback, by their primary key: fills in what they were before.
    fn complete<'a>(&'a mut self, sample: &'a mut Sample) -> BoxFuture<'a, Result<(), SessionError>>;
}

/// Some rows of a table before and after, for the user's own terminal and nothing else: it cannot be serialized.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The table.
    pub table: ObjectRef,
    /// The columns of its primary key; empty where it has none, and then rows before are not to be found.
    pub key: Vec<String>,
    /// The columns before, in order; empty where the table is new.
    pub columns_before: Vec<String>,
    /// The columns after, in order.
    pub columns_after: Vec<String>,
    /// The rows.
    pub rows: Vec<SampledRow>,
}

/// One row before and after, in PostgreSQL's text form; none for NULL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SampledRow {
    /// None where there was no such row, or none that can be found.
    pub before: Option<Vec<Option<String>>>,
    /// As the migration leaves it.
    pub after: Vec<Option<String>>,
}
