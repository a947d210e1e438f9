//! What a statement, or a step of a hook, was seen to do inside the transaction that it ran in.
//!
//! All of it is measured: locks are those of `pg_locks`, rewrites are changed file nodes, rows are counted by the
//! transaction's own statistics. Nothing here is concluded from the text of a statement.

mod lock;
mod watch;

pub use lock::{ApplicationStatement, LockMode};
pub use watch::{Sample, SampledRow, Watch};

use crate::object::ObjectRef;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was seen since the last time that somebody looked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Observation {
    /// Locks on relations that were not held before; of several on one relation, those for which somebody has to wait who
    /// does not wait for another.
    pub locks: Vec<LockTaken>,
    /// Rows that changed.
    pub rows: Vec<RowChanges>,
    /// Tables that were read from one end to the other.
    pub scans: Vec<Scan>,
    /// Relations that got a new file: they were written anew, or emptied.
    pub rewrites: Vec<Rewrite>,
    /// Relations, indexes and constraints that were made.
    pub made: Vec<Made>,
    /// Relations, indexes and constraints that were dropped.
    pub dropped: Vec<ObjectRef>,
    /// Indexes and constraints that were dropped and made again under their name, as a change of a column's type does.
    pub rebuilt: Vec<Made>,
    /// Constraints that were there and that all rows were now found to keep.
    pub validated: Vec<ObjectRef>,
    /// What was there before of each table named above: what an estimate for another database rests on.
    pub tables: Vec<TableFacts>,
}

impl Observation {
    /// Whether nothing was seen.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A lock that is held until the transaction ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct LockTaken {
    /// On what: a table, partition, view, sequence or index. A TOAST table is `schema.table.toast`.
    pub relation: ObjectRef,
    /// How.
    pub mode: LockMode,
    /// Whether the relation was made in the same transaction, or is temporary: nobody else can wait for it.
    pub own: bool,
}

/// Rows that changed in one table, by the transaction's own statistics (`pg_stat_get_xact_tuples_*`): what triggers, foreign
/// keys and functions changed counts as well. A partition counts by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RowChanges {
    /// The table or partition.
    pub table: ObjectRef,
    /// Rows inserted.
    pub inserted: u64,
    /// Rows updated.
    pub updated: u64,
    /// Rows deleted; a TRUNCATE is a [`Rewrite`] instead, for PostgreSQL does not count what it removes.
    pub deleted: u64,
}

/// A table that was read from one end to the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Scan {
    /// The table or partition.
    pub table: ObjectRef,
    /// How often a sequential scan began.
    pub scans: u64,
    /// Rows that these scans read. Those read by parallel workers are missing: PostgreSQL counts them elsewhere.
    pub rows: u64,
    /// Whether the table was made in the same transaction.
    pub own: bool,
}

/// A relation that got a new file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rewrite {
    /// The table, partition, materialized view or index.
    pub relation: ObjectRef,
    /// Bytes before; none where they could not be read.
    pub bytes_before: Option<u64>,
    /// Bytes after.
    pub bytes_after: u64,
    /// Whether it was emptied: there was something before, and nothing after.
    pub emptied: bool,
}

/// A relation, index or constraint that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Made {
    /// What.
    pub object: ObjectRef,
    /// Its bytes; none for what takes no room.
    pub bytes: Option<u64>,
    /// For a constraint: its kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constraint: Option<crate::schema::ConstraintKind>,
    /// For a constraint: whether all rows were found to keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validated: Option<bool>,
}

/// A table as it was before the rehearsal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TableFacts {
    /// The table or partition.
    pub table: ObjectRef,
    /// PostgreSQL's estimate of its rows; none where it was never analysed.
    pub rows: Option<u64>,
    /// Bytes without indexes and TOAST; none where they could not be read.
    pub bytes: Option<u64>,
    /// Bytes of its indexes.
    pub index_bytes: Option<u64>,
}

/// A constraint that rows were found to violate: SQLSTATE class 23.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Violation {
    /// What kind of violation it is.
    pub sqlstate: String,
    /// The table.
    pub table: Option<ObjectRef>,
    /// The constraint's name; none for a column's NOT NULL.
    pub constraint: Option<String>,
    /// The columns of the key, or the column: names, never values.
    pub columns: Vec<String>,
}

/// A sequence that a rollback does not move back ("Sequence Manipulation Functions" in PostgreSQL's manual).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SequenceMoved {
    /// Which.
    pub sequence: ObjectRef,
    /// Its last value before; none where it had not been used, or may not be read.
    pub before: Option<i64>,
    /// Its last value now.
    pub after: Option<i64>,
}
