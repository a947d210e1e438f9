//! What a JSON Schema wanted, in words. The value itself is not shown: it may come from the environment.

use crate::config::nearest;
use jsonschema::{
    JsonType, ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::Value as Json;

/// The message and the help for a value that a schema refused.
pub(super) fn tell(error: &ValidationError<'_>, schema: &Json) -> (String, Option<String>) {
    let plain = |message: String| (message, None);
    match error.kind() {
        Kind::Type { kind } => plain(format!("expected {}, found {}", types(kind), found(error.instance()))),
        Kind::Enum { options } => choices(&strings(options), error),
        Kind::Constant { expected_value } => plain(format!("expected {expected_value}")),
        Kind::OneOfNotValid { .. } | Kind::AnyOf { .. } => match &alternatives(schema)[..] {
            [] => plain(format!("{} fits none of what the option takes", found(error.instance()))),
            names => choices(names, error),
        },
        Kind::Format { format } if format == "regex" => plain("expected a regular expression".to_owned()),
        Kind::Format { format } => plain(format!("expected a text of the format `{format}`")),
        Kind::Pattern { pattern } => (format!("expected a text that matches `{pattern}`"), example(schema)),
        Kind::Minimum { limit } => plain(format!("expected at least {limit}")),
        Kind::Maximum { limit } => plain(format!("expected at most {limit}")),
        Kind::ExclusiveMinimum { limit } => plain(format!("expected more than {limit}")),
        Kind::ExclusiveMaximum { limit } => plain(format!("expected less than {limit}")),
        Kind::MinLength { limit } => plain(format!("expected at least {limit} characters")),
        Kind::MaxLength { limit } => plain(format!("expected at most {limit} characters")),
        Kind::MinItems { limit } => plain(format!("expected at least {limit} in the list")),
        Kind::MaxItems { limit } => plain(format!("expected at most {limit} in the list")),
        Kind::Required { property } => plain(format!("the key {property} is missing")),
        Kind::AdditionalProperties { unexpected } => plain(format!("unknown key `{}`", unexpected.join("`, `"))),
        _ => plain(format!("the option does not take this: {}", error.masked())),
    }
}

fn choices(names: &[String], error: &ValidationError<'_>) -> (String, Option<String>) {
    let list = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let near = error.instance().as_str().map(|text| nearest::by_likeness(text, names.iter().map(String::as_str)));
    let help = near.and_then(|near| near.first().map(|nearest| format!("the nearest is `{nearest}`")));
    (format!("expected one of {list}"), help)
}

fn strings(options: &Json) -> Vec<String> {
    let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
    let shown = options.iter().filter(|option| !option.is_null());
    shown.map(|option| option.as_str().map_or_else(|| option.to_string(), str::to_owned)).collect()
}

/// The constants of a schema that is a choice between them, as Rust's enums are, wherever in it the choice stands.
fn alternatives(schema: &Json) -> Vec<String> {
    match schema {
        Json::Array(members) => members.iter().flat_map(alternatives).collect(),
        Json::Object(keys) => {
            let choices = keys.iter().flat_map(|(key, value)| match (key.as_str(), value) {
                ("const", Json::String(name)) => vec![name.clone()],
                ("enum", names) => strings(names),
                ("oneOf" | "anyOf" | "items" | "$defs", inner) => alternatives(inner),
                (_, Json::Object(_)) => alternatives(value),
                _ => Vec::new(),
            });
            choices.collect()
        }
        _ => Vec::new(),
    }
}

/// A pattern says little to most people; the schema may say more.
fn example(schema: &Json) -> Option<String> {
    let example = schema.get("examples")?.get(0)?.as_str()?;
    Some(format!("such as `{example}`"))
}

fn types(kind: &TypeKind) -> String {
    let names: Vec<_> = match kind {
        TypeKind::Single(one) => vec![name(*one)],
        TypeKind::Multiple(several) => several.into_iter().filter(|one| *one != JsonType::Null).map(name).collect(),
    };
    names.join(" or ")
}

fn name(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Array => "a list",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "a whole number",
        JsonType::Null => "nothing",
        JsonType::Number => "a number",
        JsonType::Object => "a table",
        JsonType::String => "a string",
    }
}

fn found(value: &Json) -> &'static str {
    match value {
        Json::Null => "nothing",
        Json::Bool(_) => "a boolean",
        Json::Number(number) if number.is_f64() => "a number",
        Json::Number(_) => "an integer",
        Json::String(_) => "a string",
        Json::Array(_) => "a list",
        Json::Object(_) => "a table",
    }
}
