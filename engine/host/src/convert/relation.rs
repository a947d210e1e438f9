//! Relations, with only the parts that a rule asked for.

use crate::{
    bindings::confiture::plugin::catalog::{self as wit, Parts},
    convert::object::span_out,
};
use confiture_model::schema as model;

pub(crate) fn relation(relation: &model::Relation, parts: Parts) -> wit::Relation {
    wit::Relation {
        schema: relation.schema.clone(),
        name: relation.name.clone(),
        kind: kind(relation.kind),
        persistence: persistence(relation.persistence),
        owner: relation.owner.clone(),
        comment: relation.comment.clone(),
        columns: part(parts, Parts::COLUMNS, &relation.columns, column),
        constraints: part(parts, Parts::CONSTRAINTS, &relation.constraints, constraint),
        indexes: part(parts, Parts::INDEXES, &relation.indexes, index),
        depends_on: relation.depends_on.clone(),
        definition: if parts.contains(Parts::DEFINITION) { relation.definition.clone() } else { None },
        row_security: relation.row_security,
        row_security_forced: relation.row_security_forced,
        policies: part(parts, Parts::POLICIES, &relation.policies, policy),
        settings: relation.settings.clone(),
        estimated_rows: relation.estimated_rows,
        bytes: relation.bytes,
        sequential_scans: relation.sequential_scans,
        index_scans: relation.index_scans,
        rows_inserted: relation.rows_inserted,
        rows_updated: relation.rows_updated,
        rows_deleted: relation.rows_deleted,
        partition_of: relation.partition_of.clone(),
        source: relation.source.as_ref().map(span_out),
        extra: relation.extra.clone(),
    }
}

/// One part of a relation, or nothing where it was not asked for.
fn part<From, To>(asked: Parts, this: Parts, items: &[From], convert: fn(&From) -> To) -> Vec<To> {
    if asked.contains(this) { items.iter().map(convert).collect() } else { Vec::new() }
}

fn kind(kind: model::RelationKind) -> wit::RelationKind {
    match kind {
        model::RelationKind::Table => wit::RelationKind::Table,
        model::RelationKind::PartitionedTable => wit::RelationKind::PartitionedTable,
        model::RelationKind::Partition => wit::RelationKind::Partition,
        model::RelationKind::ForeignTable => wit::RelationKind::ForeignTable,
        model::RelationKind::View => wit::RelationKind::View,
        model::RelationKind::MaterializedView => wit::RelationKind::MaterializedView,
        model::RelationKind::Other => wit::RelationKind::Other,
    }
}

fn persistence(persistence: model::Persistence) -> wit::Persistence {
    match persistence {
        model::Persistence::Permanent => wit::Persistence::Permanent,
        model::Persistence::Unlogged => wit::Persistence::Unlogged,
        model::Persistence::Temporary => wit::Persistence::Temporary,
    }
}

fn column(column: &model::Column) -> wit::Column {
    wit::Column {
        name: column.name.clone(),
        type_name: column.type_name.clone(),
        nullable: column.nullable,
        default_expression: column.default_expression.clone(),
        identity: column.identity,
        generated: column.generated,
        comment: column.comment.clone(),
        extra: column.extra.clone(),
    }
}

fn constraint(constraint: &model::Constraint) -> wit::Constraint {
    wit::Constraint {
        name: constraint.name.clone(),
        kind: constraint_kind(constraint.kind),
        columns: constraint.columns.clone(),
        definition: constraint.definition.clone(),
        validated: constraint.validated,
        deferrable: constraint.deferrable,
        references: constraint.references.as_ref().map(target),
        extra: constraint.extra.clone(),
    }
}

fn constraint_kind(kind: model::ConstraintKind) -> wit::ConstraintKind {
    match kind {
        model::ConstraintKind::PrimaryKey => wit::ConstraintKind::PrimaryKey,
        model::ConstraintKind::Unique => wit::ConstraintKind::Unique,
        model::ConstraintKind::ForeignKey => wit::ConstraintKind::ForeignKey,
        model::ConstraintKind::Check => wit::ConstraintKind::Check,
        model::ConstraintKind::Exclusion => wit::ConstraintKind::Exclusion,
        model::ConstraintKind::NotNull => wit::ConstraintKind::NotNull,
        model::ConstraintKind::Other => wit::ConstraintKind::Other,
    }
}

fn target(target: &model::ForeignKeyTarget) -> wit::ForeignKeyTarget {
    wit::ForeignKeyTarget {
        schema: target.schema.clone(),
        table: target.table.clone(),
        columns: target.columns.clone(),
        on_delete: target.on_delete.clone(),
        on_update: target.on_update.clone(),
    }
}

fn index(index: &model::Index) -> wit::Index {
    wit::Index {
        name: index.name.clone(),
        keys: index.keys.clone(),
        key_options: index.key_options.clone(),
        nulls_not_distinct: index.nulls_not_distinct,
        included: index.included.clone(),
        method: index.method.clone(),
        unique: index.unique,
        primary: index.primary,
        valid: index.valid,
        predicate: index.predicate.clone(),
        definition: index.definition.clone(),
        bytes: index.bytes,
        scans: index.scans,
        extra: index.extra.clone(),
    }
}

fn policy(policy: &model::Policy) -> wit::Policy {
    wit::Policy {
        name: policy.name.clone(),
        command: policy.command.clone(),
        permissive: policy.permissive,
        roles: policy.roles.clone(),
        using_expression: policy.using_expression.clone(),
        check_expression: policy.check_expression.clone(),
        extra: policy.extra.clone(),
    }
}
