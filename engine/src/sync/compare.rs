//! Where the two schemas differ in what matters: tables, columns, types, nullability, partitions, the values of enums.

use super::{RefusalKind, Refusals, list, scope::Scope};
use crate::anonymize::resolve::element_of;
use confiture_model::schema::{Column, Relation, RelationKind, Snapshot, TypeDefinition};
use std::collections::BTreeSet;

pub(super) fn compare(scope: &Scope<'_>, refusals: &mut Refusals) {
    let mut differences: Vec<String> = Vec::new();
    let mut types = BTreeSet::new();
    for unit in &scope.units {
        let name = format!("{}.{}", unit.leaf.schema, unit.leaf.name);
        match unit.target {
            None => differences.push(format!("`{name}` is not in the target")),
            Some(target) if !holds_rows(target) => {
                differences.push(format!("`{name}` is a table at the source and none in the target"));
            }
            Some(target) => {
                columns(&name, unit.leaf, target, &mut differences);
                types.extend(unit.leaf.columns.iter().map(|column| element_of(&column.type_name).type_name));
            }
        }
    }
    for root in &scope.roots {
        let target = scope.target.relation(&root.schema, &root.name);
        if target.is_some_and(|target| target.kind != root.kind) {
            differences.push(format!("`{}.{}` is partitioned in one of the two only", root.schema, root.name));
        }
    }
    for name in types {
        differences.extend(labels(&name, scope));
    }
    if differences.is_empty() {
        return;
    }
    differences.dedup();
    let named: Vec<String> = differences.iter().map(|one| format!("\n    {one}")).collect();
    let message = format!("the target's schema differs from the source's:{}", named.concat());
    let help = "bring the target to the same schema (`confiture migrate up`), or build an empty target's from the \
                source with --create-schema";
    refusals.say(RefusalKind::Schema, message, help.to_owned());
}

fn holds_rows(relation: &Relation) -> bool {
    matches!(relation.kind, RelationKind::Table | RelationKind::Partition)
}

fn columns(table: &str, source: &Relation, target: &Relation, differences: &mut Vec<String>) {
    let of = |relation: &Relation, name: &str| relation.columns.iter().find(|one| one.name == name).cloned();
    for column in &source.columns {
        match of(target, &column.name) {
            None => differences.push(format!("`{table}.{}` is not in the target", column.name)),
            Some(other) => differences.extend(column_difference(table, column, &other)),
        }
    }
    let more: Vec<&str> = target
        .columns
        .iter()
        .filter(|column| of(source, &column.name).is_none())
        .map(|column| column.name.as_str())
        .collect();
    if !more.is_empty() {
        differences.push(format!("`{table}` has more columns in the target: {}", list(more)));
    }
}

fn column_difference(table: &str, source: &Column, target: &Column) -> Option<String> {
    let name = format!("`{table}.{}`", source.name);
    if source.type_name != target.type_name {
        return Some(format!("{name} is {} at the source and {} in the target", source.type_name, target.type_name));
    }
    if source.generated != target.generated {
        return Some(format!("{name} is a generated column in one of the two only"));
    }
    // A target that allows more takes every row.
    (source.nullable && !target.nullable)
        .then(|| format!("{name} may be null at the source and is NOT NULL in the target"))
}

/// Labels of an enum that the target does not know.
fn labels(type_name: &str, scope: &Scope<'_>) -> Option<String> {
    let source = definition(type_name, scope.source).filter(|one| one.kind == "enum")?;
    let target = definition(type_name, scope.target)?;
    let missing = source.labels.iter().filter(|label| !target.labels.contains(label)).count();
    (missing > 0).then(|| format!("the enum `{type_name}` lacks {missing} of the source's values in the target"))
}

/// The type under a domain, with its modifiers; else the type itself.
pub(super) fn base_type(type_name: &str, snapshot: &Snapshot) -> String {
    let mut name = type_name.to_owned();
    // Domains cannot be over themselves: this ends before.
    for _ in 0..64 {
        match definition(&name, snapshot) {
            Some(TypeDefinition { kind, base_type: Some(base), .. }) if kind == "domain" => name.clone_from(base),
            _ => break,
        }
    }
    name
}

/// Types outside `pg_catalog` are printed with their schema.
fn definition<'s>(name: &str, snapshot: &'s Snapshot) -> Option<&'s TypeDefinition> {
    let plain = name.split('(').next().unwrap_or(name);
    let unquoted = |name: &str| match name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => name.to_owned(),
    };
    let (schema, name) = plain.split_once('.')?;
    let (schema, name) = (unquoted(schema), unquoted(name));
    snapshot.type_definitions.iter().find(|one| one.schema == schema && one.name == name)
}
