//! Sync: what is copied from one database to another, and what masks it on the way.
//!
//! The engine makes a [`Plan`] from two schemas and a resolved profile; it is plain data, written down in the target, so that
//! a worker on another machine copies by the same plan. Whoever copies asks [`TableMasks`] for the strategies of a table,
//! once for each stream of rows.

mod doubt;
mod end;

pub use doubt::{Answer, Doubt};
pub use end::{EndFacts, Identity, MaskedRule, Survivors, TableFacts};

use crate::{BoxFuture, fault::Fault, mask::Masking};
use serde::{Deserialize, Serialize};

/// Everything that a run does, decided before anything is touched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The form of this document.
    pub plan_version: u32,
    /// The run's name: 32 hexadecimal digits.
    pub run: String,
    /// The profile's name, and a digest of all that decides what it does: another digest is another run.
    pub profile: Option<ProfileMark>,
    /// Tables whose rows are copied, referenced ones before those that refer to them wherever that is possible.
    pub tables: Vec<TablePlan>,
    /// Sequences that are set to where the source's are.
    pub sequences: Vec<Name>,
    /// Materialized views that are filled afterwards, in the order of their dependencies.
    pub refresh: Vec<Name>,
    /// Foreign keys that no order of the tables satisfies: dropped, and made again and validated, in the transaction that
    /// makes the rows visible. Deferrable ones are deferred instead.
    pub cycles: Vec<ForeignKey>,
    /// Foreign keys that are NOT VALID in the target: dropped, and made again NOT VALID, as rows of the source may miss them.
    #[serde(default)]
    pub unchecked: Vec<ForeignKey>,
    /// Whether the rows that the target holds are replaced. Otherwise a table that holds any is refused.
    pub replace: bool,
    /// Whether triggers of the target fire for the rows that come in.
    pub fire_triggers: bool,
    /// Whether large objects are copied, with their numbers.
    pub large_objects: bool,
    /// How many streams copy at once on this machine. One copies straight into the tables in one transaction; with more,
    /// rows go to tables of the run's own first, where a run that died can go on.
    pub workers: u32,
}

/// The form of [`Plan`] that this program writes and reads.
pub const PLAN_VERSION: u32 = 1;

/// Which profile a run is bound to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileMark {
    /// Its name.
    pub name: String,
    /// SHA-256, in hexadecimal digits, of its rules as they were resolved; of secrets it holds digests that do not tell them.
    pub digest: String,
}

/// An object in a schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Name {
    /// The schema.
    pub schema: String,
    /// Its name in it.
    pub name: String,
}

/// `schema.table`, for people.
impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.schema, self.name)
    }
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKey {
    /// The referring table.
    pub table: Name,
    /// The constraint's name.
    pub name: String,
    /// As `pg_get_constraintdef` writes it.
    pub definition: String,
    /// Whether `SET CONSTRAINTS` can defer it.
    pub deferrable: bool,
}

/// A table whose rows are copied: an ordinary one or a leaf partition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TablePlan {
    /// The table, of the same name in both databases.
    pub table: Name,
    /// Columns that are copied, in the order of the source's table; generated ones are left out.
    pub columns: Vec<ColumnPlan>,
    /// An SQL condition on the source's rows, over the table's own columns; none for all of them. The table's alias is its
    /// bare name.
    pub condition: Option<String>,
    /// Whether the condition follows foreign keys: such a table is not split, for each part would ask all of it again.
    #[serde(default)]
    pub whole: bool,
    /// At most so many rows, those of the lowest primary keys; a table with a limit is not split.
    pub limit: Option<u64>,
    /// The columns of the primary key.
    pub primary_key: Vec<String>,
    /// How many rows the source has, as PostgreSQL estimates it.
    pub estimated_rows: Option<u64>,
    /// What the source's table takes on disk without indexes, in bytes.
    pub bytes: Option<u64>,
    /// Whether the profile masks any of its columns: then [`TableMasks::open`] is asked for it.
    pub masked: bool,
}

/// A column that is copied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnPlan {
    /// Its name.
    pub name: String,
    /// Its type as `format_type` writes it, the same in both databases.
    pub type_name: String,
    /// The type under a domain, with its modifiers; else the type itself.
    pub base_type: String,
    /// Whether the target has it as GENERATED ALWAYS AS IDENTITY: INSERT needs OVERRIDING SYSTEM VALUE.
    pub identity_always: bool,
    /// Whether the profile masks it.
    pub masked: bool,
}

/// Hands out the strategies of a plan's tables. Every stream opens its own.
pub trait TableMasks: Send + Sync {
    /// The masked columns of `tables[table]`, each behind those that it wants to see masked.
    ///
    /// # Errors
    /// A [`Fault`] of a plugin that could not open a strategy.
    fn open<'a>(&'a self, table: usize) -> BoxFuture<'a, Result<Vec<ColumnMask>, Fault>>;
}

/// A strategy at work on one column of a stream.
pub struct ColumnMask {
    /// The column's place among [`TablePlan::columns`].
    pub column: usize,
    /// Whether it is an array, whose elements are masked one by one.
    pub array: bool,
    /// The strategy.
    pub masking: Box<dyn Masking>,
    /// The other columns that it wants to see, in its order.
    pub context: Vec<ContextPlace>,
    /// How many rows it wants in a batch at least, where that matters to it: one that shuffles.
    pub batch_rows: Option<u32>,
}

/// A column that a strategy looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContextPlace {
    /// Its place among [`TablePlan::columns`].
    pub column: usize,
    /// Whether it is looked at after its own strategy, else as it came.
    pub masked: bool,
}

/// Is told how a run goes. It is called from several threads, often, and must not block.
pub trait Progress: Send + Sync {
    /// So many more rows and bytes of `tables[table]` have been sent to the target.
    fn copied(&self, table: usize, rows: u64, bytes: u64);
    /// All rows of `tables[table]` are there.
    fn table_done(&self, table: usize);
    /// A step that is not a table's: `making indexes`, `switching`.
    fn step(&self, what: &str);
}

/// What became of a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TableCopied {
    /// Rows that were copied, by this run and the ones that it continued.
    pub rows: u64,
    /// Bytes of COPY that went to the target.
    pub bytes: u64,
    /// The time that streams spent on it, in seconds; those of several add up.
    pub seconds: f64,
    /// For each masked column of [`TablePlan::columns`], in their order: cells that were masked, and how many of them came
    /// back as they were.
    pub masked_cells: Vec<MaskedCells>,
}

/// Cells of one masked column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaskedCells {
    /// Cells that were not null.
    pub cells: u64,
    /// Those whose masked value equals the source's.
    pub unchanged: u64,
}

/// How a check of the copy ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// What was checked: `rows`, `sum`, `nulls`, `survivors`, `foreign_key`.
    pub kind: CheckKind,
    /// The table.
    pub table: Name,
    /// The column or the constraint, where it is about one.
    pub subject: Option<String>,
    /// Whether it holds.
    pub holds: bool,
    /// What was found, in words and numbers, without a value.
    pub detail: String,
}

/// What a check compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    /// As many rows in the target as the plan selects in the source.
    Rows,
    /// The columns that nothing masks are the same, by a sum that both servers compute.
    Sum,
    /// As many nulls.
    Nulls,
    /// No value of the source is left in a masked column.
    Survivors,
    /// Every foreign key of the target finds its row.
    ForeignKey,
}
