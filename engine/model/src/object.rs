//! Names of database objects, and places in source files.

use crate::schema::RelationKind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What kind of database object a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum ObjectKind {
    Schema,
    Table,
    Partition,
    View,
    MaterializedView,
    Column,
    Index,
    Constraint,
    Sequence,
    Function,
    Procedure,
    Trigger,
    Type,
    Domain,
    Policy,
    Extension,
    ForeignTable,
    /// None of these: the message says what.
    Other,
}

impl From<RelationKind> for ObjectKind {
    fn from(kind: RelationKind) -> Self {
        match kind {
            RelationKind::Table | RelationKind::PartitionedTable => Self::Table,
            RelationKind::Partition => Self::Partition,
            RelationKind::ForeignTable => Self::ForeignTable,
            RelationKind::View => Self::View,
            RelationKind::MaterializedView => Self::MaterializedView,
            RelationKind::Other => Self::Other,
        }
    }
}

impl ObjectKind {
    /// The word that people use for it: `materialized view`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Table => "table",
            Self::Partition => "partition",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::Column => "column",
            Self::Index => "index",
            Self::Constraint => "constraint",
            Self::Sequence => "sequence",
            Self::Function => "function",
            Self::Procedure => "procedure",
            Self::Trigger => "trigger",
            Self::Type => "type",
            Self::Domain => "domain",
            Self::Policy => "policy",
            Self::Extension => "extension",
            Self::ForeignTable => "foreign table",
            Self::Other => "object",
        }
    }
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A database object, by name. `parent` is the table of a column, index, constraint, trigger or policy.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct ObjectRef {
    /// What it is.
    pub kind: ObjectKind,
    /// The schema it lives in; none for schemas and extensions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The table of a column, index, constraint, trigger or policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Its own name, unquoted.
    pub name: String,
}

impl ObjectRef {
    /// An object that lives directly in a schema.
    pub fn in_schema(kind: ObjectKind, schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self { kind, schema: Some(schema.into()), parent: None, name: name.into() }
    }

    /// An object that belongs to a table.
    pub fn of_table(
        kind: ObjectKind,
        schema: impl Into<String>,
        table: impl Into<String>,
        name: impl Into<String>,
    ) -> Self {
        Self { kind, schema: Some(schema.into()), parent: Some(table.into()), name: name.into() }
    }

    /// The relation that this object is, or belongs to: its schema and name.
    pub fn relation(&self) -> Option<(&str, &str)> {
        let schema = self.schema.as_deref()?;
        Some((schema, self.parent.as_deref().unwrap_or(&self.name)))
    }
}

/// `schema.table.column`, unquoted: for people, not for SQL.
impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in [&self.schema, &self.parent].into_iter().flatten() {
            write!(f, "{part}.")?;
        }
        f.write_str(&self.name)
    }
}

/// A place in a source file that the user wrote. Lines and columns count from 1, in characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs)]
pub struct SourceSpan {
    /// As the user would write it: relative to the project where it lies inside.
    pub file: String,
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
}

impl fmt::Display for SourceSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}
