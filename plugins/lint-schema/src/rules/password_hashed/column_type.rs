//! How much of a hash fits into a column's type.

use confiture_sdk::{Schema, catalog::TypeDefinition, sql};

/// What fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// A hash of any kind.
    Enough {
        /// Whether the type itself, a domain, looks at what comes in.
        checked: bool,
    },
    /// This many characters, which are too few.
    Characters(u32),
    /// No hash at all.
    Never,
    /// It is a flag, a time, or something of the project's own: not a password.
    NoPassword,
}

/// The length of a bcrypt hash, the shortest of those that are made for passwords.
const SHORTEST: u32 = 60;

/// What fits into a type, a domain being what is under it.
pub fn room(type_name: &str, schema: &Schema) -> Room {
    let (word, length) = match type_name.split_once('(') {
        Some((word, rest)) => (word, rest.split(')').next().and_then(|length| length.parse().ok())),
        None => (type_name, None),
    };
    match word {
        "text" | "bytea" => Room::Enough { checked: false },
        "character varying" | "character" | "varchar" | "char" | "bpchar" => match length {
            Some(length) if length < SHORTEST => Room::Characters(length),
            // Without a length, char is one character and varchar any number.
            None if word == "character" || word == "char" => Room::Characters(1),
            _ => Room::Enough { checked: false },
        },
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" | "money" | "uuid" => Room::Never,
        _ => of_domain(type_name, schema),
    }
}

fn of_domain(type_name: &str, schema: &Schema) -> Room {
    let is_it = |one: &TypeDefinition| {
        sql::qualified(&one.schema, &one.name) == type_name || sql::identifier(&one.name) == type_name
    };
    let Some(definition) = schema.type_definitions().find(is_it) else { return Room::NoPassword };
    let Some(base) = definition.base_type.filter(|base| base != type_name) else { return Room::NoPassword };
    match room(&base, schema) {
        Room::Enough { checked } => Room::Enough { checked: checked || !definition.checks.is_empty() },
        other => other,
    }
}
