//! Columns that look personal: by name, type, comment, and by what samples of their values are.
//!
//! Each sign has a weight from 0 to 1, and a column's score is the chance that not all of its signs mislead. No value is
//! kept: a reason counts them.

mod draft;
mod name;
mod numbers;
mod people;
mod value;

pub use draft::draft;

use super::resolve::element_of;
use confiture_model::{
    mask,
    schema::{Column, Relation, RelationKind, Snapshot},
};
use serde::Serialize;
use std::collections::BTreeMap;

/// From this score on a column counts as personal.
pub const THRESHOLD: f64 = 0.5;

/// What a personal value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Kind {
    Email,
    Phone,
    FirstName,
    LastName,
    FullName,
    Username,
    Address,
    Location,
    City,
    Postcode,
    BirthDate,
    NationalId,
    Card,
    Iban,
    NetworkAddress,
    Password,
    Picture,
    FreeText,
    /// Gender, religion, health, origin: what is about a person and tells who it is only with other columns.
    Trait,
}

impl Kind {
    /// In words: `an e-mail address`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "an e-mail address",
            Self::Phone => "a phone number",
            Self::FirstName => "a first name",
            Self::LastName => "a last name",
            Self::FullName => "a person's name",
            Self::Username => "a user name",
            Self::Address => "an address",
            Self::Location => "a place on the map",
            Self::City => "a town",
            Self::Postcode => "a postcode",
            Self::BirthDate => "a date of birth",
            Self::NationalId => "a national number",
            Self::Card => "the number of a card",
            Self::Iban => "an IBAN",
            Self::NetworkAddress => "a network address",
            Self::Password => "a password or secret",
            Self::Picture => "a picture of a person",
            Self::FreeText => "text about a person",
            Self::Trait => "a personal trait",
        }
    }
}

/// Why a column looks personal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sign {
    /// What it points to.
    pub kind: Kind,
    /// From 0 to 1.
    pub weight: f64,
    /// In words, without any value: `93 of 100 sampled values are e-mail addresses`.
    pub reason: String,
}

/// A column that looks personal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Suspicion {
    /// Its table's schema.
    pub schema: String,
    /// Its table.
    pub table: String,
    /// Its name.
    pub column: String,
    /// What its values probably are.
    pub kind: Kind,
    /// From 0 to 1.
    pub score: f64,
    /// Why.
    pub reasons: Vec<String>,
}

/// Sampled values by schema, table and column.
pub type Sampled = BTreeMap<(String, String, String), mask::Column>;

/// The columns of a schema that look personal, table by table, by what `sampled` holds of them.
pub fn suspicions(snapshot: &Snapshot, sampled: &Sampled) -> Vec<Suspicion> {
    let tables = snapshot
        .relations
        .iter()
        .filter(|one| matches!(one.kind, RelationKind::Table | RelationKind::PartitionedTable));
    let mut found = Vec::new();
    for table in tables {
        let own: Vec<Suspicion> = table
            .columns
            .iter()
            .filter(|column| !column.generated)
            .filter_map(|column| {
                let key = (table.schema.clone(), table.name.clone(), column.name.clone());
                suspicion(table, column, sampled.get(&key))
            })
            .collect();
        found.extend(own);
    }
    found
}

fn suspicion(table: &Relation, column: &Column, values: Option<&mask::Column>) -> Option<Suspicion> {
    let types = Types::of(&column.type_name);
    let mut signs = name::signs(table, column, types);
    signs.extend(values.map(|values| value::signs(values, types)).unwrap_or_default());
    let kinds: Vec<Kind> = signs.iter().map(|sign| sign.kind).collect();
    let score = |kind: Kind| {
        let misleads = signs.iter().filter(|sign| sign.kind == kind).map(|sign| 1.0 - sign.weight);
        1.0 - misleads.product::<f64>()
    };
    let kind = kinds.into_iter().max_by(|one, other| score(*one).total_cmp(&score(*other)).then(other.cmp(one)))?;
    if score(kind) < THRESHOLD {
        return None;
    }
    Some(Suspicion {
        schema: table.schema.clone(),
        table: table.name.clone(),
        column: column.name.clone(),
        kind,
        score: (score(kind) * 100.0).round() / 100.0,
        reasons: signs.iter().filter(|sign| sign.kind == kind).map(|sign| sign.reason.clone()).collect(),
    })
}

/// What a column's type lets it hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Types {
    Text,
    Number,
    Date,
    Bytes,
    Network,
    Document,
    Other,
}

impl Types {
    fn of(type_name: &str) -> Self {
        let element = element_of(type_name).type_name;
        let word = element.split('(').next().unwrap_or_default().trim();
        match word.rsplit('.').next().unwrap_or_default() {
            "text" | "character varying" | "character" | "citext" | "name" => Self::Text,
            "smallint" | "integer" | "bigint" | "numeric" => Self::Number,
            "date" => Self::Date,
            word if word.starts_with("timestamp") => Self::Date,
            "bytea" => Self::Bytes,
            "inet" | "cidr" | "macaddr" | "macaddr8" => Self::Network,
            "json" | "jsonb" | "xml" | "hstore" => Self::Document,
            "boolean" | "uuid" | "real" | "double precision" | "interval" | "time" => Self::Other,
            // Domains and enums are told by what they are called.
            _ => Self::Text,
        }
    }
}

#[cfg(test)]
mod tests;
