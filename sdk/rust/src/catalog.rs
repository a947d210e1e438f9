//! A schema as data: the records that rules read. Their serde form is that of `confiture snapshot`.

mod relation;

pub use relation::{
    Column, Constraint, ConstraintKind, ForeignKeyTarget, Index, Persistence, Policy, Relation, RelationKind,
};

use crate::object::SourceSpan;
use serde::Deserialize;

/// The parts of a relation that a rule reads; what it leaves out arrives as an empty list or none.
///
/// ```
/// use confiture_sdk::Parts;
/// const READS: Parts = Parts::CONSTRAINTS.and(Parts::INDEXES);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct Parts {
    pub columns: bool,
    pub constraints: bool,
    pub indexes: bool,
    pub policies: bool,
    pub definition: bool,
}

impl Parts {
    /// Only the relation itself: name, kind, comment, sizes.
    pub const NONE: Self =
        Self { columns: false, constraints: false, indexes: false, policies: false, definition: false };
    /// Everything.
    pub const ALL: Self = Self { columns: true, constraints: true, indexes: true, policies: true, definition: true };
    /// Columns.
    pub const COLUMNS: Self = Self { columns: true, ..Self::NONE };
    /// Constraints.
    pub const CONSTRAINTS: Self = Self { constraints: true, ..Self::NONE };
    /// Indexes.
    pub const INDEXES: Self = Self { indexes: true, ..Self::NONE };
    /// Row security policies.
    pub const POLICIES: Self = Self { policies: true, ..Self::NONE };
    /// The queries of views.
    pub const DEFINITION: Self = Self { definition: true, ..Self::NONE };

    /// These parts and those.
    pub const fn and(self, other: Self) -> Self {
        Self {
            columns: self.columns || other.columns,
            constraints: self.constraints || other.constraints,
            indexes: self.indexes || other.indexes,
            policies: self.policies || other.policies,
            definition: self.definition || other.definition,
        }
    }
}

/// An installed extension.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[allow(missing_docs)]
pub struct Extension {
    pub name: String,
    pub schema: String,
    pub version: String,
}

/// A function, procedure, aggregate or window function.
#[derive(Clone, Debug, PartialEq, Deserialize)]
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
    #[serde(default)]
    pub comment: Option<String>,
    pub definition: String,
    #[serde(default)]
    pub source: Option<SourceSpan>,
    #[serde(default)]
    pub extra: Option<String>,
}

/// An enum, domain, composite or range type.
#[derive(Clone, Debug, PartialEq, Deserialize)]
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
    #[serde(default)]
    pub base_type: Option<String>,
    /// For a domain: its constraints, as PostgreSQL prints them.
    #[serde(default)]
    pub checks: Vec<String>,
    #[serde(default)]
    pub comment: Option<String>,
    #[serde(default)]
    pub source: Option<SourceSpan>,
    #[serde(default)]
    pub extra: Option<String>,
}

/// A sequence.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[allow(missing_docs)]
pub struct Sequence {
    pub schema: String,
    pub name: String,
    pub type_name: String,
    /// `schema.table.column`.
    #[serde(default)]
    pub owned_by: Option<String>,
    pub identity: bool,
    pub cycles: bool,
    /// From 0 to 1: how far it has come; none where the schema is not live or the value may not be read.
    #[serde(default)]
    pub used_fraction: Option<f64>,
    #[serde(default)]
    pub extra: Option<String>,
}

/// A trigger that a user made.
#[derive(Clone, Debug, PartialEq, Deserialize)]
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
    #[serde(default)]
    pub extra: Option<String>,
}

/// A schema without its objects.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Overview {
    /// `server_version_num`: 150018 for 15.18.
    pub server_version: u32,
    /// `production`, `local`, ...; empty where the user named none.
    pub environment: String,
    /// How many relations there are.
    pub relations: u32,
    /// Installed extensions.
    pub extensions: Vec<Extension>,
    /// When statistics were last reset, ISO 8601.
    pub statistics_since: Option<String>,
    /// How many days ago that was; none where they never were, or the schema is not live.
    pub statistics_days: Option<f64>,
}
