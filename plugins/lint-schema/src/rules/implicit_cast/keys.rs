//! Foreign keys, and the columns that they refer to.

use super::types::{Difference, Types};
use confiture_sdk::{ObjectRef, Relation, Report, Severity, catalog::ConstraintKind, sql};
use std::collections::HashMap;

/// What is known after all tables were seen.
#[derive(Debug, Default)]
pub struct Keys {
    /// The types of columns that may be referred to, by schema and table: asking for each table again would cost more.
    targets: HashMap<(String, String), Vec<(String, String)>>,
    foreign: Vec<ForeignKey>,
}

#[derive(Debug)]
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
        let typed = |name: &String| Some((name.clone(), relation.column(name)?.type_name.clone()));
        let is_key = |kind| matches!(kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique);
        let mut names: Vec<&String> =
            relation.constraints.iter().filter(|one| is_key(one.kind)).flat_map(|one| &one.columns).collect();
        names.sort();
        names.dedup();
        let targets = names.into_iter().filter_map(typed).collect();
        self.targets.insert((relation.schema.clone(), relation.name.clone()), targets);
        for key in relation.foreign_keys() {
            let Some(target) = &key.references else { continue };
            let own: Vec<_> = key.columns.iter().filter_map(typed).collect();
            if own.len() == target.columns.len() {
                self.foreign.push(ForeignKey {
                    subject: ObjectRef::from((relation, key)),
                    own,
                    schema: target.schema.clone(),
                    table: target.table.clone(),
                    columns: target.columns.clone(),
                    rows: relation.estimated_rows,
                });
            }
        }
    }

    /// Reports keys of other types than what they refer to.
    pub fn tell(self, types: &mut Types<'_>, report: &mut Report) {
        for key in self.foreign {
            let known = self.targets.get(&(key.schema.clone(), key.table.clone()));
            let differing = key.columns.iter().zip(&key.own).find_map(|(target, own)| {
                let known = known.and_then(|known| known.iter().find(|(name, _)| name == target));
                // What only a unique index keeps apart can be referred to as well.
                let of = match known {
                    Some((_, of)) => of.clone(),
                    None => types.of(&key.schema, &key.table, target)?,
                };
                let difference = types.compare(&own.1, &of);
                (difference != Difference::None).then_some((own, target, of, difference))
            });
            if let Some((own, target, of, difference)) = differing {
                key.tell(own, target, &of, difference, report);
            }
        }
    }
}

impl ForeignKey {
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
