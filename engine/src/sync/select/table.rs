//! A table as closures see it: what names its rows, and the columns that foreign keys join.

use super::super::graph::{Edge, primary_key};
use confiture_model::schema::{Relation, RelationKind};
use confiture_sql::quote::identifier;

/// A column of a closure.
#[derive(Clone, Debug)]
pub(super) struct Key {
    /// Its name there, quoted.
    pub name: String,
    /// The table's own column, quoted.
    pub own: String,
    /// Its type.
    pub type_name: String,
}

/// A table with the columns that its closures have.
#[derive(Clone, Debug)]
pub(super) struct Table<'a> {
    pub place: usize,
    pub root: &'a Relation,
    /// What names a row: the primary key, or where it lies.
    pub row: Vec<Key>,
    /// `row`, and the columns of foreign keys at either end.
    pub keys: Vec<Key>,
}

impl<'a> Table<'a> {
    pub fn new(place: usize, root: &'a Relation, edges: &[Edge]) -> Self {
        let row: Vec<Key> = match primary_key(root) {
            [] => [("tableoid", "oid"), ("ctid", "tid")]
                .map(|(own, type_name)| Key {
                    name: identifier(&format!("confiture {own}")),
                    own: own.to_owned(),
                    type_name: type_name.to_owned(),
                })
                .to_vec(),
            key => key.iter().filter_map(|name| own(root, name)).collect(),
        };
        let mut keys = row.clone();
        let from = edges.iter().filter(|edge| edge.from == place).flat_map(|edge| &edge.columns);
        let to = edges.iter().filter(|edge| edge.to == place).flat_map(|edge| &edge.referenced);
        for key in from.chain(to).filter_map(|name| own(root, name)) {
            if !keys.iter().any(|known| known.name == key.name) {
                keys.push(key);
            }
        }
        Self { place, root, row, keys }
    }

    /// `FROM` with the alias under which conditions know it. Tables that inherit from it are tables of their own.
    pub fn from(&self) -> String {
        let only = if self.root.kind == RelationKind::PartitionedTable { "" } else { "ONLY " };
        let (schema, name) = (identifier(&self.root.schema), identifier(&self.root.name));
        format!("FROM {only}{schema}.{name} AS {name}")
    }

    /// Its columns of a closure, from its rows.
    pub fn list(&self) -> String {
        let alias = identifier(&self.root.name);
        join(&self.keys, ", ", |key| format!("{alias}.{} AS {}", key.own, key.name))
    }

    /// What names its rows, in a closure.
    pub fn row_names(&self) -> String {
        join(&self.row, ", ", |key| key.name.clone())
    }

    /// What names rows of `leaf`, a part of it.
    pub fn row_of(&self, leaf: &Relation) -> String {
        let alias = identifier(&leaf.name);
        join(&self.row, ", ", |key| format!("{alias}.{}", key.own))
    }

    /// That rows of `leaf`, a part of it, are those of `other`, which has the columns of a closure.
    pub fn is_row(&self, leaf: &Relation, other: &str) -> String {
        let alias = identifier(&leaf.name);
        join(&self.row, " AND ", |key| format!("{other}.{} = {alias}.{}", key.name, key.own))
    }
}

fn own(root: &Relation, name: &str) -> Option<Key> {
    let column = root.columns.iter().find(|column| column.name == name)?;
    let quoted = identifier(name);
    Some(Key { name: quoted.clone(), own: quoted, type_name: column.type_name.clone() })
}

pub(super) fn join(keys: &[Key], with: &str, one: impl Fn(&Key) -> String) -> String {
    keys.iter().map(one).collect::<Vec<_>>().join(with)
}
