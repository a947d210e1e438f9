//! A rule that the project makes of a pattern.

use super::super::{
    Problem, Spanned,
    tree::{Node, Value},
};
use regex::Regex;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};
use std::{borrow::Cow, ops::Deref};

/// A rule that the project makes of a pattern: names that do not match it are findings.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomRule {
    /// Its own name.
    pub name: Spanned<String>,
    /// One sentence; stands as the findings' message where `message` says nothing else.
    #[serde(default)]
    pub description: Option<String>,
    /// A regular expression that names must match.
    #[serde(default)]
    pub pattern: Option<Spanned<String>>,
    /// Whose names: `tables` (the default), `columns`, ...; one or a list.
    #[serde(default)]
    pub targets: Option<Node>,
    /// Whether it is on.
    #[serde(default)]
    pub enabled: Option<bool>,
    /// `error`, `warning`, `info` or `off`.
    #[serde(default)]
    pub severity: Option<Spanned<String>>,
    /// Stands in place of the rule's own message.
    #[serde(default)]
    pub message: Option<String>,
    /// Schemas that it is limited to: globs, or regular expressions that start with `^`.
    #[serde(default, alias = "schemas")]
    pub affected_schema: Names,
    /// Directories that it is limited to, by the files in which objects are created.
    #[serde(default)]
    pub affected_dirs: Names,
    /// Names that it leaves alone: globs, or regular expressions that start with `^`.
    #[serde(default)]
    pub exemptions: Names,
    /// Where it applies, written otherwise.
    #[serde(default)]
    pub applicable_to: ApplicableTo,
    /// A name that it accepts and one that it does not: checked when the configuration loads.
    #[serde(default)]
    pub example: Option<Example>,
    /// Free text.
    #[serde(default)]
    pub examples: Option<Node>,
    /// Refused: a check of one's own is a plugin.
    #[serde(default)]
    pub implementation: Option<Node>,
}

/// Where a rule applies.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ApplicableTo {
    /// Directories whose files' objects it is limited to.
    pub schema_path: Names,
    /// Schemas that it is limited to.
    pub schemas: Names,
    /// Names that it leaves alone.
    pub exclude_patterns: Names,
}

/// A name that a pattern accepts and one that it does not.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Example {
    /// Names that the rule accepts.
    pub good: Names,
    /// Names that the rule reports.
    pub bad: Names,
}

/// One string, or a list of strings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Names(pub Vec<Spanned<String>>);

impl Deref for Names {
    type Target = [Spanned<String>];
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Names {
    pub(crate) fn read(node: &Node) -> Result<Self, Problem> {
        if matches!(node.value, Value::Null) {
            return Ok(Self::default());
        }
        let strings = node.one_or_many().iter().map(|item| {
            let value = item.str("a string or a list of strings")?.to_owned();
            Ok(Spanned { value, span: item.span })
        });
        strings.collect::<Result<_, _>>().map(Self)
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&Node::deserialize(deserializer)?).map_err(|problem| de::Error::custom(problem.message))
    }
}

impl JsonSchema for Names {
    fn schema_name() -> Cow<'static, str> {
        "Names".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "One string, or a list of strings.",
            "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }],
        })
    }
}

impl CustomRule {
    /// Whether its pattern is one, and does what its example says.
    pub(super) fn check(&self) -> Result<(), Problem> {
        let Some(pattern) = &self.pattern else { return Ok(()) };
        let regex = Regex::new(&pattern.value).map_err(|error| {
            Problem::new(pattern.span, format!("this is no regular expression: {}", reason(&error)))
        })?;
        let Some(example) = &self.example else { return Ok(()) };
        let wrong = |name: &Spanned<String>, says: &str, does: &str| {
            let message = format!("the example calls `{}` {says}, but the pattern {does} it", name.value);
            Err(Problem::new(name.span, message))
        };
        if let Some(good) = example.good.iter().find(|name| !regex.is_match(&name.value)) {
            return wrong(good, "good", "does not match");
        }
        match example.bad.iter().find(|name| regex.is_match(&name.value)) {
            Some(bad) => wrong(bad, "bad", "matches"),
            None => Ok(()),
        }
    }
}

/// The last line of a regular expression's error says what is wrong; those before draw it.
pub(crate) fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).trim().to_owned()
}
