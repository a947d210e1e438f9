//! A first profile, written from what looks personal. It loads; whoever reads it decides.

use super::{Kind, Suspicion, Types, name};
use crate::anonymize::resolve::element_of;
use confiture_model::schema::{Column, ConstraintKind, Relation, Snapshot};
use std::{collections::BTreeMap, fmt::Write as _};

/// A column, and what stands in the draft for it.
type Drafted<'a> = BTreeMap<(&'a str, &'a str, &'a str), (String, String)>;

/// The text of a profile (YAML) that masks what looks personal, with the reasons for each. `variable` is the variable of
/// the environment that will hold its key.
pub fn draft(profile: &str, variable: &str, snapshot: &Snapshot, suspicions: &[Suspicion]) -> String {
    let mut drafted = Drafted::new();
    for one in suspicions {
        if let Some((relation, column)) = find(snapshot, one) {
            let why = format!("{} ({:.2}): {}", one.kind.as_str(), one.score, one.reasons.join("; "));
            let strategy = strategy(one.kind, relation, column);
            drafted.insert((&one.schema, &one.table, &one.column), (strategy, why));
        }
    }
    join(snapshot, &mut drafted);
    let mut text = format!(
        "# Drafted by `confiture anonymize suggest`: read each line, and write `none` where a column may stay as it is.\n\
         anonymization_profile: {}\ndescription: What looks personal is masked\nkey: ${{{variable}}}\n\nrules:",
        quoted(profile)
    );
    if drafted.is_empty() {
        text.push_str(" []");
    }
    let mut table = None;
    for ((schema, name, column), (strategy, why)) in &drafted {
        // Writing to a string cannot fail.
        if table.replace((schema, name)) != Some((schema, name)) {
            let _ = write!(text, "\n  - table: {}\n    columns:", quoted(&format!("{schema}.{name}")));
        }
        let _ = write!(text, "\n      # {why}\n      {}: {strategy}", quoted(column));
    }
    text.push('\n');
    text
}

fn find<'s>(snapshot: &'s Snapshot, one: &Suspicion) -> Option<(&'s Relation, &'s Column)> {
    let relation = snapshot.relations.iter().find(|other| other.schema == one.schema && other.name == one.table)?;
    Some((relation, relation.columns.iter().find(|column| column.name == one.column)?))
}

/// Columns that foreign keys join get one strategy of the value alone.
fn join<'a>(snapshot: &'a Snapshot, drafted: &mut Drafted<'a>) {
    let mut changed = true;
    while changed {
        changed = false;
        for relation in &snapshot.relations {
            for constraint in &relation.constraints {
                let Some(target) = &constraint.references else { continue };
                for (column, referenced) in constraint.columns.iter().zip(&target.columns) {
                    let one = (relation.schema.as_str(), relation.name.as_str(), column.as_str());
                    let other = (target.schema.as_str(), target.table.as_str(), referenced.as_str());
                    if !drafted.contains_key(&one) && !drafted.contains_key(&other) {
                        continue;
                    }
                    for (end, with) in [(one, other), (other, one)] {
                        let joined = "deterministic_hash".to_owned();
                        let why =
                            format!("joined with {}.{}.{} by foreign key {}", with.0, with.1, with.2, constraint.name);
                        let before = drafted.get(&end);
                        if before.is_none_or(|(strategy, _)| *strategy != joined) {
                            let why = before.map_or(why.clone(), |(_, before)| format!("{before}; {why}"));
                            drafted.insert(end, (joined, why));
                            changed = true;
                        }
                    }
                }
            }
        }
    }
}

/// What masks it, as far as the column has room and may repeat values.
fn strategy(kind: Kind, relation: &Relation, column: &Column) -> String {
    let types = Types::of(&column.type_name);
    let room = room(&column.type_name);
    let fits = |needed: u32| room.is_none_or(|room| room >= needed);
    let nothing = || match types {
        _ if column.nullable => "set_null".to_owned(),
        Types::Number | Types::Other => "{type: fixed, value: 0}".to_owned(),
        Types::Date => "{type: fixed, value: 2000-01-01}".to_owned(),
        Types::Network => "network".to_owned(),
        _ => "{type: fixed, value: ''}".to_owned(),
    };
    if is_unique(relation, &column.name) {
        return match (kind, types) {
            (Kind::Email, Types::Text) if fits(40) => "email_masking".to_owned(),
            (Kind::NetworkAddress, Types::Network) => "network".to_owned(),
            (_, Types::Text) => "{type: format_preserving, on_mismatch: error}".to_owned(),
            (_, Types::Number | Types::Bytes) => "deterministic_hash".to_owned(),
            _ => nothing(),
        };
    }
    let fake = |what: &str, needed: u32| match fits(needed) {
        true => format!("{{type: fake, kind: {what}}}"),
        false => "format_preserving".to_owned(),
    };
    match (kind, types) {
        (_, Types::Document) => "{type: fixed, value: '{}'}".to_owned(),
        (Kind::BirthDate, Types::Date) => "date_shift".to_owned(),
        (Kind::NetworkAddress, Types::Network) => "network".to_owned(),
        (Kind::Location, _) => nothing(),
        (_, Types::Number) => "deterministic_hash".to_owned(),
        (_, Types::Date | Types::Bytes | Types::Network | Types::Other) => nothing(),
        (Kind::Email, _) if fits(40) => "email_masking".to_owned(),
        (Kind::FirstName, _) => fake("first_name", 20),
        (Kind::LastName, _) => fake("last_name", 20),
        (Kind::FullName, _) => fake("full_name", 30),
        (Kind::Username, _) => fake("username", 30),
        (Kind::Address, _) => fake("street", 40),
        (Kind::City, _) => fake("city", 15),
        (Kind::Card, _) => "{type: format_preserving, check: luhn}".to_owned(),
        (Kind::Iban, _) => "{type: format_preserving, check: iban}".to_owned(),
        (Kind::FreeText, _) => "redact".to_owned(),
        (Kind::Password | Kind::Picture | Kind::Trait, _) => nothing(),
        (Kind::NetworkAddress, _) if fits(45) => "network".to_owned(),
        _ => "format_preserving".to_owned(),
    }
}

fn is_unique(relation: &Relation, column: &str) -> bool {
    let constraint = relation.constraints.iter().any(|one| {
        matches!(one.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique)
            && one.columns.iter().any(|name| name == column)
    });
    // An expression over the column counts too: `lower(email)`.
    constraint || relation.indexes.iter().any(|one| one.unique && one.keys.iter().any(|key| key.contains(column)))
}

fn room(type_name: &str) -> Option<u32> {
    let element = element_of(type_name).type_name;
    element.split_once('(')?.1.split(')').next()?.parse().ok()
}

/// As YAML takes it: plain where that means the text itself.
fn quoted(text: &str) -> String {
    let plain = !name::words(text).is_empty()
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
        && !matches!(text.to_lowercase().as_str(), "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n");
    if plain { text.to_owned() } else { format!("'{}'", text.replace('\'', "''")) }
}
