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

/// Writes relations over those of another page.
pub(crate) fn relations(to: &mut Vec<wit::Relation>, from: &[model::Relation], parts: Parts) {
    write_list(to, from, |to, from| write_relation(to, from, parts), |from| relation(from, parts));
}

/// One part of a relation, or nothing where it was not asked for.
fn part<From, To>(asked: Parts, this: Parts, items: &[From], convert: fn(&From) -> To) -> Vec<To> {
    if asked.contains(this) { items.iter().map(convert).collect() } else { Vec::new() }
}

/// Writes over as many records as there are, and makes those that are missing.
fn write_list<From, To>(to: &mut Vec<To>, from: &[From], write: impl Fn(&mut To, &From), make: impl Fn(&From) -> To) {
    to.truncate(from.len());
    let (over, missing) = from.split_at(to.len());
    to.iter_mut().zip(over).for_each(|(to, from)| write(to, from));
    to.extend(missing.iter().map(make));
}

fn write_relation(to: &mut wit::Relation, from: &model::Relation, parts: Parts) {
    let part = |this| parts.contains(this);
    to.schema.clone_from(&from.schema);
    to.name.clone_from(&from.name);
    to.kind = kind(from.kind);
    to.persistence = persistence(from.persistence);
    to.owner.clone_from(&from.owner);
    to.comment.clone_from(&from.comment);
    write_list(&mut to.columns, if part(Parts::COLUMNS) { &from.columns } else { &[] }, write_column, column);
    let constraints: &[_] = if part(Parts::CONSTRAINTS) { &from.constraints } else { &[] };
    write_list(&mut to.constraints, constraints, write_constraint, constraint);
    write_list(&mut to.indexes, if part(Parts::INDEXES) { &from.indexes } else { &[] }, write_index, index);
    to.depends_on.clone_from(&from.depends_on);
    to.definition.clone_from(if part(Parts::DEFINITION) { &from.definition } else { &None });
    to.row_security = from.row_security;
    to.row_security_forced = from.row_security_forced;
    write_list(&mut to.policies, if part(Parts::POLICIES) { &from.policies } else { &[] }, write_policy, policy);
    to.settings.clone_from(&from.settings);
    to.estimated_rows = from.estimated_rows;
    to.bytes = from.bytes;
    to.sequential_scans = from.sequential_scans;
    to.index_scans = from.index_scans;
    to.rows_inserted = from.rows_inserted;
    to.rows_updated = from.rows_updated;
    to.rows_deleted = from.rows_deleted;
    to.partition_of.clone_from(&from.partition_of);
    to.source = from.source.as_ref().map(span_out);
    to.extra.clone_from(&from.extra);
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

fn write_column(to: &mut wit::Column, from: &model::Column) {
    to.name.clone_from(&from.name);
    to.type_name.clone_from(&from.type_name);
    to.nullable = from.nullable;
    to.default_expression.clone_from(&from.default_expression);
    to.identity = from.identity;
    to.generated = from.generated;
    to.comment.clone_from(&from.comment);
    to.extra.clone_from(&from.extra);
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

fn write_constraint(to: &mut wit::Constraint, from: &model::Constraint) {
    to.name.clone_from(&from.name);
    to.kind = constraint_kind(from.kind);
    to.columns.clone_from(&from.columns);
    to.definition.clone_from(&from.definition);
    to.validated = from.validated;
    to.deferrable = from.deferrable;
    match (&mut to.references, &from.references) {
        (Some(to), Some(from)) => write_target(to, from),
        (to, from) => *to = from.as_ref().map(target),
    }
    to.extra.clone_from(&from.extra);
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

fn write_target(to: &mut wit::ForeignKeyTarget, from: &model::ForeignKeyTarget) {
    to.schema.clone_from(&from.schema);
    to.table.clone_from(&from.table);
    to.columns.clone_from(&from.columns);
    to.on_delete.clone_from(&from.on_delete);
    to.on_update.clone_from(&from.on_update);
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

fn write_index(to: &mut wit::Index, from: &model::Index) {
    to.name.clone_from(&from.name);
    to.keys.clone_from(&from.keys);
    to.key_options.clone_from(&from.key_options);
    to.nulls_not_distinct = from.nulls_not_distinct;
    to.included.clone_from(&from.included);
    to.method.clone_from(&from.method);
    to.unique = from.unique;
    to.primary = from.primary;
    to.valid = from.valid;
    to.predicate.clone_from(&from.predicate);
    to.definition.clone_from(&from.definition);
    to.bytes = from.bytes;
    to.scans = from.scans;
    to.extra.clone_from(&from.extra);
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

fn write_policy(to: &mut wit::Policy, from: &model::Policy) {
    to.name.clone_from(&from.name);
    to.command.clone_from(&from.command);
    to.permissive = from.permissive;
    to.roles.clone_from(&from.roles);
    to.using_expression.clone_from(&from.using_expression);
    to.check_expression.clone_from(&from.check_expression);
    to.extra.clone_from(&from.extra);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{from_value, json};

    fn full(name: &str, columns: usize) -> model::Relation {
        let column = json!({
            "name": "id", "type_name": "bigint", "nullable": false, "default_expression": "nextval('s')", "identity": true,
            "generated": true, "comment": "A key", "extra": "{}",
        });
        let constraint = json!({
            "name": "fk", "kind": "foreign-key", "columns": ["a", "b"], "definition": "FOREIGN KEY (a, b)", "validated": true,
            "deferrable": true, "extra": "{}",
            "references": {
                "schema": "public", "table": "t", "columns": ["c", "d"], "on_delete": "CASCADE", "on_update": "NO ACTION",
            },
        });
        let check = json!({ "name": "c", "kind": "check", "columns": [], "definition": "", "validated": false, "deferrable": false });
        let index = json!({
            "name": "i", "keys": ["a"], "key_options": ["DESC"], "nulls_not_distinct": true, "included": ["b"],
            "method": "btree", "unique": true, "primary": true, "valid": true, "predicate": "a > 1", "definition": "CREATE",
            "bytes": 1, "scans": 2, "extra": "{}",
        });
        let policy = json!({
            "name": "p", "command": "ALL", "permissive": true, "roles": ["public"], "using_expression": "true",
            "check_expression": "false", "extra": "{}",
        });
        from_value(json!({
            "schema": "app", "name": name, "kind": "partitioned-table", "persistence": "unlogged", "owner": "me",
            "comment": "Why", "columns": vec![column; columns], "constraints": [constraint, check], "indexes": [index],
            "depends_on": ["app.x"], "definition": "SELECT 1", "row_security": true, "row_security_forced": true,
            "policies": [policy], "settings": ["fillfactor=70"], "estimated_rows": 1, "bytes": 2, "sequential_scans": 3,
            "index_scans": 4, "rows_inserted": 5, "rows_updated": 6, "rows_deleted": 7, "partition_of": "app.y",
            "source": { "file": "a.sql", "line": 1, "column": 2, "end_line": 3, "end_column": 4 }, "extra": "{}",
        }))
        .unwrap()
    }

    fn bare() -> model::Relation {
        let check = json!({
            "name": "longer", "kind": "check", "columns": ["x"], "definition": "CHECK", "validated": false, "deferrable": false,
        });
        from_value(json!({
            "schema": "public", "name": "v", "kind": "view", "persistence": "permanent", "owner": "you",
            "constraints": [check],
        }))
        .unwrap()
    }

    #[test]
    fn what_is_written_over_another_page_is_as_if_made_anew() {
        let pages = [vec![full("a", 2), bare()], vec![bare(), full("b", 3), bare()], vec![full("c", 1)], vec![]];
        let mut records = Vec::new();
        for parts in [Parts::all(), Parts::empty(), Parts::COLUMNS | Parts::DEFINITION, Parts::all()] {
            for page in &pages {
                relations(&mut records, page, parts);
                let anew: Vec<_> = page.iter().map(|one| relation(one, parts)).collect();
                assert_eq!(format!("{records:?}"), format!("{anew:?}"));
            }
        }
    }
}
