//! The order of the tables, and the foreign keys that none satisfies.

use super::{
    graph::{foreign_keys, parts},
    name_of,
    scope::{Scope, Unit, parent_of, root_of},
};
use confiture_model::{
    schema::{Constraint, ForeignKeyTarget, Relation, Snapshot},
    sync::{ForeignKey, Name},
};
use std::collections::{BTreeMap, BTreeSet};

/// Referenced tables before those that refer to them; foreign keys within a circle, and of a table to itself.
pub(super) fn order<'a>(scope: &Scope<'a>) -> (Vec<Unit<'a>>, Vec<ForeignKey>) {
    // Rows come into a table by each of its leaves.
    let mut places: BTreeMap<Name, Vec<usize>> = BTreeMap::new();
    for (place, unit) in scope.units.iter().enumerate() {
        places.entry(name_of(unit.root)).or_default().push(place);
        if !std::ptr::eq(unit.root, unit.leaf) {
            places.entry(name_of(unit.leaf)).or_default().push(place);
        }
    }
    let leads = |unit: &Unit<'_>| -> Vec<(&'a Relation, &'a Constraint, Vec<usize>)> {
        let Some(relation) = unit.target.and_then(|one| scope.target.relation(&one.schema, &one.name)) else {
            return Vec::new();
        };
        let to = |target: &ForeignKeyTarget| referenced(scope, &places, target);
        foreign_keys(relation).map(|(constraint, target)| (relation, constraint, to(target))).collect()
    };
    let graph: Vec<Vec<usize>> =
        scope.units.iter().map(|unit| leads(unit).into_iter().flat_map(|(_, _, to)| to).collect()).collect();
    let parts = parts(scope.units.len(), &graph);
    let mut part_of = vec![0; scope.units.len()];
    for (number, part) in parts.iter().enumerate() {
        part.iter().for_each(|unit| part_of[*unit] = number);
    }
    let mut seen = BTreeSet::new();
    let mut cycles = Vec::new();
    for unit in parts.iter().flatten() {
        for (relation, constraint, to) in leads(&scope.units[*unit]) {
            if !to.iter().any(|other| part_of[*other] == part_of[*unit]) {
                continue;
            }
            let (relation, constraint) = declared(scope.target, relation, constraint);
            if seen.insert((name_of(relation), constraint.name.clone())) {
                cycles.push(ForeignKey {
                    table: name_of(relation),
                    name: constraint.name.clone(),
                    definition: constraint.definition.clone(),
                    deferrable: constraint.deferrable,
                });
            }
        }
    }
    (parts.into_iter().flatten().map(|unit| scope.units[unit]).collect(), cycles)
}

fn referenced(scope: &Scope<'_>, places: &BTreeMap<Name, Vec<usize>>, target: &ForeignKeyTarget) -> Vec<usize> {
    let name = Name { schema: target.schema.clone(), name: target.table.clone() };
    if let Some(places) = places.get(&name) {
        return places.clone();
    }
    // A partition that has partitions itself.
    let relation = scope.target.relation(&target.schema, &target.table);
    let root = relation.map(|relation| name_of(root_of(scope.target, relation)));
    root.and_then(|root| places.get(&root)).cloned().unwrap_or_default()
}

/// Where a partition's foreign key was declared: on the topmost parent that has it.
pub(super) fn declared<'a>(
    snapshot: &'a Snapshot,
    relation: &'a Relation,
    constraint: &'a Constraint,
) -> (&'a Relation, &'a Constraint) {
    let Some(parent) = parent_of(snapshot, relation) else { return (relation, constraint) };
    let like = foreign_keys(parent).find(|(other, target)| {
        let same = |one: &ForeignKeyTarget| {
            (&one.schema, &one.table, &one.columns) == (&target.schema, &target.table, &target.columns)
        };
        other.columns == constraint.columns && constraint.references.as_ref().is_some_and(same)
    });
    match like {
        Some((constraint, _)) => declared(snapshot, parent, constraint),
        None => (relation, constraint),
    }
}
