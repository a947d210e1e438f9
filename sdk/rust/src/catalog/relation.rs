//! A table or view with what belongs to it.

use crate::object::SourceSpan;
use serde::Deserialize;

/// `pg_class.relpersistence`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Persistence {
    Permanent,
    Unlogged,
    Temporary,
}

/// `pg_class.relkind`, with partitions told apart from tables of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum RelationKind {
    Table,
    PartitionedTable,
    Partition,
    ForeignTable,
    View,
    MaterializedView,
    Other,
}

/// `pg_constraint.contype`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum ConstraintKind {
    PrimaryKey,
    Unique,
    ForeignKey,
    Check,
    Exclusion,
    NotNull,
    Other,
}

/// A column, in the order of its table.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[allow(missing_docs)]
pub struct Column {
    pub name: String,
    /// As PostgreSQL prints it, with its modifier: `character varying(50)`.
    pub type_name: String,
    pub nullable: bool,
    #[serde(default)]
    pub default_expression: Option<String>,
    #[serde(default)]
    pub identity: bool,
    #[serde(default)]
    pub generated: bool,
    #[serde(default)]
    pub comment: Option<String>,
    /// What later versions add, as a JSON object.
    #[serde(default)]
    pub extra: Option<String>,
}

/// The other end of a foreign key.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[allow(missing_docs)]
pub struct ForeignKeyTarget {
    pub schema: String,
    pub table: String,
    pub columns: Vec<String>,
    /// `NO ACTION`, `RESTRICT`, `CASCADE`, `SET NULL` or `SET DEFAULT`.
    pub on_delete: String,
    pub on_update: String,
}

/// A constraint, in the order of its name.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[allow(missing_docs)]
pub struct Constraint {
    pub name: String,
    pub kind: ConstraintKind,
    pub columns: Vec<String>,
    /// As `pg_get_constraintdef` prints it.
    pub definition: String,
    pub validated: bool,
    pub deferrable: bool,
    #[serde(default)]
    pub references: Option<ForeignKeyTarget>,
    /// What later versions add, as a JSON object.
    #[serde(default)]
    pub extra: Option<String>,
}

/// An index, in the order of its name.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[allow(missing_docs)]
pub struct Index {
    pub name: String,
    /// Key columns in order; an expression stands as its text.
    pub keys: Vec<String>,
    /// One per key: operator class, collation and order where they are not the default, else empty.
    pub key_options: Vec<String>,
    #[serde(default)]
    pub nulls_not_distinct: bool,
    #[serde(default)]
    pub included: Vec<String>,
    /// `btree`, `gin`, ...
    pub method: String,
    pub unique: bool,
    pub primary: bool,
    pub valid: bool,
    #[serde(default)]
    pub predicate: Option<String>,
    /// As `pg_get_indexdef` prints it.
    pub definition: String,
    /// Bytes on disk; none where the schema is not live.
    #[serde(default)]
    pub bytes: Option<u64>,
    /// Scans since statistics were last reset; none where the schema is not live.
    #[serde(default)]
    pub scans: Option<u64>,
    /// What later versions add, as a JSON object.
    #[serde(default)]
    pub extra: Option<String>,
}

/// A row security policy.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[allow(missing_docs)]
pub struct Policy {
    pub name: String,
    /// `ALL`, `SELECT`, `INSERT`, `UPDATE` or `DELETE`.
    pub command: String,
    pub permissive: bool,
    /// Role names; `public` for everyone.
    pub roles: Vec<String>,
    #[serde(default)]
    pub using_expression: Option<String>,
    #[serde(default)]
    pub check_expression: Option<String>,
    #[serde(default)]
    pub extra: Option<String>,
}

/// A table, view, materialized view or foreign table.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[allow(missing_docs)]
pub struct Relation {
    pub schema: String,
    pub name: String,
    pub kind: RelationKind,
    pub persistence: Persistence,
    pub owner: String,
    #[serde(default)]
    pub comment: Option<String>,
    #[serde(default)]
    pub columns: Vec<Column>,
    #[serde(default)]
    pub constraints: Vec<Constraint>,
    #[serde(default)]
    pub indexes: Vec<Index>,
    /// For views: what it selects from, schema-qualified.
    #[serde(default)]
    pub depends_on: Vec<String>,
    /// For views: the query, as `pg_get_viewdef` prints it.
    #[serde(default)]
    pub definition: Option<String>,
    #[serde(default)]
    pub row_security: bool,
    #[serde(default)]
    pub row_security_forced: bool,
    #[serde(default)]
    pub policies: Vec<Policy>,
    /// `reloptions`: `fillfactor=70`, `security_invoker=true`.
    #[serde(default)]
    pub settings: Vec<String>,
    /// PostgreSQL's estimate; none where it was never analysed or the schema is not live.
    #[serde(default)]
    pub estimated_rows: Option<u64>,
    /// With its indexes and TOAST; none where the schema is not live.
    #[serde(default)]
    pub bytes: Option<u64>,
    #[serde(default)]
    pub sequential_scans: Option<u64>,
    #[serde(default)]
    pub index_scans: Option<u64>,
    #[serde(default)]
    pub rows_inserted: Option<u64>,
    #[serde(default)]
    pub rows_updated: Option<u64>,
    #[serde(default)]
    pub rows_deleted: Option<u64>,
    /// For a partition: its parent, schema-qualified.
    #[serde(default)]
    pub partition_of: Option<String>,
    #[serde(default)]
    pub source: Option<SourceSpan>,
    /// What later versions add, as a JSON object.
    #[serde(default)]
    pub extra: Option<String>,
}

impl Relation {
    /// Whether it holds rows of its own or of its partitions: a table, a partitioned table or a partition.
    pub fn is_table(&self) -> bool {
        matches!(self.kind, RelationKind::Table | RelationKind::PartitionedTable | RelationKind::Partition)
    }

    /// A column by its name. Reads [`crate::Parts::COLUMNS`].
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The primary key. Reads [`crate::Parts::CONSTRAINTS`].
    pub fn primary_key(&self) -> Option<&Constraint> {
        self.constraints.iter().find(|constraint| constraint.kind == ConstraintKind::PrimaryKey)
    }

    /// The foreign keys. Reads [`crate::Parts::CONSTRAINTS`].
    pub fn foreign_keys(&self) -> impl Iterator<Item = &Constraint> {
        self.constraints.iter().filter(|constraint| constraint.kind == ConstraintKind::ForeignKey)
    }

    /// Its name as SQL text, quoted where PostgreSQL needs it, and always with its schema.
    pub fn sql_name(&self) -> String {
        crate::sql::qualified(&self.schema, &self.name)
    }
}
