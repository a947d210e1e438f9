//! A name of a table, view or index as users write it in an option.

use super::identifier;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::{borrow::Cow, fmt, str::FromStr};

/// A name, with or without its schema, read as PostgreSQL reads it: `Orders` is `orders`, `"Orders"` stays, and
/// `"my.schema"."T"` has one dot that counts. Its `Display` is SQL text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// The schema, where it is named.
    pub schema: Option<String>,
    /// The name in it.
    pub name: String,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{}.", identifier(schema))?;
        }
        f.write_str(&identifier(&self.name))
    }
}

impl FromStr for Name {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "a name such as `orders`, `sales.orders` or `\"Sales\".\"Orders\"`";
        let mut parts = Vec::new();
        let mut rest = text.trim();
        loop {
            let (part, behind) = part(rest).ok_or(EXPECTED)?;
            parts.push(part);
            match behind.strip_prefix('.') {
                Some(behind) => rest = behind,
                None if behind.is_empty() => break,
                None => return Err(EXPECTED),
            }
        }
        let name = parts.pop().ok_or(EXPECTED)?;
        let schema = parts.pop();
        if parts.is_empty() { Ok(Self { schema, name }) } else { Err(EXPECTED) }
    }
}

/// The first part of a name, and what stands behind it.
fn part(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find('.').unwrap_or(text.len());
        let (word, behind) = text.split_at(end);
        let allowed = |c: char| c.is_alphanumeric() || c == '_' || c == '$' || !c.is_ascii();
        let starts = word.starts_with(|c: char| c.is_alphabetic() || c == '_' || !c.is_ascii());
        // PostgreSQL folds the letters of ASCII alone in a database of UTF-8.
        return (starts && word.chars().all(allowed)).then(|| (word.to_ascii_lowercase(), behind));
    };
    let mut name = String::new();
    let mut chars = quoted.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        match (char, chars.peek()) {
            ('"', Some((_, '"'))) => {
                name.push('"');
                chars.next();
            }
            ('"', _) => return (!name.is_empty()).then_some((name, &quoted[at + 1..])),
            ('\0', _) => return None,
            _ => name.push(char),
        }
    }
    None
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|expected| D::Error::custom(format!("expected {expected}")))
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Name {
    fn schema_name() -> Cow<'static, str> {
        "Name".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_postgresql_reads_them() {
        for (text, sql) in [
            ("orders", "orders"),
            (" Orders ", "orders"),
            ("sales.Orders", "sales.orders"),
            ("\"Sales\".\"my.Orders\"", "\"Sales\".\"my.Orders\""),
            ("\"a\"\"b\"", "\"a\"\"b\""),
            ("\"orders\"", "orders"),
            ("größe", "\"größe\""),
            ("user", "\"user\""),
        ] {
            assert_eq!(text.parse::<Name>().unwrap().to_string(), sql, "{text}");
        }
        for text in ["", "a.", ".a", "a.b.c", "a b", "a;b", "\"a", "\"\"", "a\"b\"", "2fa", "\"a\"b"] {
            assert!(text.parse::<Name>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let name: Name = serde_json::from_str("\"\\\"A.b\\\".c\"").unwrap();
        assert_eq!((name.schema.as_deref(), name.name.as_str()), (Some("A.b"), "c"));
        assert_eq!(serde_json::from_str::<Name>(&serde_json::to_string(&name).unwrap()).unwrap(), name);
    }
}
