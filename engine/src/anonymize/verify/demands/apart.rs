//! What primary keys, unique indexes and EXCLUDE constraints demand beyond a strategy's promises: of expressions, that they
//! leave masked values as they are; of a condition, that no row comes to meet it.

use super::{Demand, Rule, under};
use crate::anonymize::resolve::{Key, ResolvedColumn, keys, mentions};
use confiture_model::schema::{Column, Relation, Snapshot};

/// Everything of it.
pub(super) fn demands<'a>(
    masked: &[&'a ResolvedColumn],
    relation: &'a Relation,
    snapshot: &Snapshot,
) -> Vec<Demand<'a>> {
    let mut demands = Vec::new();
    for key in keys(relation, snapshot) {
        demands.extend(of_expressions(&key, masked, relation, snapshot));
        demands.extend(of_condition(&key, masked, relation, snapshot));
    }
    demands
}

fn of_expressions<'a>(
    key: &Key,
    masked: &[&'a ResolvedColumn],
    relation: &'a Relation,
    snapshot: &Snapshot,
) -> Vec<Demand<'a>> {
    let mut demands = Vec::new();
    for element in key.elements.iter().filter(|element| element.column.is_none()) {
        let sql = &element.sql;
        for column in masked.iter().filter(|column| element.is_over(&column.info.name)) {
            // An expression over several columns is refused already, unless the column is null in all rows.
            let rule = if column.promises.all_null { Rule::Null(sql.clone()) } else { Rule::Same(sql.clone()) };
            demands.push(demand(format!("{} is over `{sql}`", key.what), rule, column, relation, snapshot));
        }
    }
    demands
}

fn of_condition<'a>(
    key: &Key,
    masked: &[&'a ResolvedColumn],
    relation: &'a Relation,
    snapshot: &Snapshot,
) -> Option<Demand<'a>> {
    let condition = key.predicate.as_ref().filter(|condition| !is_about_nulls(condition))?;
    let column = masked.iter().find(|column| mentions(condition, &column.info.name))?;
    let what = format!("{} holds rows where `{condition}`", key.what);
    Some(demand(what, Rule::Outside(condition.clone()), column, relation, snapshot))
}

/// `(email IS NOT NULL)`: null stays null, whatever masks it, so that no row comes to meet it.
fn is_about_nulls(condition: &str) -> bool {
    let bare = condition.trim_start_matches('(').trim_end_matches(')');
    let mut parts = bare.split(" AND ").map(|part| part.trim_matches(|c| matches!(c, '(' | ')' | ' ')));
    parts.all(|part| {
        part.strip_suffix(" IS NOT NULL").is_some_and(|name| name.chars().all(|c| c.is_alphanumeric() || c == '_'))
    })
}

fn demand<'a>(
    what: String,
    rule: Rule,
    masked: &'a ResolvedColumn,
    relation: &'a Relation,
    snapshot: &Snapshot,
) -> Demand<'a> {
    let named = |column: &&Column| rule.sql().is_some_and(|sql| mentions(sql, &column.name));
    let columns: Vec<&Column> = relation.columns.iter().filter(named).collect();
    Demand {
        what,
        subject: masked.full_name(),
        types: columns.iter().map(|column| under(&column.type_name, snapshot).0).collect(),
        columns,
        rule,
        masked,
    }
}

#[cfg(test)]
mod tests {
    use super::is_about_nulls;

    #[test]
    fn conditions_about_nulls_are_told() {
        assert!(is_about_nulls("(email IS NOT NULL)"));
        assert!(is_about_nulls("((email IS NOT NULL) AND (name IS NOT NULL))"));
        for other in ["(email IS NULL)", "(lower(email) IS NOT NULL)", "((email IS NOT NULL) OR active)", "active"] {
            assert!(!is_about_nulls(other), "{other}");
        }
    }
}
