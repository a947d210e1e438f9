//! Which tables are copied: those that the command line names, without those that the profile skips; a partitioned table
//! by its leaves.

use super::{RefusalKind, Refusals, Request, name_of};
use crate::{
    anonymize::{pattern::TablePattern, resolve::Resolved},
    config::nearest,
};
use confiture_model::{
    schema::{Relation, RelationKind, Snapshot},
    sync::Name,
};

/// A table that holds rows itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unit<'a> {
    /// The table, or the leaf partition, at the source.
    pub leaf: &'a Relation,
    /// The table that it is a part of; itself where it is no partition.
    pub root: &'a Relation,
    /// The same in the target; none where it has none, which is refused.
    pub target: Option<&'a Relation>,
}

/// The tables that are copied.
pub(super) struct Scope<'a> {
    pub source: &'a Snapshot,
    pub target: &'a Snapshot,
    /// Tables and partitioned tables.
    pub roots: Vec<&'a Relation>,
    pub units: Vec<Unit<'a>>,
}

impl<'a> Scope<'a> {
    /// Whether rows of this table, or of the partitioned one that it is a part of, are copied.
    pub fn has(&self, snapshot: &'a Snapshot, schema: &str, table: &str) -> bool {
        snapshot.relation(schema, table).is_some_and(|relation| {
            let root = root_of(snapshot, relation);
            self.roots.iter().any(|one| one.schema == root.schema && one.name == root.name)
        })
    }
}

/// Whether a relation is a table of its own.
fn is_root(relation: &Relation) -> bool {
    matches!(relation.kind, RelationKind::Table | RelationKind::PartitionedTable)
}

/// The table that a partition belongs to in the end; the relation itself where it is none.
pub(super) fn root_of<'a>(snapshot: &'a Snapshot, relation: &'a Relation) -> &'a Relation {
    let mut root = relation;
    // Partitions cannot be their own parents: this ends before.
    for _ in 0..64 {
        match parent_of(snapshot, root) {
            Some(parent) => root = parent,
            None => break,
        }
    }
    root
}

/// The parent of a partition.
pub(super) fn parent_of<'a>(snapshot: &'a Snapshot, relation: &Relation) -> Option<&'a Relation> {
    let parent = relation.partition_of.as_ref().filter(|_| relation.kind == RelationKind::Partition)?;
    snapshot.relations.iter().find(|one| is_called(one, parent))
}

fn is_called(relation: &Relation, name: &str) -> bool {
    name.strip_prefix(&relation.schema).and_then(|rest| rest.strip_prefix('.')) == Some(&relation.name)
}

/// The leaves of a table: itself where it is not partitioned.
fn leaves<'a>(snapshot: &'a Snapshot, root: &'a Relation) -> Vec<&'a Relation> {
    let parents: Vec<&str> = snapshot.relations.iter().filter_map(|one| one.partition_of.as_deref()).collect();
    let is_parent = |relation: &Relation| parents.iter().any(|name| is_called(relation, name));
    match root.kind {
        RelationKind::PartitionedTable => snapshot
            .relations
            .iter()
            .filter(|one| one.kind == RelationKind::Partition && !is_parent(one))
            // A partitioned partition without partitions has no size, for it has no file.
            .filter(|one| !snapshot.live || one.bytes.is_some())
            .filter(|one| std::ptr::eq(root_of(snapshot, one), root))
            .collect(),
        _ => vec![root],
    }
}

/// Whether a table is among those that the command line names; every one where it names none.
pub fn chosen(tables: &[String], schema: &str, name: &str) -> bool {
    tables.is_empty()
        || tables.iter().any(|one| TablePattern::new(one).is_ok_and(|pattern| pattern.matches(schema, name)))
}

/// Names, by schema and name, the table that a table is a partition of in the end; itself where it is none.
pub fn root_names(snapshot: &Snapshot) -> impl Fn(&str, &str) -> (String, String) {
    |schema, name| match snapshot.relation(schema, name).map(|relation| root_of(snapshot, relation)) {
        Some(root) => (root.schema.clone(), root.name.clone()),
        None => (schema.to_owned(), name.to_owned()),
    }
}

/// The tables that `--where TABLE=…` means.
pub fn tables_of<'a>(snapshot: &'a Snapshot, written: &str) -> Vec<&'a Relation> {
    let Ok(pattern) = TablePattern::new(written) else { return Vec::new() };
    let all = snapshot.relations.iter().filter(|one| is_root(one));
    all.filter(|one| pattern.matches(&one.schema, &one.name)).collect()
}

/// The source's tables of which no row is copied, by schema and name: the profile skips them, or nobody chose them.
pub fn outside_or_skipped(source: &Snapshot, options: &super::Options, skipped: &[(String, String)]) -> Vec<Name> {
    let roots = source.relations.iter().filter(|one| is_root(one));
    let is_out = |one: &&Relation| {
        !chosen(&options.tables, &one.schema, &one.name)
            || skipped.iter().any(|(schema, name)| *schema == one.schema && *name == one.name)
    };
    roots.filter(is_out).map(name_of).collect()
}

pub(super) fn scope<'a>(request: &Request<'a>, refusals: &mut Refusals, notices: &mut Vec<String>) -> Scope<'a> {
    let all: Vec<&Relation> = request.source.relations.iter().filter(|one| is_root(one)).collect();
    for written in &request.options.tables {
        check(written, &all, refusals);
    }
    let skips = |resolved: &Resolved, one: &Relation| {
        resolved.skipped.iter().any(|skipped| skipped.schema == one.schema && skipped.name == one.name)
    };
    let roots: Vec<&Relation> = all
        .into_iter()
        .filter(|one| chosen(&request.options.tables, &one.schema, &one.name))
        .filter(|one| !request.resolved.is_some_and(|resolved| skips(resolved, one)))
        .collect();
    let units = roots.iter().flat_map(|root| {
        leaves(request.source, root).into_iter().map(|leaf| Unit {
            leaf,
            root,
            target: request.target.relation(&leaf.schema, &leaf.name),
        })
    });
    let foreign = request.source.relations.iter().filter(|one| one.kind == RelationKind::ForeignTable).count();
    if foreign > 0 && request.options.tables.is_empty() {
        notices.push(format!("{foreign} foreign tables are not copied: their rows are elsewhere"));
    }
    Scope { source: request.source, target: request.target, units: units.collect(), roots }
}

fn check(written: &str, all: &[&Relation], refusals: &mut Refusals) {
    match TablePattern::new(written) {
        Err(why) => refusals.say(RefusalKind::Usage, format!("--tables {written}: {why}"), None),
        Ok(pattern) if all.iter().any(|one| pattern.matches(&one.schema, &one.name)) => {}
        Ok(_) => {
            let help = nearest::hint(written, all.iter().map(|one| one.name.as_str()));
            refusals.say(RefusalKind::Usage, format!("--tables {written}: the source has no such table"), help);
        }
    }
}
