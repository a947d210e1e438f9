//! Objects other than tables, put together by hand: change what a test is about.

use crate::catalog::{Extension, Routine, Sequence, Trigger};

fn split(name: &str) -> (String, String) {
    let (schema, name) = name.split_once('.').unwrap_or(("public", name));
    (schema.to_owned(), name.to_owned())
}

/// A function without arguments in schema `public`, or, written `schema.name`, in another.
pub fn routine(name: &str) -> Routine {
    let (schema, name) = split(name);
    Routine {
        schema,
        name,
        kind: "function".to_owned(),
        arguments: String::new(),
        language: "sql".to_owned(),
        volatility: "volatile".to_owned(),
        security_definer: false,
        settings: Vec::new(),
        owner: "owner".to_owned(),
        comment: None,
        definition: String::new(),
        source: None,
        extra: None,
    }
}

/// A bigint sequence, of which so much is used, from 0 to 1.
pub fn sequence(name: &str, used_fraction: f64) -> Sequence {
    let (schema, name) = split(name);
    Sequence {
        schema,
        name,
        type_name: "bigint".to_owned(),
        owned_by: None,
        identity: false,
        cycles: false,
        used_fraction: Some(used_fraction),
        extra: None,
    }
}

/// An enabled row trigger of a table, after each update.
pub fn trigger(table: &str, name: &str) -> Trigger {
    let (schema, table) = split(table);
    let target = crate::sql::qualified(&schema, &table);
    Trigger {
        name: name.to_owned(),
        row_level: true,
        enabled: true,
        function: format!("{schema}.{name}"),
        definition: format!("CREATE TRIGGER {name} AFTER UPDATE ON {target} FOR EACH ROW EXECUTE FUNCTION {name}()"),
        schema,
        table,
        extra: None,
    }
}

/// An extension in a schema.
pub fn extension(name: &str, schema: &str) -> Extension {
    Extension { name: name.to_owned(), schema: schema.to_owned(), version: "1.0".to_owned() }
}
