//! Columns as strategies are told of them.

use confiture_model::{
    mask::ColumnInfo,
    schema::{Column, ConstraintKind, Relation, Snapshot, TypeDefinition},
};

/// A type, and whether arrays of it were meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// The type, or that of an array's elements.
    pub type_name: String,
    /// Whether it was an array.
    pub array: bool,
}

/// The type of a column's values; of an array, that of its elements.
pub fn element_of(type_name: &str) -> Element {
    let element = type_name.trim_end_matches("[]");
    Element { type_name: element.to_owned(), array: element.len() < type_name.len() }
}

/// What strategies are told of each column of a table, without its groups.
pub fn infos(relation: &Relation, snapshot: &Snapshot) -> Vec<ColumnInfo> {
    relation.columns.iter().map(|column| info(column, relation, snapshot)).collect()
}

fn info(column: &Column, relation: &Relation, snapshot: &Snapshot) -> ColumnInfo {
    let element = element_of(&column.type_name);
    let (base, labels) = base(&element.type_name, snapshot);
    let primary = |kind| relation.constraints.iter().any(|one| one.kind == kind && one.columns.contains(&column.name));
    ColumnInfo {
        schema: relation.schema.clone(),
        table: relation.name.clone(),
        name: column.name.clone(),
        max_length: length(&base),
        type_name: element.type_name,
        base_type: base,
        labels,
        nullable: column.nullable || element.array,
        unique: !element.array && is_alone_unique(relation, &column.name),
        primary_key: primary(ConstraintKind::PrimaryKey),
        join_group: None,
        group_type: None,
        group_max_length: None,
        estimated_rows: relation.estimated_rows,
    }
}

fn is_alone_unique(relation: &Relation, column: &str) -> bool {
    let constraint = |one: &confiture_model::schema::Constraint| {
        matches!(one.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique) && one.columns == [column]
    };
    let index =
        |one: &confiture_model::schema::Index| one.unique && one.predicate.is_none() && is_key(&one.keys, column);
    relation.constraints.iter().any(constraint) || relation.indexes.iter().any(index)
}

fn is_key(keys: &[String], column: &str) -> bool {
    matches!(keys, [key] if unquoted(key) == column)
}

pub(super) fn unquoted(name: &str) -> String {
    match name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => name.to_owned(),
    }
}

/// The type under a domain, and the labels of an enum.
fn base(type_name: &str, snapshot: &Snapshot) -> (String, Vec<String>) {
    let mut name = type_name.to_owned();
    // Domains cannot be over themselves: this ends before.
    for _ in 0..64 {
        match definition(&name, snapshot) {
            Some(TypeDefinition { kind, base_type: Some(base), .. }) if kind == "domain" => {
                name = element_of(base).type_name
            }
            Some(TypeDefinition { kind, labels, .. }) if kind == "enum" => return (name, labels.clone()),
            _ => break,
        }
    }
    // Types of extensions carry their schema: `public.citext`.
    let plain = name.rsplit_once('.').filter(|(schema, _)| !schema.contains('(')).map(|(_, plain)| plain.to_owned());
    (plain.unwrap_or(name), Vec::new())
}

/// What a type's name stands for, where the snapshot has it. Types outside `pg_catalog` are printed with their schema.
pub fn definition<'s>(name: &str, snapshot: &'s Snapshot) -> Option<&'s TypeDefinition> {
    let plain = name.split('(').next().unwrap_or(name);
    snapshot.type_definitions.iter().find(|one| match plain.split_once('.') {
        Some((schema, name)) => unquoted(schema) == one.schema && unquoted(name) == one.name,
        None => unquoted(plain) == one.name,
    })
}

/// The characters of varchar(n) and char(n).
fn length(type_name: &str) -> Option<u32> {
    let (word, rest) = type_name.split_once('(')?;
    let of_text = matches!(word.trim_end(), "character varying" | "character" | "varchar" | "char" | "bpchar");
    rest.split(')').next().filter(|_| of_text)?.trim().parse().ok()
}

/// The type without its modifiers: `timestamp without time zone`.
pub(super) fn word(type_name: &str) -> String {
    match (type_name.find('('), type_name.find(')')) {
        (Some(open), Some(close)) if open < close => format!("{}{}", &type_name[..open], &type_name[close + 1..]),
        _ => type_name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_words_and_lengths() {
        assert_eq!(
            (word("timestamp(3) without time zone"), length("character varying(20)")),
            ("timestamp without time zone".into(), Some(20))
        );
        assert_eq!((word("numeric(8,2)"), length("numeric(8,2)")), ("numeric".into(), None));
        assert_eq!(element_of("text[]"), Element { type_name: "text".into(), array: true });
        assert_eq!(base("public.citext", &Snapshot::empty(150_000)).0, "citext");
    }
}
