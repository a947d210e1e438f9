//! What is new since the last look.

use super::{Constraint, Known, Relation};
use crate::migration::watch::questions::{is, number, text};
use confiture_model::{
    object::{ObjectKind, ObjectRef},
    rehearsal::{LockMode, LockTaken, Made, Observation, Rewrite, RowChanges, Scan},
};
use std::collections::{BTreeMap, BTreeSet};
use tokio_postgres::{SimpleQueryRow, types::Oid};

/// Takes in what there is now, and answers what is new.
pub(super) fn find(known: &mut Known, rows: &[SimpleQueryRow]) -> Observation {
    let (constraints, relations): (Vec<_>, Vec<_>) =
        rows.iter().partition(|row| text(row, "what") == Some("constraint"));
    let mut look =
        Look { known, seen: Observation::default(), touched: BTreeSet::new(), dropped_files: BTreeMap::new() };
    // What was locked is called what it was called when it was locked.
    look.locks_of(&relations);
    // Then names: an index is called after its table, a TOAST table after its owner.
    let before = look.learn(&relations);
    look.locks_of(&relations);
    for row in &relations {
        look.relation(row, &before);
    }
    look.constraints(&constraints);
    look.join_rebuilt();
    look.finish()
}

struct Look<'k> {
    known: &'k mut Known,
    seen: Observation,
    /// Tables whose facts belong to it.
    touched: BTreeSet<Oid>,
    /// The file of each index that was dropped.
    dropped_files: BTreeMap<ObjectRef, u32>,
}

impl Look<'_> {
    /// Brings what is known up to date, and answers what was known before of what changed.
    fn learn(&mut self, rows: &[&SimpleQueryRow]) -> BTreeMap<Oid, Relation> {
        let mut before = BTreeMap::new();
        for row in rows {
            let Some(oid) = number::<Oid>(row, "oid") else { continue };
            let Some(mut now) = Relation::read(row) else { continue };
            match self.known.relations.get(&oid) {
                Some(old) => {
                    now.own |= old.own;
                    now.rows = old.rows;
                    now.modes.clone_from(&old.modes);
                    // The size is only told of what changed.
                    now.bytes = now.bytes.or(old.bytes);
                    before.insert(oid, old.clone());
                }
                None => now.own |= is(row, "young"),
            }
            self.known.relations.insert(oid, now);
        }
        before
    }

    fn relation(&mut self, row: &SimpleQueryRow, before: &BTreeMap<Oid, Relation>) {
        let Some(oid) = number::<Oid>(row, "oid") else { return };
        if text(row, "relname").is_none() {
            self.gone(oid);
            return;
        }
        let Some(now) = self.known.relations.get(&oid).cloned() else { return };
        match before.get(&oid) {
            Some(before) => self.changed(oid, before, &now),
            None if now.own => self.made(oid, &now),
            None => {}
        }
        self.counts(oid, before.get(&oid), &now);
    }

    /// Locks on everything that is known.
    fn locks_of(&mut self, rows: &[&SimpleQueryRow]) {
        for row in rows {
            if let Some(oid) = number(row, "oid") {
                self.locks(oid, text(row, "modes").unwrap_or_default());
            }
        }
    }

    fn locks(&mut self, oid: Oid, modes: &str) {
        let Some(relation) = self.known.relations.get_mut(&oid) else { return };
        let modes: Vec<LockMode> = modes.split(' ').filter_map(LockMode::of_catalog).collect();
        let others = |mode: &LockMode| modes.iter().filter(move |other| *other != mode).copied().collect::<Vec<_>>();
        let is_new = |mode: &&LockMode| !relation.modes.contains(mode);
        let adds = |mode: &&LockMode| !others(mode).into_iter().any(|other| mode.is_covered_by(other));
        let new: Vec<LockMode> = modes.iter().filter(is_new).filter(adds).copied().collect();
        relation.modes = modes;
        let own = relation.own;
        let Some(object) = self.known.object(oid) else { return };
        let taken = |mode| LockTaken { relation: object.clone(), mode, own };
        self.seen.locks.extend(new.into_iter().map(taken));
    }

    fn gone(&mut self, oid: Oid) {
        let object = self.known.object(oid);
        let Some(relation) = self.known.relations.get_mut(&oid).filter(|relation| !relation.gone) else { return };
        relation.gone = true;
        if let Some(object) = object.filter(|object| object.kind != ObjectKind::Other && !relation.is_temporary) {
            if relation.is_index() {
                self.dropped_files.insert(object.clone(), relation.file);
            }
            self.seen.dropped.push(object);
        }
    }

    fn made(&mut self, oid: Oid, now: &Relation) {
        let Some(object) = self.known.object(oid).filter(|object| object.kind != ObjectKind::Other) else { return };
        if now.is_temporary {
            return;
        }
        if now.is_index() {
            self.touched.insert(now.table);
            // Dropped and made again without being built again.
            if self.dropped_files.remove(&object) == Some(now.file) && now.file != 0 {
                self.seen.dropped.retain(|dropped| *dropped != object);
                return;
            }
        }
        self.seen.made.push(Made { object, bytes: now.bytes, constraint: None, validated: None });
    }

    fn changed(&mut self, oid: Oid, before: &Relation, now: &Relation) {
        let has_a_new_file = now.file != before.file && matches!(now.kind, 'r' | 'm' | 'i');
        if !has_a_new_file || now.own {
            return;
        }
        let Some(relation) = self.known.object(oid) else { return };
        self.touched.insert(if now.is_index() { now.table } else { oid });
        let bytes_after = now.bytes.unwrap_or_default();
        let emptied = bytes_after == 0 && before.bytes.is_some_and(|bytes| bytes > 0);
        self.seen.rewrites.push(Rewrite { relation, bytes_before: before.bytes, bytes_after, emptied });
    }

    fn counts(&mut self, oid: Oid, before: Option<&Relation>, now: &Relation) {
        let new = now.counts.since(before.map(|before| before.counts).unwrap_or_default());
        if !now.has_rows() || now.is_temporary {
            return;
        }
        let Some(table) = self.known.object(oid) else { return };
        if new.inserted + new.updated + new.deleted > 0 {
            self.touched.insert(oid);
            let (inserted, updated, deleted) = (new.inserted, new.updated, new.deleted);
            self.seen.rows.push(RowChanges { table: table.clone(), inserted, updated, deleted });
        }
        if new.scans > 0 {
            self.touched.insert(oid);
            self.seen.scans.push(Scan { table, scans: new.scans, rows: new.returned, own: now.own });
        }
    }

    /// Constraints of tables that were locked for more than rows. Those of a table that is gone went with it.
    fn constraints(&mut self, rows: &[&SimpleQueryRow]) {
        let now: BTreeMap<Oid, Constraint> =
            rows.iter().filter_map(|row| Some((number(row, "oid")?, Constraint::read(row)?))).collect();
        for (oid, constraint) in &now {
            let Some(object) = self.known.constraint_object(constraint) else { continue };
            match self.known.constraints.get(oid) {
                Some(before) if !before.validated && constraint.validated => self.seen.validated.push(object),
                Some(_) => {}
                None => self.seen.made.push(Made {
                    object,
                    bytes: None,
                    constraint: Some(constraint.kind),
                    validated: Some(constraint.validated),
                }),
            }
        }
        let locked = |oid: &Oid| {
            let strong = |mode: &LockMode| !mode.is_covered_by(LockMode::RowExclusive);
            self.known.relations.get(oid).is_some_and(|table| table.modes.iter().any(strong))
        };
        let gone: Vec<Oid> = self
            .known
            .constraints
            .iter()
            .filter(|(oid, constraint)| !now.contains_key(oid) && locked(&constraint.table))
            .map(|(oid, _)| *oid)
            .collect();
        for oid in gone {
            let Some(constraint) = self.known.constraints.remove(&oid) else { continue };
            let is_there = self.known.relations.get(&constraint.table).is_some_and(|table| !table.gone);
            if let Some(object) = self.known.constraint_object(&constraint).filter(|_| is_there) {
                self.seen.dropped.push(object);
            }
        }
        self.known.constraints.extend(now);
    }

    /// What went and came back under its name.
    fn join_rebuilt(&mut self) {
        let is_part = |object: &ObjectRef| matches!(object.kind, ObjectKind::Index | ObjectKind::Constraint);
        let dropped: BTreeSet<ObjectRef> = self.seen.dropped.iter().filter(|object| is_part(object)).cloned().collect();
        let (rebuilt, made) =
            std::mem::take(&mut self.seen.made).into_iter().partition(|made| dropped.contains(&made.object));
        (self.seen.rebuilt, self.seen.made) = (rebuilt, made);
        let again: BTreeSet<&ObjectRef> = self.seen.rebuilt.iter().map(|made| &made.object).collect();
        self.seen.dropped.retain(|object| !again.contains(object));
    }

    fn finish(mut self) -> Observation {
        let Look { known, touched, .. } = &self;
        self.seen.tables = touched.iter().filter_map(|oid| known.facts(*oid)).collect();
        self.seen.locks.sort();
        self.seen
    }
}
