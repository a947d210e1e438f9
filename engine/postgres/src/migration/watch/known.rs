//! What is known of each relation, and what a look at it shows to be new.

mod changes;

use super::questions::{is, number, text};
use confiture_model::{
    object::{ObjectKind, ObjectRef},
    rehearsal::{LockMode, Observation, TableFacts},
    schema::ConstraintKind,
};
use std::collections::BTreeMap;
use tokio_postgres::{SimpleQueryRow, types::Oid};

/// Everything that is known.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub relations: BTreeMap<Oid, Relation>,
    pub constraints: BTreeMap<Oid, Constraint>,
}

/// A relation.
#[derive(Clone, Debug)]
pub(super) struct Relation {
    pub schema: String,
    pub name: String,
    pub kind: char,
    pub is_partition: bool,
    pub file: u32,
    /// Its TOAST table; 0 for none.
    pub toast: Oid,
    /// The table of an index; 0 for none.
    pub table: Oid,
    pub bytes: Option<u64>,
    /// Rows before.
    pub rows: Option<u64>,
    pub counts: Counts,
    /// The modes in which this transaction holds it.
    pub modes: Vec<LockMode>,
    /// Whether the transaction made it, or it is a temporary one: nobody else can wait for it.
    pub own: bool,
    pub is_temporary: bool,
    pub gone: bool,
}

/// The transaction's statistics of a relation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub inserted: u64,
    pub updated: u64,
    pub deleted: u64,
    pub scans: u64,
    pub returned: u64,
}

/// A constraint of a table.
#[derive(Clone, Debug)]
pub(super) struct Constraint {
    pub table: Oid,
    pub name: String,
    pub kind: ConstraintKind,
    pub validated: bool,
}

impl Relation {
    /// Reads it; none for one that is gone.
    pub fn read(row: &SimpleQueryRow) -> Option<Self> {
        let schema = text(row, "nspname")?;
        let is_temporary = text(row, "relpersistence") == Some("t");
        Some(Self {
            schema: if is_temporary { "pg_temp".to_owned() } else { schema.to_owned() },
            name: text(row, "relname")?.to_owned(),
            kind: text(row, "relkind")?.chars().next()?,
            is_partition: is(row, "relispartition"),
            file: number(row, "relfilenode").unwrap_or_default(),
            toast: number(row, "reltoastrelid").unwrap_or_default(),
            table: number(row, "indrelid").unwrap_or_default(),
            bytes: number(row, "bytes"),
            rows: None,
            counts: Counts::read(row),
            modes: Vec::new(),
            own: is_temporary,
            is_temporary,
            gone: false,
        })
    }

    fn object_kind(&self) -> ObjectKind {
        match self.kind {
            'r' | 'p' if self.is_partition => ObjectKind::Partition,
            'r' | 'p' => ObjectKind::Table,
            'v' => ObjectKind::View,
            'm' => ObjectKind::MaterializedView,
            'i' | 'I' => ObjectKind::Index,
            'S' => ObjectKind::Sequence,
            'f' => ObjectKind::ForeignTable,
            _ => ObjectKind::Other,
        }
    }

    pub fn is_index(&self) -> bool {
        matches!(self.kind, 'i' | 'I')
    }

    /// Whether it is a table of rows, whatever it is called.
    pub fn has_rows(&self) -> bool {
        matches!(self.kind, 'r' | 'm')
    }
}

impl Counts {
    pub fn read(row: &SimpleQueryRow) -> Self {
        let count = |column| number(row, column).unwrap_or_default();
        Self {
            inserted: count("inserted"),
            updated: count("updated"),
            deleted: count("deleted"),
            scans: count("scans"),
            returned: count("returned"),
        }
    }

    /// What was added since. A TRUNCATE sets the counters of rows back, and then all that they show was added since; so
    /// does the server when it carries earlier counts away between transactions.
    pub fn since(self, before: Self) -> Self {
        let added = |now: u64, before: u64| now.checked_sub(before).unwrap_or(now);
        Self {
            inserted: added(self.inserted, before.inserted),
            updated: added(self.updated, before.updated),
            deleted: added(self.deleted, before.deleted),
            scans: added(self.scans, before.scans),
            returned: added(self.returned, before.returned),
        }
    }
}

impl Constraint {
    pub fn read(row: &SimpleQueryRow) -> Option<Self> {
        let kind = match text(row, "contype")? {
            "p" => ConstraintKind::PrimaryKey,
            "u" => ConstraintKind::Unique,
            "f" => ConstraintKind::ForeignKey,
            "c" => ConstraintKind::Check,
            "x" => ConstraintKind::Exclusion,
            _ => ConstraintKind::Other,
        };
        Some(Self {
            table: number(row, "conrelid")?,
            name: text(row, "conname")?.to_owned(),
            kind,
            validated: is(row, "convalidated"),
        })
    }
}

impl Known {
    /// Takes in what there is now, and answers what is new.
    pub fn look(&mut self, rows: &[SimpleQueryRow]) -> Observation {
        changes::find(self, rows)
    }

    /// Sequences that were there before.
    pub fn sequences(&self) -> Vec<Oid> {
        self.relations
            .iter()
            .filter(|(_, relation)| relation.kind == 'S' && !relation.own)
            .map(|(oid, _)| *oid)
            .collect()
    }

    /// A relation as people name it; none for one that nobody knows by name, as the index of a TOAST table.
    pub fn object(&self, oid: Oid) -> Option<ObjectRef> {
        let relation = self.relations.get(&oid)?;
        if relation.kind == 't' {
            let owner = self.relations.values().find(|owner| owner.toast == oid)?;
            return Some(ObjectRef::of_table(ObjectKind::Other, &owner.schema, &owner.name, "toast"));
        }
        if relation.is_index() {
            let table = self.relations.get(&relation.table).filter(|table| table.kind != 't')?;
            return Some(ObjectRef::of_table(ObjectKind::Index, &relation.schema, &table.name, &relation.name));
        }
        Some(ObjectRef::in_schema(relation.object_kind(), &relation.schema, &relation.name))
    }

    fn constraint_object(&self, constraint: &Constraint) -> Option<ObjectRef> {
        let table = self.relations.get(&constraint.table)?;
        Some(ObjectRef::of_table(ObjectKind::Constraint, &table.schema, &table.name, &constraint.name))
    }

    /// What there was before of a table that the transaction did not make.
    fn facts(&self, oid: Oid) -> Option<TableFacts> {
        let table = self.relations.get(&oid).filter(|table| !table.own && table.has_rows())?;
        let indexes = self.relations.values().filter(|index| index.is_index() && index.table == oid && !index.own);
        Some(TableFacts {
            table: self.object(oid)?,
            rows: table.rows,
            bytes: table.bytes,
            index_bytes: Some(indexes.filter_map(|index| index.bytes).sum()),
        })
    }
}
