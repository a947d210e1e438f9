//! One end of a run: what a plan needs to know of a database besides its schema.

use super::Name;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A database, as the login that is used sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndFacts {
    /// The database's own name, and where it is: for people.
    pub place: String,
    /// The login's role.
    pub user: String,
    /// `server_version_num`.
    pub server_version: u32,
    /// What tells this database from every other one.
    pub identity: Identity,
    /// Why nothing can be written to it, where that is so: it is a standby, or its transactions are read-only.
    pub read_only: Option<String>,
    /// The encoding that it stores texts in: `UTF8`.
    pub encoding: String,
    /// Its tables, partitions and materialized views.
    pub tables: BTreeMap<Name, TableFacts>,
    /// How many large objects it has.
    pub large_objects: u64,
}

/// What tells a database from every other one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// `system_identifier` of `pg_control_system()`; none where the login may not ask.
    pub system: Option<String>,
    /// When the server was started, to the microsecond.
    pub started: String,
    /// The database's object identifier.
    pub database: u32,
    /// The database's name.
    pub name: String,
}

impl Identity {
    /// Whether both are the same database. A physical copy of a cluster counts as the same: a standby is one.
    pub fn is_same(&self, other: &Self) -> bool {
        let server = match (&self.system, &other.system) {
            (Some(one), Some(other)) => one == other,
            _ => self.started == other.started && self.name == other.name,
        };
        server && self.database == other.database
    }
}

/// What the login may do with a table, and what there is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableFacts {
    /// Whether every column may be read.
    pub readable: bool,
    /// Whether row security would hide rows from the login.
    pub hides_rows: bool,
    /// Whether rows may be inserted.
    pub insertable: bool,
    /// Whether it may be truncated.
    pub truncatable: bool,
    /// Whether the login owns it, or is a member of the role that does.
    pub owned: bool,
    /// Whether there are rows in it; asked of the target alone, and none where it may not be read.
    pub holds_rows: Option<bool>,
    /// What it takes on disk without indexes, in bytes.
    pub bytes: u64,
    /// Columns that are GENERATED ALWAYS AS IDENTITY.
    pub identity_always: Vec<String>,
    /// Whether other tables inherit from it, or it from others, other than as partitions.
    pub inherits: bool,
}

/// What may be left of a source's values in a masked column, and what may become of nulls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MaskedRule {
    /// The column's place among [`super::TablePlan::columns`].
    pub column: usize,
    /// Whether it is an array: its elements are looked at.
    pub array: bool,
    /// What may be left.
    pub survivors: Survivors,
    /// Whether the strategy makes nulls of some values, or of all.
    pub makes_nulls: bool,
    /// Whether equal values become equal ones, so that a coincidence is that of all rows with the value.
    pub deterministic: bool,
}

/// What may be left of a source's values in a masked column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Survivors {
    /// No value of the source, in any row.
    None,
    /// As many cells with their own source's value as chance leaves: names of a short list, numbers of a range.
    Chance,
    /// The strategy keeps values on purpose.
    Kept,
}
