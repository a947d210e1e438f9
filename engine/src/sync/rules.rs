//! What the proof may find in a masked column: nothing of the source's, or as much as chance leaves.

use crate::anonymize::{
    resolve::{Resolved, ResolvedColumn},
    suggest::{Kind, Suspicion},
};
use confiture_model::sync::{MaskedRule, Plan, Survivors};

/// The rules of every table of a plan, by its masked columns. `suspicions` tells which of them are about people.
pub fn rules(
    plan: &Plan,
    resolved: Option<&Resolved>,
    suspicions: &[Suspicion],
    root_of: &dyn Fn(&str, &str) -> (String, String),
) -> Vec<Vec<MaskedRule>> {
    let of_table = |table: &confiture_model::sync::TablePlan| {
        let (schema, name) = root_of(&table.table.schema, &table.table.name);
        let found = resolved?.tables.iter().find(|one| one.schema == schema && one.name == name)?;
        let rules =
            table.columns.iter().enumerate().filter(|(_, column)| column.masked).filter_map(|(place, column)| {
                let resolved = found.columns.iter().find(|one| one.info.name == column.name)?;
                let looks = suspicions
                    .iter()
                    .find(|one| one.schema == schema && one.table == name && one.column == column.name);
                Some(rule(place, resolved, looks.map(|one| one.kind)))
            });
        Some(rules.collect())
    };
    plan.tables.iter().map(|table| of_table(table).unwrap_or_default()).collect()
}

fn rule(column: usize, resolved: &ResolvedColumn, looks: Option<Kind>) -> MaskedRule {
    let promises = resolved.promises;
    let survivors = if promises.may_keep {
        Survivors::Kept
    } else if (promises.fresh || looks.is_some_and(is_of_one)) && has_room(resolved) {
        Survivors::None
    } else {
        Survivors::Chance
    };
    MaskedRule {
        column,
        array: resolved.array,
        survivors,
        makes_nulls: promises.makes_nulls,
        deterministic: promises.deterministic,
    }
}

/// Whether a value is one person's, so that none may be left whatever masks it.
fn is_of_one(looks: Kind) -> bool {
    use Kind::{Address, Card, Email, FullName, Iban, NationalId, Phone};
    matches!(looks, Email | Phone | FullName | Address | NationalId | Card | Iban)
}

/// Whether a result could only by a miracle be another row's value: it is a text, or as wide as a digest.
fn has_room(resolved: &ResolvedColumn) -> bool {
    let info = &resolved.info;
    let word = info.base_type.split('(').next().unwrap_or_default().trim();
    let texts = ["text", "character varying", "character", "citext", "bytea", "uuid", "json", "jsonb"];
    info.labels.is_empty() && texts.contains(&word) && info.room().is_none_or(|room| room >= 8)
}
