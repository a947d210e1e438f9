//! The options of a rule, hook or strategy, checked against the JSON Schemas that its plugin gave for them.

mod expected;

use crate::config::{
    Problem, Span, nearest,
    tree::{Entry, Node, Value},
};
use confiture_model::rule::OptionInfo;
use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::{Map, Number, Value as Json};

/// Names are the same in kebab-case and snake_case.
pub(crate) fn kebab(name: &str) -> String {
    name.to_lowercase().replace('_', "-")
}

/// What takes options.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taker<'a> {
    /// `rule` or `hook`.
    pub noun: &'a str,
    /// Its name.
    pub id: &'a str,
    /// What it takes.
    pub options: &'a [OptionInfo],
    /// What else may stand beside them, for hints.
    pub keys: &'a [&'a str],
}

impl Taker<'_> {
    /// The options that are written in `entries`, as the JSON object that the plugin gets. `place` is where the taker
    /// itself is written.
    pub fn read(&self, entries: &[Entry], place: Span) -> Result<Json, Problem> {
        self.read_with(entries, place, &|node| to_json(node, &Json::Null, &no_strategy))
    }

    /// The same; what a schema says is a strategy becomes what `strategy` makes of it.
    pub fn read_with(&self, entries: &[Entry], place: Span, strategy: Inner<'_>) -> Result<Json, Problem> {
        let mut options = Map::new();
        for entry in entries {
            let key = kebab(&entry.key);
            let Some(info) = self.options.iter().find(|info| kebab(&info.name) == key) else {
                return Err(self.unknown(entry));
            };
            let value = value(entry, info, strategy).map_err(|problem| problem.within(&entry.key, entry.node.span))?;
            if options.insert(info.name.clone(), value).is_some() {
                return Err(Problem::new(entry.key_span, format!("the option `{}` is already there", info.name)));
            }
        }
        match self.options.iter().find(|info| info.required && !options.contains_key(&info.name)) {
            None => Ok(Json::Object(options)),
            Some(info) => {
                let message = format!("the {} `{}` needs the option `{}`", self.noun, self.id, info.name);
                Err(Problem::new(place, message).help(format!("`{}`: {}", info.name, info.summary)))
            }
        }
    }

    fn unknown(&self, entry: &Entry) -> Problem {
        let message = format!("`{}` is no option of the {} `{}`", entry.key, self.noun, self.id);
        let own = self.options.iter().map(|info| info.name.as_str());
        let near = nearest::by_likeness(&entry.key, own.chain(self.keys.iter().copied()));
        let problem = Problem::new(entry.key_span, message);
        let takes = match self.options {
            [] => "it takes none of its own".to_owned(),
            options => {
                let names = options.iter().map(|info| format!("`{}`", info.name)).collect::<Vec<_>>();
                format!("it takes {}", names.join(", "))
            }
        };
        match near.first() {
            Some(nearest) => problem.help(format!("the nearest known one is `{nearest}`; {takes}")),
            None => problem.help(takes),
        }
    }
}

/// What a strategy inside a strategy becomes.
type Inner<'a> = &'a dyn Fn(&Node) -> Result<Json, Problem>;

fn no_strategy(node: &Node) -> Result<Json, Problem> {
    Err(node.unexpected("no strategy inside a strategy"))
}

fn value(entry: &Entry, info: &OptionInfo, strategy: Inner<'_>) -> Result<Json, Problem> {
    let json = to_json(&entry.node, &info.schema, strategy)?;
    let validator = validator(&info.schema).map_err(|why| {
        let message = format!("the plugin's JSON Schema for the option `{}` cannot be used: {why}", info.name);
        Problem::new(entry.key_span, message)
    })?;
    let problem = validator.iter_errors(&json).next().map(|error| {
        let pointer = error.instance_path().as_str();
        let (message, help) = expected::tell(&error, &info.schema);
        let mut problem = Problem::new(entry.node.at(pointer).span, message);
        problem.help = help;
        problem.path = pointer.split('/').skip(1).map(str::to_owned).collect();
        problem
    });
    problem.map_or(Ok(json), Err)
}

/// Formats are checked, a `regex` as plugins read it. Patterns run in linear time: schemas come from plugins.
fn validator(schema: &Json) -> Result<Validator, String> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .with_format("regex", |text: &str| regex::Regex::new(text).is_ok())
        .with_pattern_options(PatternOptions::regex())
        .build(schema)
        .map_err(|error| error.masked().to_string())
}

/// Strings are expanded, but for those whose schema says that they are secrets: of these the plugin gets the name.
fn to_json(node: &Node, schema: &Json, strategy: Inner<'_>) -> Result<Json, Problem> {
    let format = schema.get("format").and_then(Json::as_str);
    Ok(match &node.value {
        _ if format == Some("secret") => return secret(node),
        _ if format == Some("strategy") => return strategy(node),
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Integer(value) => Json::Number((*value).into()),
        Value::Float(value) => Number::from_f64(*value)
            .map(Json::Number)
            .ok_or_else(|| Problem::new(node.span, "expected a number that is finite"))?,
        Value::String(text) => Json::String(text.expanded()?.to_owned()),
        Value::List(items) => {
            let schema = schema.get("items").unwrap_or(&Json::Null);
            Json::Array(items.iter().map(|item| to_json(item, schema, strategy)).collect::<Result<_, _>>()?)
        }
        Value::Table(entries) => {
            let of = |key: &str| {
                let listed = schema.get("properties").and_then(|properties| properties.get(key));
                listed.or_else(|| schema.get("additionalProperties")).unwrap_or(&Json::Null)
            };
            let pairs =
                entries.iter().map(|entry| Ok((entry.key.clone(), to_json(&entry.node, of(&entry.key), strategy)?)));
            Json::Object(pairs.collect::<Result<_, Problem>>()?)
        }
    })
}

fn secret(node: &Node) -> Result<Json, Problem> {
    let name = match &node.value {
        Value::String(text) => text.variable(),
        _ => None,
    };
    name.map(|name| Json::String(name.to_owned())).ok_or_else(|| no_secret(node))
}

/// A secret that is written out, or something else where a secret should be.
pub(crate) fn no_secret(node: &Node) -> Problem {
    Problem::new(node.span, "expected exactly `${NAME}`: a secret stands in the environment, not in this file").hidden()
}
