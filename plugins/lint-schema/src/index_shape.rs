//! What the rules about superfluous indexes share: what an index holds, and what hangs on it.

use confiture_sdk::{
    Relation,
    catalog::{Constraint, ConstraintKind, Index, RelationKind},
    sql,
};

/// The constraint that an index keeps: PostgreSQL gives both one name.
pub fn constraint_of<'r>(index: &Index, relation: &'r Relation) -> Option<&'r Constraint> {
    let keeps = |kind| matches!(kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique | ConstraintKind::Exclusion);
    relation.constraints.iter().find(|constraint| constraint.name == index.name && keeps(constraint.kind))
}

/// Whether two indexes hold the same rows in the same kind of structure, whatever their keys.
pub fn same_rows(one: &Index, other: &Index) -> bool {
    one.method == other.method && one.predicate == other.predicate
}

/// Whether the keys of an index, each with its operator class, collation and order, are the first ones of another.
pub fn leads(short: &Index, long: &Index) -> bool {
    long.keys.starts_with(&short.keys) && long.key_options.starts_with(&short.key_options)
}

/// Whether each column that an index carries along is in another, as a key or along with them.
pub fn carries(other: &Index, index: &Index) -> bool {
    index.included.iter().all(|column| other.included.contains(column) || other.keys.contains(column))
}

/// The statement that removes an index without locking out writers, but for that of a partitioned table: PostgreSQL
/// drops no such index CONCURRENTLY.
pub fn drop_concurrently(index: &Index, relation: &Relation) -> String {
    let concurrently = if relation.kind == RelationKind::PartitionedTable { "" } else { "CONCURRENTLY " };
    format!("DROP INDEX {concurrently}{}", sql::qualified(&relation.schema, &index.name))
}

/// The index of a partitioned table that an index of its partition is a part of: it cannot be dropped by itself.
pub fn whole_of<'p>(index: &Index, parent: &'p Relation) -> Option<&'p Index> {
    let same = |whole: &&Index| whole.keys == index.keys && whole.key_options == index.key_options;
    parent.indexes.iter().filter(same).find(|whole| same_rows(whole, index) && whole.unique == index.unique)
}
