//! Writes to the objects of a schema where the files made them.
//!
//! PostgreSQL says which statement made or altered which object; within that statement `confiture_sql::locate` finds the
//! place. Where it finds none, the statement stands for it, and for a part of a table the table.

use super::{Applied, SourceFile, overload};
use confiture_model::{
    object::{ObjectKind, SourceSpan},
    schema::{Column, Constraint, Index, Relation, RelationKind, Routine, Snapshot, TypeDefinition},
    session::Touched,
};
use confiture_sql::{
    locate::{Definition, Verb},
    place::LineIndex,
};
use std::{
    collections::{HashMap, hash_map},
    ops::Range,
};

/// Sets `source` of everything in `snapshot` that a statement of `files` made. `applied` and `touched` are of the session
/// that built it.
pub fn attach_sources(snapshot: &mut Snapshot, files: &[SourceFile], applied: &Applied, touched: &[Touched]) {
    let history = History::new(files, applied, touched);
    for relation in &mut snapshot.relations {
        history.place_relation(relation);
    }
    for routine in &mut snapshot.routines {
        routine.source = history.routine(routine).map(|statement| history.named(statement, Family::Routine));
    }
    for type_definition in &mut snapshot.type_definitions {
        type_definition.source = history.type_definition(type_definition);
    }
}

/// Kinds of objects that share their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Family {
    Relation,
    Routine,
    Type,
    Constraint,
}

impl Family {
    fn of(kind: ObjectKind) -> Option<Self> {
        match kind {
            ObjectKind::Table
            | ObjectKind::Partition
            | ObjectKind::ForeignTable
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::Index
            | ObjectKind::Sequence => Some(Self::Relation),
            ObjectKind::Function | ObjectKind::Procedure => Some(Self::Routine),
            ObjectKind::Type | ObjectKind::Domain => Some(Self::Type),
            ObjectKind::Constraint => Some(Self::Constraint),
            _ => None,
        }
    }
}

/// Family, schema, table (of a constraint), name.
type Key<'a> = (Family, &'a str, &'a str, &'a str);

/// Which statements made or altered what.
struct History<'a> {
    applied: &'a Applied,
    lines: Vec<LineIndex<'a>>,
    texts: Vec<&'a str>,
    /// In the order in which they ran.
    statements: HashMap<Key<'a>, Vec<usize>>,
    definitions: HashMap<usize, Definition>,
}

impl<'a> History<'a> {
    fn new(files: &'a [SourceFile], applied: &'a Applied, touched: &'a [Touched]) -> Self {
        let mut history = Self {
            applied,
            lines: files.iter().map(|file| LineIndex::new(&file.text)).collect(),
            texts: files.iter().map(|file| file.text.as_str()).collect(),
            statements: HashMap::new(),
            definitions: HashMap::new(),
        };
        let mut touched: Vec<&Touched> = touched.iter().collect();
        touched.sort_by_key(|touched| touched.statement);
        for touched in touched {
            history.note(files, touched);
        }
        history
    }

    fn note(&mut self, files: &'a [SourceFile], touched: &'a Touched) {
        let (Some(family), Some(ran)) =
            (Family::of(touched.object.kind), self.applied.statements.get(touched.statement))
        else {
            return;
        };
        let schema = touched.object.schema.as_deref().unwrap_or_default();
        // Names of indexes are unique in their schema, those of constraints in their table.
        let table = touched.object.parent.as_deref().filter(|_| family == Family::Constraint).unwrap_or_default();
        self.statements.entry((family, schema, table, &touched.object.name)).or_default().push(touched.statement);
        if let hash_map::Entry::Vacant(vacant) = self.definitions.entry(touched.statement)
            && let Some(definition) = ran.statement(files).as_ref().and_then(Definition::read)
        {
            vacant.insert(definition);
        }
    }

    fn statements(&self, key: Key<'_>) -> Vec<usize> {
        self.statements.get(&key).cloned().unwrap_or_default()
    }

    fn place_relation(&self, relation: &mut Relation) {
        let statements = self.statements((Family::Relation, &relation.schema, "", &relation.name));
        let Some(source) = self.relation(relation, &statements) else { return };
        for column in &mut relation.columns {
            column.source = Some(self.column(column, &statements).unwrap_or_else(|| source.clone()));
        }
        for constraint in &mut relation.constraints {
            let own = self.statements((Family::Constraint, &relation.schema, &relation.name, &constraint.name));
            constraint.source = Some(self.constraint(constraint, &own, &statements).unwrap_or_else(|| source.clone()));
        }
        for index in &mut relation.indexes {
            // The index of a primary key is made by its constraint.
            let of_constraint = relation.constraints.iter().find(|constraint| constraint.name == index.name);
            let place = of_constraint.and_then(|constraint| constraint.source.clone());
            let place = place.or_else(|| self.index(&relation.schema, index));
            index.source = Some(place.unwrap_or_else(|| source.clone()));
        }
        relation.source = Some(source);
    }

    /// A table is made once; a view is what the last statement made of it.
    fn relation(&self, relation: &Relation, statements: &[usize]) -> Option<SourceSpan> {
        let statement = match relation.kind {
            RelationKind::View => self.last_creation(statements, Family::Relation),
            _ => statements.first().copied(),
        }?;
        Some(self.named(statement, Family::Relation))
    }

    fn column(&self, column: &Column, statements: &[usize]) -> Option<SourceSpan> {
        self.last_place(statements, |definition| definition.column(&column.name))
    }

    fn constraint(&self, constraint: &Constraint, own: &[usize], of_table: &[usize]) -> Option<SourceSpan> {
        self.last_place(own, |definition| definition.constraint(constraint))
            .or_else(|| self.last_place(of_table, |definition| definition.constraint(constraint)))
            .or_else(|| own.first().map(|statement| self.whole(*statement)))
    }

    fn index(&self, schema: &str, index: &Index) -> Option<SourceSpan> {
        let statements = self.statements((Family::Relation, schema, "", &index.name));
        let statement = self.last_creation(&statements, Family::Relation)?;
        let definition = self.definitions.get(&statement);
        match definition.is_some_and(|definition| definition.kind == ObjectKind::Index) {
            true => Some(self.named(statement, Family::Relation)),
            // A statement that made a table, and the index with it.
            false => Some(self.whole(statement)),
        }
    }

    /// The statement that made this one of several routines of a name.
    fn routine(&self, routine: &Routine) -> Option<usize> {
        let statements = self.statements((Family::Routine, &routine.schema, "", &routine.name));
        let creations: Vec<usize> =
            statements.iter().copied().filter(|statement| self.creates(*statement, Family::Routine)).collect();
        let written = |statement: &usize| {
            let range = self.definitions.get(statement)?.arguments.clone()?;
            self.text(*statement)?.get(range)
        };
        let likeness =
            |statement: &usize| overload::likeness(&routine.arguments, written(statement).unwrap_or_default());
        // Of equals the last: that is what CREATE OR REPLACE left.
        creations.iter().max_by_key(|statement| likeness(statement)).or(statements.first()).copied()
    }

    fn type_definition(&self, type_definition: &TypeDefinition) -> Option<SourceSpan> {
        let statements = self.statements((Family::Type, &type_definition.schema, "", &type_definition.name));
        // A composite type is a relation to PostgreSQL.
        let as_relation = self.statements((Family::Relation, &type_definition.schema, "", &type_definition.name));
        let statement = statements.first().or(as_relation.first())?;
        Some(self.named(*statement, Family::Type))
    }

    fn creates(&self, statement: usize, family: Family) -> bool {
        let definition = self.definitions.get(&statement);
        definition.is_some_and(|made| made.verb == Verb::Create && Family::of(made.kind) == Some(family))
    }

    fn last_creation(&self, statements: &[usize], family: Family) -> Option<usize> {
        let last = statements.iter().rev().find(|statement| self.creates(**statement, family));
        last.or(statements.first()).copied()
    }

    /// The place that the last of these statements gives.
    fn last_place(
        &self,
        statements: &[usize],
        find: impl Fn(&Definition) -> Option<Range<usize>>,
    ) -> Option<SourceSpan> {
        statements.iter().rev().find_map(|statement| {
            let range = find(self.definitions.get(statement)?)?;
            Some(self.part(*statement, range))
        })
    }

    /// The name in a statement that makes an object of this family, else the statement.
    fn named(&self, statement: usize, family: Family) -> SourceSpan {
        let definition = self.definitions.get(&statement).filter(|_| self.creates(statement, family));
        match definition.and_then(|definition| definition.name.as_ref()) {
            Some(name) => self.part(statement, name.range.clone()),
            None => self.whole(statement),
        }
    }

    fn whole(&self, statement: usize) -> SourceSpan {
        self.applied.statements[statement].span.clone()
    }

    /// A range of the statement's text.
    fn part(&self, statement: usize, range: Range<usize>) -> SourceSpan {
        let ran = &self.applied.statements[statement];
        let start = ran.range.start;
        match self.lines.get(ran.file) {
            Some(lines) => lines.span(start + range.start..start + range.end, &ran.span.file),
            None => ran.span.clone(),
        }
    }

    fn text(&self, statement: usize) -> Option<&'a str> {
        let ran = self.applied.statements.get(statement)?;
        self.texts.get(ran.file)?.get(ran.range.clone())
    }
}
