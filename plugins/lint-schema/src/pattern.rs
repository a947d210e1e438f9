//! A regular expression as an option.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de::Error};
use std::borrow::Cow;

/// A regular expression that was compiled when the option was read, so that a wrong one is an error of configuration.
#[derive(Clone, Debug)]
pub struct Pattern(regex::Regex);

/// Enough for the patterns that people write, and far below a plugin's memory.
const SIZE_LIMIT: usize = 4 << 20;

impl Pattern {
    /// Whether a name fits; a pattern without anchors fits anywhere in it.
    pub fn matches(&self, name: &str) -> bool {
        self.0.is_match(name)
    }

    /// As the user wrote it.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        regex::RegexBuilder::new(&text).size_limit(SIZE_LIMIT).build().map(Self).map_err(|error| {
            // The last line says what is wrong; those before it draw the place.
            let why = error.to_string();
            let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ");
            D::Error::custom(format!("expected a regular expression: `{text}` is none ({why})"))
        })
    }
}

impl JsonSchema for Pattern {
    fn schema_name() -> Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "regex" })
    }
}
