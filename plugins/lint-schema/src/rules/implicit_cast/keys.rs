//! Foreign keys, and the columns that they refer to.

use super::types::{Difference, Types};
use confiture_sdk::{
    ObjectRef, Relation, Report, Severity,
    catalog::{Constraint, ConstraintKind},
    sql,
};
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

/// What is known after all tables were seen. Texts stand as their digests: nearly all keys have the types of what they refer
/// to, and nothing else of them is needed then.
#[derive(Debug, Default)]
pub struct Keys {
    /// The columns that may be referred to, by schema and table: name and type.
    targets: HashMap<u64, Vec<(u64, u64)>>,
    /// Schema and name of the tables with foreign keys.
    tables: Vec<(String, String)>,
    foreign: Vec<Noted>,
}

#[derive(Debug)]
struct Noted {
    /// Which of the tables it is of.
    table: usize,
    /// Which of its constraints it is.
    constraint: usize,
    /// What it refers to: schema and table.
    target: u64,
    /// The columns that it refers to, and the types of its own.
    columns: Vec<(u64, u64)>,
}

/// A key that is looked at closely.
struct ForeignKey {
    subject: ObjectRef,
    /// Names and types of its own columns.
    own: Vec<(String, String)>,
    schema: String,
    table: String,
    columns: Vec<String>,
    rows: Option<u64>,
}

impl Keys {
    /// Notes the keys of a table.
    pub fn look_at(&mut self, relation: &Relation) {
        let typed = |name: &String| Some((digest(name), digest(&relation.column(name)?.type_name)));
        let is_key = |kind| matches!(kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique);
        let columns = relation.constraints.iter().filter(|one| is_key(one.kind)).flat_map(|one| &one.columns);
        self.targets.insert(digest(&(&relation.schema, &relation.name)), columns.filter_map(typed).collect());
        let (table, before) = (self.tables.len(), self.foreign.len());
        for (constraint, key) in relation.constraints.iter().enumerate() {
            let Some(target) = key.references.as_ref().filter(|_| key.kind == ConstraintKind::ForeignKey) else {
                continue;
            };
            let own: Vec<_> = key.columns.iter().filter_map(typed).collect();
            if own.len() == target.columns.len() {
                let columns = target.columns.iter().zip(own).map(|(column, (_, own))| (digest(column), own)).collect();
                let target = digest(&(&target.schema, &target.table));
                self.foreign.push(Noted { table, constraint, target, columns });
            }
        }
        if self.foreign.len() > before {
            self.tables.push((relation.schema.clone(), relation.name.clone()));
        }
    }

    /// Reports keys of other types than what they refer to.
    pub fn tell(self, types: &mut Types<'_>, report: &mut Report) {
        for key in &self.foreign {
            if self.is_known_to_fit(key) {
                continue;
            }
            let (schema, table) = &self.tables[key.table];
            let relation = types.schema().find(schema, table);
            let constraint = relation.as_ref().and_then(|relation| relation.constraints.get(key.constraint));
            if let Some(key) =
                relation.as_ref().zip(constraint).and_then(|(relation, key)| ForeignKey::of(relation, key))
            {
                key.check(types, report);
            }
        }
    }

    /// Whether each of its columns has the type of what it refers to. What only a unique index keeps apart can be referred to
    /// as well, and is not known.
    fn is_known_to_fit(&self, key: &Noted) -> bool {
        let known = self.targets.get(&key.target);
        known.is_some_and(|known| key.columns.iter().all(|column| known.contains(column)))
    }
}

/// Of a text, or of several.
fn digest(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

impl ForeignKey {
    fn of(relation: &Relation, key: &Constraint) -> Option<Self> {
        let target = key.references.as_ref()?;
        let typed = |name: &String| Some((name.clone(), relation.column(name)?.type_name.clone()));
        Some(Self {
            subject: ObjectRef::from((relation, key)),
            own: key.columns.iter().filter_map(typed).collect(),
            schema: target.schema.clone(),
            table: target.table.clone(),
            columns: target.columns.clone(),
            rows: relation.estimated_rows,
        })
    }

    fn check(&self, types: &mut Types<'_>, report: &mut Report) {
        let differing = self.columns.iter().zip(&self.own).find_map(|(target, own)| {
            let of = types.of(&self.schema, &self.table, target)?;
            let difference = types.compare(&own.1, &of);
            (difference != Difference::None).then_some((own, target, of, difference))
        });
        if let Some((own, target, of, difference)) = differing {
            self.tell(own, target, &of, difference, report);
        }
    }

    fn tell(
        &self,
        (column, own): &(String, String),
        target: &str,
        of: &str,
        difference: Difference,
        report: &mut Report,
    ) {
        let table = self.subject.parent.as_deref().unwrap_or_default();
        let message = format!("Foreign key {table}({column}) is {own}, and {}({target}) is {of}", self.table);
        let finding = report.finding(&self.subject, message);
        finding.evidence(format!("{table}.{column} is {own}")).evidence(format!("{}.{target} is {of}", self.table));
        if let Some(rows) = self.rows {
            finding.evidence(format!("reltuples = {rows}"));
        }
        if difference == Difference::Wider {
            finding.severity(Severity::Info);
        }
        let schema = self.subject.schema.as_deref().unwrap_or_default();
        let table = sql::qualified(schema, table);
        finding.suggestion(format!("ALTER TABLE {table} ALTER COLUMN {} TYPE {of};", sql::identifier(column)));
    }
}
