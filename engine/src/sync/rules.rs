//! What the proof may find in a masked column: nothing of the source's, or as much as chance leaves.

use crate::anonymize::{
    resolve::{Resolved, ResolvedColumn},
    suggest::{Kind, Suspicion},
};
use confiture_model::sync::{MaskedRule, Plan, Survivors};
use serde_json::Value;

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
    let options = resolved.ready.options();
    let strategy = resolved.ready.id();
    let survivors = if resolved.promises.may_keep || rearranges(strategy) {
        Survivors::Kept
    } else if is_of_one(strategy, options, looks) && has_room(resolved) {
        Survivors::None
    } else {
        Survivors::Chance
    };
    MaskedRule {
        column,
        array: resolved.array,
        survivors,
        makes_nulls: strategy == "set_null" || says(options, &["null", "set_null"]),
        deterministic: resolved.promises.deterministic,
    }
}

/// The same values, in other rows.
fn rearranges(strategy: &str) -> bool {
    strategy == "shuffle"
}

/// Whether a value is one person's: an e-mail address, a phone number, an address, a full name; or a digest.
fn is_of_one(strategy: &str, options: &Value, looks: Option<Kind>) -> bool {
    const KINDS: [&str; 4] = ["email", "phone", "address", "full_name"];
    let kind = options.get("kind").and_then(Value::as_str);
    matches!(strategy, "email_masking" | "redact" | "set_null")
        || strategy == "deterministic_hash"
        || strategy == "fake" && kind.is_some_and(|kind| KINDS.contains(&kind))
        || matches!(
            looks,
            Some(
                Kind::Email | Kind::Phone | Kind::FullName | Kind::Address | Kind::NationalId | Kind::Card | Kind::Iban
            )
        )
}

/// Whether a result could only by a miracle be another row's value: it is a text, or as wide as a digest.
fn has_room(resolved: &ResolvedColumn) -> bool {
    let info = &resolved.info;
    let word = info.base_type.split('(').next().unwrap_or_default().trim();
    let texts = ["text", "character varying", "character", "citext", "bytea", "uuid", "json", "jsonb"];
    info.labels.is_empty() && texts.contains(&word) && info.room().is_none_or(|room| room >= 8)
}

/// Whether one of these words stands among the options, at any depth.
fn says(options: &Value, words: &[&str]) -> bool {
    match options {
        Value::Null => false,
        Value::String(text) => words.contains(&text.as_str()),
        Value::Array(values) => values.iter().any(|value| says(value, words)),
        Value::Object(entries) => entries.iter().any(|(_, value)| says(value, words)),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
