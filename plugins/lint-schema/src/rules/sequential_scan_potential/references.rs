//! Columns that are called like a reference.

use confiture_sdk::{ObjectRef, Relation, Report, Severity, sql};
use std::collections::HashMap;

/// What is known after all tables were seen.
#[derive(Debug, Default)]
pub struct References {
    /// The types of primary keys of one column, by schema and table.
    keys: HashMap<String, HashMap<String, String>>,
    candidates: Vec<Candidate>,
}

/// A column that may refer to a table.
#[derive(Debug)]
struct Candidate {
    subject: ObjectRef,
    type_name: String,
    table: String,
    rows: Option<u64>,
}

impl References {
    /// Notes a table's key, and its columns that may refer to another. Tables of fewer than `min_rows` are read fast
    /// enough.
    pub fn look_at(&mut self, relation: &Relation, min_rows: u64) {
        if let Some([column]) = relation.primary_key().map(|key| key.columns.as_slice())
            && let Some(column) = relation.column(column)
        {
            let keys = self.keys.entry(relation.schema.clone()).or_default();
            keys.insert(relation.name.clone(), column.type_name.clone());
        }
        if relation.estimated_rows.is_some_and(|rows| rows < min_rows) {
            return;
        }
        let is_in_a_key = |name: &String| {
            let quoted = sql::identifier(name);
            relation.foreign_keys().any(|key| key.columns.contains(name))
                || relation.indexes.iter().any(|index| index.keys.iter().any(|key| key == name || *key == quoted))
        };
        for column in &relation.columns {
            if stem(&column.name).is_some() && !is_in_a_key(&column.name) {
                self.candidates.push(Candidate {
                    subject: ObjectRef::from((relation, column)),
                    type_name: column.type_name.clone(),
                    table: relation.sql_name(),
                    rows: relation.estimated_rows,
                });
            }
        }
    }

    /// Reports those that are called after a table with a key of their type.
    pub fn tell(self, report: &mut Report) {
        for candidate in self.candidates {
            let schema = candidate.subject.schema.as_deref().unwrap_or_default();
            let Some(target) = self.keys.get(schema).and_then(|keys| candidate.called_after(keys)) else { continue };
            let (name, table) = (candidate.subject.name.clone(), candidate.subject.parent.clone().unwrap_or_default());
            let message = format!("Column '{name}' in table '{table}' could be indexed");
            let finding = report.finding(candidate.subject, message);
            finding
                .evidence(format!("it is called after {target}, whose primary key is {}", candidate.type_name))
                .suggestion(format!("CREATE INDEX ON {} ({});", candidate.table, sql::identifier(&name)));
            match candidate.rows {
                Some(rows) => finding.evidence(format!("reltuples = {rows}")),
                None => finding.severity(Severity::Info),
            };
        }
    }
}

impl Candidate {
    /// The table of its schema that it is called after.
    fn called_after<'k>(&self, keys: &'k HashMap<String, String>) -> Option<&'k str> {
        let stem = stem(&self.subject.name)?;
        let mut names = vec![stem.to_owned(), format!("{stem}s"), format!("{stem}es")];
        names.extend(stem.strip_suffix('y').map(|stem| format!("{stem}ies")));
        let fits = |name: &str| keys.get_key_value(name).filter(|(_, key)| **key == self.type_name);
        // `w_users` is what `user_id` means where tables have a prefix.
        let prefixed = || {
            let prefix = self.subject.parent.as_deref()?.split_once('_')?.0;
            let prefix = Some(prefix).filter(|prefix| prefix.len() <= 2)?;
            names.iter().find_map(|name| fits(&format!("{prefix}_{name}")))
        };
        names.iter().find_map(|name| fits(name)).or_else(prefixed).map(|(name, _)| name.as_str())
    }
}

/// `user` of `user_id`.
fn stem(column: &str) -> Option<&str> {
    column.strip_suffix("_id").filter(|stem| !stem.is_empty())
}
