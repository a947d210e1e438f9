//! A schema as data: the same records whether they were read from a live database, from files built in a scratch
//! database, or from a stored snapshot. The records mirror `wit/v0.1/catalog.wit`.

use crate::object::SourceSpan;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ops::{BitOr, BitOrAssign};

/// The version of the stored form of [`Snapshot`]. A reader refuses a newer one.
pub const SNAPSHOT_VERSION: u32 = 1;

/// The parts of a relation that somebody reads; what is left out arrives empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
#[allow(missing_docs)]
pub struct Parts {
    pub columns: bool,
    pub constraints: bool,
    pub indexes: bool,
    pub policies: bool,
    pub definition: bool,
}

impl Parts {
    /// Everything.
    pub const ALL: Self = Self { columns: true, constraints: true, indexes: true, policies: true, definition: true };
    /// Only the relations themselves.
    pub const NONE: Self =
        Self { columns: false, constraints: false, indexes: false, policies: false, definition: false };
}

impl BitOr for Parts {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self {
            columns: self.columns || other.columns,
            constraints: self.constraints || other.constraints,
            indexes: self.indexes || other.indexes,
            policies: self.policies || other.policies,
            definition: self.definition || other.definition,
        }
    }
}

impl BitOrAssign for Parts {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}

/// `pg_class.relpersistence`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Persistence {
    Permanent,
    Unlogged,
    Temporary,
}

/// `pg_class.relkind`, with partitions told apart from tables of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Column {
    pub name: String,
    /// As PostgreSQL prints it, with its modifier: `character varying(50)`.
    pub type_name: String,
    pub nullable: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_expression: Option<String>,
    #[serde(default)]
    pub identity: bool,
    #[serde(default)]
    pub generated: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Where it was created; the host's own, plugins do not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceSpan>,
    /// What later versions add, as a JSON object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<String>,
}

/// The other end of a foreign key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Constraint {
    pub name: String,
    pub kind: ConstraintKind,
    pub columns: Vec<String>,
    /// As `pg_get_constraintdef` prints it.
    pub definition: String,
    pub validated: bool,
    pub deferrable: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub references: Option<ForeignKeyTarget>,
    /// Where it was created; the host's own, plugins do not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceSpan>,
    /// What later versions add, as a JSON object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<String>,
}

/// An index, in the order of its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicate: Option<String>,
    /// As `pg_get_indexdef` prints it.
    pub definition: String,
    /// Bytes on disk; none where the schema is not live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Scans since statistics were last reset; none where the schema is not live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scans: Option<u64>,
    /// Where it was created; the host's own, plugins do not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceSpan>,
    /// What later versions add, as a JSON object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<String>,
}

/// An installed extension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Extension {
    pub name: String,
    pub schema: String,
    pub version: String,
}

/// A row security policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Policy {
    pub name: String,
    /// `ALL`, `SELECT`, `INSERT`, `UPDATE` or `DELETE`.
    pub command: String,
    pub permissive: bool,
    /// Role names; `public` for everyone.
    pub roles: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub using_expression: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_expression: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<String>,
}

/// A table, view, materialized view or foreign table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Relation {
    pub schema: String,
    pub name: String,
    pub kind: RelationKind,
    pub persistence: Persistence,
    pub owner: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_rows: Option<u64>,
    /// With its indexes and TOAST; none where the schema is not live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequential_scans: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index_scans: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_inserted: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_updated: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_deleted: Option<u64>,
    /// For a partition: its parent, schema-qualified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition_of: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceSpan>,
    /// What later versions add, as a JSON object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<String>,
}

/// A function, procedure, aggregate or window function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Routine {
    pub schema: String,
    pub name: String,
    /// `function`, `procedure`, `aggregate` or `window`.
    pub kind: String,
    /// As `pg_get_function_identity_arguments` prints them.
    pub arguments: String,
    pub language: String,
    /// `immutable`, `stable` or `volatile`.
    pub volatility: String,
    pub security_definer: bool,
    /// `proconfig`: `search_path=pg_catalog`.
    #[serde(default)]
    pub settings: Vec<String>,
    pub owner: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    pub definition: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceSpan>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<String>,
}

/// An enum, domain, composite or range type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs)]
pub struct TypeDefinition {
    pub schema: String,
    pub name: String,
    /// `enum`, `domain`, `composite` or `range`.
    pub kind: String,
    /// For an enum, in order.
    #[serde(default)]
    pub labels: Vec<String>,
    /// For a domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_type: Option<String>,
    /// For a domain: its constraints, as PostgreSQL prints them.
    #[serde(default)]
    pub checks: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceSpan>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<String>,
}

/// A sequence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Sequence {
    pub schema: String,
    pub name: String,
    pub type_name: String,
    /// `schema.table.column`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owned_by: Option<String>,
    pub identity: bool,
    pub cycles: bool,
    /// From 0 to 1: how far it has come; none where the schema is not live or the value may not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_fraction: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<String>,
}

/// A trigger that a user made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Trigger {
    pub schema: String,
    pub table: String,
    pub name: String,
    pub row_level: bool,
    pub enabled: bool,
    /// `schema.function`.
    pub function: String,
    pub definition: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<String>,
}

/// A whole schema, in a stable order: relations, routines, types, sequences and triggers by schema, then by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Snapshot {
    /// [`SNAPSHOT_VERSION`] of the writer.
    pub snapshot_version: u32,
    /// `server_version_num`: 150018 for 15.18.
    pub server_version: u32,
    /// Whether row counts, sizes and scans come from a database in use.
    pub live: bool,
    /// When statistics were last reset, ISO 8601.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statistics_since: Option<String>,
    /// Tables, views, materialized views and foreign tables.
    pub relations: Vec<Relation>,
    /// Functions and procedures.
    #[serde(default)]
    pub routines: Vec<Routine>,
    /// Enums, domains, composite and range types.
    #[serde(default)]
    pub type_definitions: Vec<TypeDefinition>,
    /// Sequences.
    #[serde(default)]
    pub sequences: Vec<Sequence>,
    /// Triggers that users made.
    #[serde(default)]
    pub triggers: Vec<Trigger>,
    /// Installed extensions.
    #[serde(default)]
    pub extensions: Vec<Extension>,
}

impl Snapshot {
    /// A snapshot of nothing.
    pub fn empty(server_version: u32) -> Self {
        Self {
            snapshot_version: SNAPSHOT_VERSION,
            server_version,
            live: false,
            statistics_since: None,
            relations: Vec::new(),
            routines: Vec::new(),
            type_definitions: Vec::new(),
            sequences: Vec::new(),
            triggers: Vec::new(),
            extensions: Vec::new(),
        }
    }

    /// A relation by its name.
    pub fn relation(&self, schema: &str, name: &str) -> Option<&Relation> {
        self.relations
            .binary_search_by(|relation| (relation.schema.as_str(), relation.name.as_str()).cmp(&(schema, name)))
            .ok()
            .map(|index| &self.relations[index])
    }
}
