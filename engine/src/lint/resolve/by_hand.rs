//! Rules that a command line names, without a configuration file.

use super::offers::Offers;
use crate::config::{
    ConfigError, Linting, Problem, Span,
    expand::Text,
    tree::{Entry, Node, Value},
};
use confiture_model::rule::RuleInfo;
use serde_json::Value as Json;

impl Linting {
    /// Every rule of `plugins`, or only `rule` with `options`, each `NAME=JSON` or `NAME=TEXT`. Nothing else runs, not
    /// even what is on by default. Without `rule`, rules that need an option are left out: nobody gave it.
    ///
    /// # Errors
    /// An unknown rule, and an option without `=`.
    pub fn of_rules(
        plugins: &[(&str, &[RuleInfo])],
        rule: Option<&str>,
        options: &[String],
    ) -> Result<Self, ConfigError> {
        let offers = Offers::new(plugins);
        let linting = Self::default();
        let chosen = rule.map(|name| offers.find(name, name)).transpose();
        let chosen = chosen.map_err(|problem: Problem| problem.in_source(&linting.source))?;
        let chosen = chosen.map(|known| (known.plugin, known.info.id.as_str()));
        let mut rules = Vec::new();
        for known in offers.rules() {
            let on = match chosen {
                Some(chosen) => chosen == (known.plugin, known.info.id.as_str()),
                None => !known.info.options.iter().any(|option| option.required),
            };
            if on || known.info.enabled_by_default {
                let value = if on && chosen.is_some() { Value::Table(entries(options)?) } else { Value::Bool(on) };
                rules.push(entry(format!("{}/{}", known.plugin, known.info.id), value));
            }
        }
        Ok(Self { rules, ..linting })
    }
}

fn entries(options: &[String]) -> Result<Vec<Entry>, ConfigError> {
    let read = options.iter().map(|option| {
        let Some((name, text)) = option.split_once('=') else {
            let message = format!("the option `{option}` has no value");
            return Err(ConfigError::about("", message, Some("write NAME=VALUE".to_owned())));
        };
        let value = serde_json::from_str(text).unwrap_or_else(|_| Json::String(text.to_owned()));
        Ok(entry(name.to_owned(), tree(value)))
    });
    read.collect()
}

fn entry(key: String, value: Value) -> Entry {
    Entry { key, key_span: Span::default(), node: Node { span: Span::default(), value } }
}

fn tree(json: Json) -> Value {
    let node = |json| Node { span: Span::default(), value: tree(json) };
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(value),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => Value::Integer(integer),
            None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::String(Text::new(text)),
        Json::Array(items) => Value::List(items.into_iter().map(node).collect()),
        Json::Object(pairs) => Value::Table(pairs.into_iter().map(|(key, json)| entry(key, tree(json))).collect()),
    }
}
