//! What the rules about required columns share.

use crate::partitions::stands_alone;
use confiture_sdk::{ObjectRef, Relation, Report, Schema, sql};

/// A column that tables must have.
pub struct Required<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its type, for the suggestion.
    pub type_name: &'a str,
    /// The table that it refers to, as the user writes it, for the suggestion.
    pub references: Option<&'a str>,
}

impl Required<'_> {
    /// Reports a table that lacks the column.
    pub fn check(&self, relation: &Relation, schema: &Schema, report: &mut Report) {
        if relation.column(self.name).is_some() || self.refers_to(relation) || !stands_alone(relation, schema) {
            return;
        }
        let references = self.references.map(|table| format!(" REFERENCES {}", sql_name(table))).unwrap_or_default();
        let (table, column) = (relation.sql_name(), sql::identifier(self.name));
        let add = format!("ALTER TABLE {table} ADD COLUMN {column} {}", self.type_name);
        // Rows that are there already have a value only by a default: without one, NOT NULL at once would be refused.
        let suggestion = if self.fills_itself() {
            format!("{add} NOT NULL{references};")
        } else {
            format!("{add}{references}; then fill it, and ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL;")
        };
        report
            .finding(ObjectRef::from(relation), format!("Table '{}' is missing '{}'", relation.name, self.name))
            .suggestion(suggestion);
    }

    fn fills_itself(&self) -> bool {
        let mut words = self.type_name.split_whitespace();
        words.any(|word| word.eq_ignore_ascii_case("DEFAULT") || word.eq_ignore_ascii_case("GENERATED"))
    }

    fn refers_to(&self, relation: &Relation) -> bool {
        let Some(table) = self.references else { return false };
        let (schema, name) = table.split_once('.').unwrap_or((&relation.schema, table));
        schema == relation.schema && name == relation.name
    }
}

/// A table as the user writes it, with or without its schema, as SQL text.
fn sql_name(table: &str) -> String {
    match table.split_once('.') {
        Some((schema, name)) => sql::qualified(schema, name),
        None => sql::identifier(table),
    }
}
