//! What one environment's database is like, in numbers: the sizes of its tables, how fast it is, and how long statements
//! took there. Holds names and numbers, no data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The version of the stored form of [`Facts`]. A reader refuses a newer one.
pub const FACTS_VERSION: u32 = 1;

/// A database, in numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// [`FACTS_VERSION`].
    pub schema_version: u32,
    /// The environment that they are of, as the project calls it; empty where the user named none.
    pub environment: String,
    /// When they were taken, RFC 3339, by the server's clock.
    pub taken_at: String,
    /// Which server: PostgreSQL's system identifier; empty where the role may not see it.
    pub server: String,
    /// `server_version_num`: 150018.
    pub server_version: u32,
    /// The tables, by schema and name.
    pub tables: Vec<TableFacts>,
    /// How long the server took for one and the same piece of arithmetic, in milliseconds, several times over: what its
    /// processor is worth. Reads no table.
    pub speed_ms: Vec<f64>,
    /// Statements of migrations that ran there.
    pub runs: Vec<RecordedStatement>,
}

/// A table, in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TableFacts {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Rows, as the statistics of the server have them; none where it was never analyzed.
    pub rows: Option<u64>,
    /// Bytes of the table with its TOAST table, without indexes.
    pub bytes: u64,
    /// Bytes of its indexes.
    pub index_bytes: u64,
}

/// What a statement mostly did: its time grows with that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WorkKind {
    /// It changed the catalog alone.
    Catalog,
    /// It read a table from end to end.
    Scan,
    /// It wrote a table and its indexes anew.
    Rewrite,
    /// It built an index.
    IndexBuild,
    /// It inserted, updated or deleted rows.
    Rows,
}

/// How long one statement took, on how much.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatementTiming {
    /// SHA-256 of the statement's text: the same statement elsewhere.
    pub statement: String,
    /// What it mostly did.
    pub work: WorkKind,
    /// The schema of the table that it did it to; empty for [`WorkKind::Catalog`].
    pub schema: String,
    /// That table.
    pub table: String,
    /// Rows of that table then.
    pub rows: u64,
    /// Bytes of that table then, without indexes.
    pub bytes: u64,
    /// Seconds.
    pub seconds: f64,
}

/// A statement that a migration ran, as the ledger remembers it: one that took long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordedStatement {
    /// SHA-256 of the statement's text.
    pub statement: String,
    /// Seconds.
    pub seconds: f64,
    /// The tables that its migration locked, as they were when it was done.
    pub tables: Vec<TableFacts>,
}
