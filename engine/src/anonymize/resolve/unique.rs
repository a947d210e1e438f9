//! Columns that keep rows apart: what is masked there must not bring two rows into each other's way.
//!
//! What can be said from a strategy's promises is said here. What hangs on values (whether `lower(email)` leaves masked
//! values as they are) is tried when the profile is proven.

use super::{
    assign::{Assigned, Assignment, Table},
    bind::Bound,
    joins::is_null,
    keeps,
    keys::{Element, Key, Operator, keys},
};
use crate::anonymize::profile::Problems;
use confiture_model::schema::Snapshot;

const INJECTIVE: &str =
    "use a strategy that does, such as `deterministic_hash`, `email_masking` or `format_preserving`";
const ONE_TO_ONE: &str =
    "use a strategy that is injective, such as `deterministic_hash`, `email_masking` or `format_preserving`";
const KEEP: &str =
    "keep the column with `none`, give another column the mask, or sync into a table without the constraint";

/// Refuses a strategy that may make one value of two where a primary key, a UNIQUE constraint or a unique index would then
/// break, and one whose results may be in each other's way where an EXCLUDE constraint forbids it. What is not known is
/// refused.
pub(super) fn check(snapshot: &Snapshot, assignment: &Assignment<'_>, problems: &mut Problems) {
    for table in assignment.tables.iter().filter(|table| table.skip.is_none()) {
        let keys = keys(table.relation, snapshot);
        for assigned in &table.columns {
            let Some(bound) = &assigned.bound else { continue };
            if keeps(bound.info.promises_with(&bound.options)) {
                continue;
            }
            if let Some((why, help)) = keys.iter().find_map(|key| broken(key, assigned, bound, table)) {
                let relation = table.relation;
                let name = format!("{}.{}.{}", relation.schema, relation.name, assigned.column.name);
                let place = assigned.rule.strategy.place();
                problems.push(place.error(format!("`{name}` belongs to {why}"), Some(help.to_owned())));
            }
        }
    }
}

/// Why masked values would break a key, and what to do.
fn broken(key: &Key, assigned: &Assigned<'_>, bound: &Bound, table: &Table<'_>) -> Option<(String, &'static str)> {
    let column = &assigned.column.name;
    let of_it = key.elements.iter().filter(|element| element.is_over(column));
    of_it.filter_map(|element| broken_element(key, element, column, bound, table)).next()
}

fn broken_element(
    key: &Key,
    element: &Element,
    column: &str,
    bound: &Bound,
    table: &Table<'_>,
) -> Option<(String, &'static str)> {
    let promises = bound.info.promises_with(&bound.options);
    let (what, shown) = (&key.what, bound.shown());
    if is_null(bound) {
        // Nulls are distinct from each other, and in nothing's way, unless the index says otherwise.
        let equal = format!("{what}, to which nulls are equal (NULLS NOT DISTINCT), and `{shown}` makes them all null");
        return key.nulls_equal.then_some((equal, ONE_TO_ONE));
    }
    let element_is = &element.sql;
    match &element.operator {
        Operator::Other(operator) => Some((
            format!(
                "{what}, which compares `{element_is}` with `{operator}`: nobody can say whether what `{shown}` makes of \
                 two rows keeps out of each other's way"
            ),
            KEEP,
        )),
        _ if !promises.injective => Some((
            format!("{what}, and `{shown}` may make one value of two: it does not promise to be injective"),
            INJECTIVE,
        )),
        Operator::Different if !promises.deterministic || element.column.is_none() => Some((
            format!("{what}, which compares `{element_is}` with `<>`, and `{shown}` may make two values of one"),
            "use a strategy that promises to be deterministic and injective, such as `deterministic_hash`",
        )),
        _ if element.column.is_none() => {
            let other = table.relation.columns.iter().find(|one| one.name != column && element.is_over(&one.name))?;
            Some((
                format!(
                    "{what}, which is over `{element_is}`: of an expression over `{column}` and `{}` nobody can say whether \
                     what `{shown}` makes of it stays unique",
                    other.name
                ),
                KEEP,
            ))
        }
        Operator::Equal | Operator::Different => None,
    }
}
