//! Columns that have to stay unique.

use super::{
    assign::{Assigned, Assignment, Table},
    columns::unquoted,
    keeps,
};
use crate::anonymize::profile::Problems;
use confiture_model::schema::ConstraintKind;

/// Refuses a strategy that may make one value of two where a primary key, a UNIQUE constraint or a unique index would then
/// break.
pub(super) fn check(assignment: &Assignment<'_>, problems: &mut Problems) {
    for table in assignment.tables.iter().filter(|table| table.skip.is_none()) {
        for assigned in &table.columns {
            let Some(bound) = &assigned.bound else { continue };
            let promises = bound.info.promises_with(&bound.options);
            // Nulls are distinct from each other, unless the index says otherwise.
            if promises.injective || keeps(promises) || super::joins::is_null(bound) {
                continue;
            }
            if let Some(key) = key_of(table, assigned) {
                let relation = table.relation;
                let name = format!("{}.{}.{}", relation.schema, relation.name, assigned.column.name);
                let message = format!(
                    "`{name}` belongs to {key}, and `{}` may make one value of two: it does not promise to be injective",
                    bound.shown()
                );
                let help =
                    "use a strategy that does, such as `deterministic_hash`, `email_masking` or `format_preserving`";
                problems.push(assigned.rule.strategy.place().error(message, Some(help.to_owned())));
            }
        }
    }
}

/// The key that the column belongs to, in words.
fn key_of(table: &Table<'_>, assigned: &Assigned<'_>) -> Option<String> {
    let column = &assigned.column.name;
    let constraint = table.relation.constraints.iter().find(|one| {
        matches!(one.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique) && one.columns.contains(column)
    });
    if let Some(constraint) = constraint {
        let kind =
            if constraint.kind == ConstraintKind::PrimaryKey { "the primary key" } else { "the UNIQUE constraint" };
        return Some(format!("{kind} `{}`", constraint.name));
    }
    let index =
        table.relation.indexes.iter().find(|one| one.unique && one.keys.iter().any(|key| mentions(key, column)));
    index.map(|index| format!("the unique index `{}`", index.name))
}

/// Whether a key of an index is the column, or an expression over it.
fn mentions(key: &str, column: &str) -> bool {
    if unquoted(key) == column {
        return true;
    }
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    key.match_indices(column)
        .any(|(at, found)| !key[..at].ends_with(part_of_word) && !key[at + found.len()..].starts_with(part_of_word))
        && key.contains('(')
}
