//! Options: described to the host as JSON Schemas, read back from the project's configuration.

use crate::error::Error;
use schemars::{JsonSchema, generate::SchemaSettings};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use serde_path_to_error::Segment;

/// One option of a rule or hook.
#[derive(Clone, Debug, PartialEq)]
pub struct OptionInfo {
    /// As it is written in the configuration.
    pub name: String,
    /// One sentence, from the field's documentation.
    pub summary: String,
    /// Whether it has no default.
    pub required: bool,
    /// A JSON Schema (draft 2020-12) that stands by itself.
    pub schema: Value,
}

/// What the fields of `O` take.
pub(crate) fn describe<O: JsonSchema>() -> Vec<OptionInfo> {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let schema = settings.into_generator().into_root_schema_for::<O>().to_value();
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema.get("properties").and_then(Value::as_object);
    properties
        .into_iter()
        .flatten()
        .map(|(name, schema)| OptionInfo {
            name: name.clone(),
            summary: summary(schema),
            required: required.contains(&name.as_str()),
            schema: schema.clone(),
        })
        .collect()
}

/// The first paragraph of a property's description, on one line.
fn summary(schema: &Value) -> String {
    let description = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    let paragraph = description.split("\n\n").next().unwrap_or_default();
    paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reads a JSON object of options.
///
/// # Errors
/// [`Error::InvalidConfig`] with the JSON pointer of what is wrong.
pub(crate) fn read<O: DeserializeOwned + JsonSchema>(json: &str) -> Result<O, Error> {
    let text = if json.trim().is_empty() { "{}" } else { json };
    let value: Value = serde_json::from_str(text).map_err(|_| Error::option("", "a JSON object"))?;
    let Value::Object(given) = &value else { return Err(Error::option("", "a JSON object")) };
    check_names(given, &describe::<O>())?;
    serde_path_to_error::deserialize(&value).map_err(|error| {
        let pointer = error.path().iter().map(pointer_part).collect::<String>();
        let reason = error.inner().to_string();
        // serde says «invalid type: X, expected Y»; the user needs Y.
        let expected = reason.rsplit_once("expected ").map_or(reason.as_str(), |(_, expected)| expected);
        Error::option(pointer, expected)
    })
}

fn check_names(given: &Map<String, Value>, known: &[OptionInfo]) -> Result<(), Error> {
    if let Some(name) = given.keys().find(|name| known.iter().all(|option| option.name != **name)) {
        let names: Vec<_> = known.iter().map(|option| format!("`{}`", option.name)).collect();
        let expected = match names.as_slice() {
            [] => "no options: there are none".to_owned(),
            [one] => format!("only the option {one}"),
            _ => format!("one of the options {}", names.join(", ")),
        };
        return Err(Error::option(format!("/{}", escape(name)), expected));
    }
    match known.iter().find(|option| option.required && !given.contains_key(&option.name)) {
        Some(option) => Err(Error::option(
            format!("/{}", escape(&option.name)),
            format!("a value, because it has no default: {}", option.summary),
        )),
        None => Ok(()),
    }
}

fn pointer_part(segment: &Segment) -> String {
    match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", escape(key)),
        Segment::Enum { variant } => format!("/{}", escape(variant)),
        Segment::Unknown => String::new(),
    }
}

/// RFC 6901, section 3.
fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    enum Style {
        Snake,
        Camel,
    }

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Options {
        /// What names
        /// must match.
        ///
        /// More about it.
        pattern: String,
        /// How names are written.
        #[serde(default)]
        styles: Vec<Style>,
    }

    fn pointer(json: &str) -> (String, String) {
        match read::<Options>(json) {
            Err(Error::InvalidConfig { pointer, expected }) => (pointer, expected),
            other => (format!("{other:?}"), String::new()),
        }
    }

    #[test]
    fn fields_become_options_that_stand_by_themselves() {
        let options = describe::<Options>();
        assert_eq!(options[0].name, "pattern");
        assert_eq!(options[0].summary, "What names must match.");
        assert!(options[0].required);
        assert!(!options[1].required);
        assert_eq!(options[1].schema["type"], "array");
        assert_eq!(options[1].schema["items"]["enum"], serde_json::json!(["snake", "camel"]));
        assert!(describe::<crate::NoOptions>().is_empty());
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        let read = read::<Options>(r#"{"pattern": "x", "styles": ["camel", "snake"]}"#).unwrap();
        assert!(matches!(read.styles[..], [Style::Camel, Style::Snake]));
        assert_eq!(read.pattern, "x");
        assert_eq!(pointer("{}").0, "/pattern");
        assert_eq!(pointer("[1]"), (String::new(), "a JSON object".to_owned()));
        assert_eq!(pointer(r#"{"pattern": 3}"#), ("/pattern".to_owned(), "a string".to_owned()));
        assert_eq!(
            pointer(r#"{"pattern": "x", "style/s": 1}"#),
            ("/style~1s".to_owned(), "one of the options `pattern`, `styles`".to_owned())
        );
        let (at, expected) = pointer(r#"{"pattern": "x", "styles": ["snake", "upper"]}"#);
        assert_eq!(at, "/styles/1");
        assert!(expected.contains("snake"), "{expected}");
        assert!(expected.contains("one of") || expected.contains("camel"), "{expected}");
    }
}
