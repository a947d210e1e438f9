//! What the rules about types share: which columns they look at, and how another type is asked for.

use crate::partitions::stands_alone;
use confiture_sdk::{Finding, Relation, Report, Schema, catalog::Column, sql};

/// The columns of a table whose type, or that of their elements, fits. A partition's types are its parent's.
pub fn columns_of_type<'r>(relation: &'r Relation, schema: &Schema, fits: fn(&str) -> bool) -> Vec<&'r Column> {
    let found: Vec<&Column> = relation.columns.iter().filter(|column| fits(element(&column.type_name))).collect();
    if found.is_empty() || !stands_alone(relation, schema) { Vec::new() } else { found }
}

/// The type without the brackets of an array.
pub fn element(type_name: &str) -> &str {
    type_name.trim_end_matches("[]")
}

/// Reports a column with the statement that gives it another type, which is looked at before it is run: most rewrite the
/// table under a lock.
pub fn tell<'f>(
    relation: &Relation,
    column: &Column,
    instead: &str,
    using: Option<&str>,
    report: &'f mut Report,
) -> &'f mut Finding {
    let brackets = &column.type_name[element(&column.type_name).len()..];
    let name = sql::identifier(&column.name);
    let using = using.map(|using| format!(" USING {}", using.replace("{}", &name))).unwrap_or_default();
    let message = format!("Column '{}' of table '{}' is {}", column.name, relation.name, column.type_name);
    let finding = report.finding((relation, column), message).suggestion(format!(
        "ALTER TABLE {} ALTER COLUMN {name} TYPE {instead}{brackets}{using};",
        relation.sql_name()
    ));
    if let Some(rows) = relation.estimated_rows {
        finding.evidence(format!("reltuples = {rows}"));
    }
    finding
}
