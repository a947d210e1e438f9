//! Names of database objects, and places in source files.

use crate::catalog::{Column, Constraint, Index, Relation, RelationKind, Routine, Sequence, Trigger, TypeDefinition};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What kind of database object a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
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

/// A database object, by name. Made from the records of [`crate::catalog`]: from a [`Relation`], or from a pair such as
/// `(&relation, &column)`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectRef {
    /// What it is.
    pub kind: ObjectKind,
    /// The schema it lives in; none for schemas and extensions.
    pub schema: Option<String>,
    /// The table of a column, index, constraint, trigger or policy.
    pub parent: Option<String>,
    /// Its own name, unquoted.
    pub name: String,
}

impl ObjectRef {
    /// An object that lives directly in a schema.
    pub fn in_schema(kind: ObjectKind, schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self { kind, schema: Some(schema.into()), parent: None, name: name.into() }
    }

    /// An object that belongs to a relation.
    pub fn of(relation: &Relation, kind: ObjectKind, name: impl Into<String>) -> Self {
        let (schema, parent) = (Some(relation.schema.clone()), Some(relation.name.clone()));
        Self { kind, schema, parent, name: name.into() }
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

impl From<&ObjectRef> for ObjectRef {
    fn from(object: &ObjectRef) -> Self {
        object.clone()
    }
}

impl From<&Relation> for ObjectRef {
    fn from(relation: &Relation) -> Self {
        let kind = match relation.kind {
            RelationKind::Table | RelationKind::PartitionedTable => ObjectKind::Table,
            RelationKind::Partition => ObjectKind::Partition,
            RelationKind::ForeignTable => ObjectKind::ForeignTable,
            RelationKind::View => ObjectKind::View,
            RelationKind::MaterializedView => ObjectKind::MaterializedView,
            RelationKind::Other => ObjectKind::Other,
        };
        Self::in_schema(kind, &relation.schema, &relation.name)
    }
}

impl From<(&Relation, &Column)> for ObjectRef {
    fn from((relation, column): (&Relation, &Column)) -> Self {
        Self::of(relation, ObjectKind::Column, &column.name)
    }
}

impl From<(&Relation, &Constraint)> for ObjectRef {
    fn from((relation, constraint): (&Relation, &Constraint)) -> Self {
        Self::of(relation, ObjectKind::Constraint, &constraint.name)
    }
}

impl From<(&Relation, &Index)> for ObjectRef {
    fn from((relation, index): (&Relation, &Index)) -> Self {
        Self::of(relation, ObjectKind::Index, &index.name)
    }
}

impl From<&Routine> for ObjectRef {
    fn from(routine: &Routine) -> Self {
        let kind = if routine.kind == "procedure" { ObjectKind::Procedure } else { ObjectKind::Function };
        Self::in_schema(kind, &routine.schema, &routine.name)
    }
}

impl From<&TypeDefinition> for ObjectRef {
    fn from(definition: &TypeDefinition) -> Self {
        let kind = if definition.kind == "domain" { ObjectKind::Domain } else { ObjectKind::Type };
        Self::in_schema(kind, &definition.schema, &definition.name)
    }
}

impl From<&Sequence> for ObjectRef {
    fn from(sequence: &Sequence) -> Self {
        Self::in_schema(ObjectKind::Sequence, &sequence.schema, &sequence.name)
    }
}

impl From<&Trigger> for ObjectRef {
    fn from(trigger: &Trigger) -> Self {
        Self {
            kind: ObjectKind::Trigger,
            schema: Some(trigger.schema.clone()),
            parent: Some(trigger.table.clone()),
            name: trigger.name.clone(),
        }
    }
}

/// A place in a source file that the user wrote. Lines and columns count from 1, in characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct SourceSpan {
    pub file: String,
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
}
