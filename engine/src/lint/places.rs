//! The objects of a snapshot by name: whether they are there, and where they were made.

use confiture_model::{
    object::{ObjectKind, ObjectRef, SourceSpan},
    schema::{Relation, Snapshot},
};
use std::collections::HashMap;

/// A snapshot's objects, found by name.
pub(super) struct Places<'s> {
    snapshot: &'s Snapshot,
    relations: HashMap<(&'s str, &'s str), &'s Relation>,
    others: HashMap<(Other, &'s str, &'s str), Option<&'s SourceSpan>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Other {
    Routine,
    Type,
}

impl<'s> Places<'s> {
    pub(super) fn of(snapshot: &'s Snapshot) -> Self {
        let relations = snapshot.relations.iter().map(|relation| ((&*relation.schema, &*relation.name), relation));
        let mut others = HashMap::new();
        for routine in &snapshot.routines {
            // One of several with this name stands for all.
            others.entry((Other::Routine, &*routine.schema, &*routine.name)).or_insert(routine.source.as_ref());
        }
        for one in &snapshot.type_definitions {
            others.insert((Other::Type, &*one.schema, &*one.name), one.source.as_ref());
        }
        Self { snapshot, relations: relations.collect(), others }
    }

    /// Where an object was made; for a part of a table without a place of its own, where the table was.
    pub(super) fn span(&self, subject: &ObjectRef) -> Option<SourceSpan> {
        let own = match subject.kind {
            ObjectKind::Function | ObjectKind::Procedure => self.other(Other::Routine, subject),
            ObjectKind::Type | ObjectKind::Domain => self.other(Other::Type, subject),
            _ => self.relation(subject).and_then(|relation| part(relation, subject).or(relation.source.as_ref())),
        };
        own.cloned()
    }

    /// Why a finding cannot be about this object; none where it can.
    pub(super) fn absurdity(&self, subject: &ObjectRef) -> Option<String> {
        let kind = subject.kind;
        if subject.name.is_empty() {
            return Some(format!("it is about a {kind} without a name"));
        }
        if subject.schema.is_none() && !matches!(kind, ObjectKind::Schema | ObjectKind::Extension | ObjectKind::Other) {
            return Some(format!("it is about the {kind} `{subject}`, and does not say in which schema"));
        }
        if subject.parent.is_none() && belongs_to_table(kind) {
            return Some(format!("it is about the {kind} `{subject}`, and does not say of which table"));
        }
        self.is_missing(subject).then(|| format!("it is about the {kind} `{subject}`, which the schema does not have"))
    }

    /// A database in use may have got an object since it was read; a schema from files or a stored one has not.
    fn is_missing(&self, subject: &ObjectRef) -> bool {
        if self.snapshot.live || !(is_relation(subject.kind) || belongs_to_table(subject.kind)) {
            return false;
        }
        let Some(relation) = self.relation(subject) else { return true };
        // Parts that no rule reads are not there.
        match subject.kind {
            ObjectKind::Column if !relation.columns.is_empty() => {
                !relation.columns.iter().any(|column| column.name == subject.name)
            }
            _ => false,
        }
    }

    fn relation(&self, subject: &ObjectRef) -> Option<&'s Relation> {
        self.relations.get(&subject.relation()?).copied()
    }

    fn other(&self, other: Other, subject: &ObjectRef) -> Option<&'s SourceSpan> {
        // A routine may be named with its arguments.
        let name = subject.name.split_once('(').map_or(subject.name.as_str(), |(name, _)| name);
        let schema = subject.schema.as_deref()?;
        self.others
            .get(&(other, schema, &*subject.name))
            .or_else(|| self.others.get(&(other, schema, name)))
            .copied()?
    }
}

fn part<'s>(relation: &'s Relation, subject: &ObjectRef) -> Option<&'s SourceSpan> {
    let name = &subject.name;
    match subject.kind {
        ObjectKind::Column => relation.columns.iter().find(|column| column.name == *name)?.source.as_ref(),
        ObjectKind::Index => relation.indexes.iter().find(|index| index.name == *name)?.source.as_ref(),
        ObjectKind::Constraint => relation.constraints.iter().find(|one| one.name == *name)?.source.as_ref(),
        _ => None,
    }
}

fn is_relation(kind: ObjectKind) -> bool {
    use ObjectKind::{ForeignTable, MaterializedView, Partition, Table, View};
    matches!(kind, Table | Partition | View | MaterializedView | ForeignTable)
}

fn belongs_to_table(kind: ObjectKind) -> bool {
    use ObjectKind::{Column, Constraint, Index, Policy, Trigger};
    matches!(kind, Column | Index | Constraint | Trigger | Policy)
}
