//! Types, and how far two of them are apart.

use confiture_sdk::{Schema, sql};
use std::collections::HashMap;

/// What comparing two types takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Nothing.
    None,
    /// Nothing, but the first holds fewer integers.
    Narrower,
    /// Nothing, but the first holds more integers.
    Wider,
    /// A cast.
    Cast,
}

/// The types of a schema's columns, as far as they were asked for.
pub struct Types<'s> {
    schema: &'s Schema,
    /// What is under each domain, by the ways to write its name.
    domains: Option<HashMap<String, String>>,
    /// The columns of tables and views, by schema and name.
    columns: HashMap<(String, String), HashMap<String, String>>,
}

impl<'s> Types<'s> {
    /// Nothing was asked for yet.
    pub fn new(schema: &'s Schema) -> Self {
        Self { schema, domains: None, columns: HashMap::new() }
    }

    /// Where they are asked for.
    pub fn schema(&self) -> &'s Schema {
        self.schema
    }

    /// The type of a column, as PostgreSQL prints it; none where there is no such column.
    pub fn of(&mut self, schema: &str, table: &str, column: &str) -> Option<String> {
        let columns = self.columns.entry((schema.to_owned(), table.to_owned())).or_insert_with(|| {
            let relation = self.schema.find(schema, table);
            let columns = relation.into_iter().flat_map(|relation| relation.columns);
            columns.map(|column| (column.name, column.type_name)).collect()
        });
        columns.get(column).cloned()
    }

    /// How far two types are apart.
    pub fn compare(&mut self, one: &str, other: &str) -> Difference {
        if one == other {
            return Difference::None;
        }
        let (one, other) = (self.base(one), self.base(other));
        match (integer(&one), integer(&other)) {
            _ if one == other || is_text(&one) && is_text(&other) => Difference::None,
            (Some(one), Some(other)) if one < other => Difference::Narrower,
            (Some(_), Some(_)) => Difference::Wider,
            _ => Difference::Cast,
        }
    }

    /// The type without its modifier, and under all domains.
    fn base(&mut self, type_name: &str) -> String {
        let mut base = bare(type_name);
        let is_built_in = |name: &str| integer(name).is_some() || is_text(name) || name == "uuid";
        // A domain over itself cannot be: this ends before.
        for _ in 0..64 {
            if is_built_in(&base) {
                break;
            }
            match self.domains().get(&base) {
                Some(under) => base = bare(under),
                None => break,
            }
        }
        base
    }

    fn domains(&mut self) -> &HashMap<String, String> {
        self.domains.get_or_insert_with(|| {
            let mut domains = HashMap::new();
            for definition in self.schema.type_definitions() {
                let Some(base) = definition.base_type else { continue };
                domains.insert(sql::identifier(&definition.name), base.clone());
                domains.insert(sql::qualified(&definition.schema, &definition.name), base);
            }
            domains
        })
    }
}

/// `timestamp without time zone` of `timestamp(3) without time zone`.
fn bare(type_name: &str) -> String {
    match (type_name.find('('), type_name.find(')')) {
        (Some(open), Some(close)) if open < close => format!("{}{}", &type_name[..open], &type_name[close + 1..]),
        _ => type_name.to_owned(),
    }
}

fn integer(type_name: &str) -> Option<u8> {
    ["smallint", "integer", "bigint"].iter().position(|name| *name == type_name).and_then(|at| u8::try_from(at).ok())
}

fn is_text(type_name: &str) -> bool {
    matches!(type_name, "text" | "character varying")
}
