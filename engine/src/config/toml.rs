//! TOML to a tree.

use super::{
    error::Problem,
    expand::Text,
    source::{Source, Span},
    tree::{Entry, Node, Value},
};
use toml::de::{DeFloat, DeInteger, DeTable, DeValue};

/// Parses a whole file. Nesting is bounded by the parser (80 levels).
pub(crate) fn parse(source: &Source) -> Result<Node, Problem> {
    let table = DeTable::parse(&source.text).map_err(|error| syntax(source, &error))?;
    let whole = Span { start: 0, end: 0 };
    Ok(Node { span: whole, value: entries(table.get_ref())? })
}

fn syntax(source: &Source, error: &toml::de::Error) -> Problem {
    let span = Span::from(error.span().unwrap_or(0..0));
    if error.message() == "duplicate key" {
        let key = source.text.get(span.start..span.end).unwrap_or_default();
        return Problem::new(span, format!("the key `{key}` is already there: a key stands only once"));
    }
    Problem::new(span, format!("this is not TOML: {}", error.message()))
}

fn entries(table: &DeTable<'_>) -> Result<Value, Problem> {
    let mut entries = Vec::with_capacity(table.len());
    for (key, value) in table {
        let key_span = Span::from(key.span());
        entries.push(Entry {
            key: key.get_ref().to_string(),
            key_span,
            node: node(value.span().into(), value.get_ref())?,
        });
    }
    entries.sort_by_key(|entry| entry.key_span);
    Ok(Value::Table(entries))
}

fn node(span: Span, value: &DeValue<'_>) -> Result<Node, Problem> {
    let value = match value {
        DeValue::String(text) => Value::String(Text::new(text.as_ref())),
        DeValue::Integer(number) => integer(span, number)?,
        DeValue::Float(number) => float(span, number)?,
        DeValue::Boolean(value) => Value::Bool(*value),
        // Nothing in a configuration is a date: whoever takes it reads its text.
        DeValue::Datetime(date) => Value::String(Text::new(date.to_string())),
        DeValue::Array(items) => {
            Value::List(items.iter().map(|item| node(item.span().into(), item.get_ref())).collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => entries(table)?,
    };
    Ok(Node { span, value })
}

fn integer(span: Span, number: &DeInteger<'_>) -> Result<Value, Problem> {
    i64::from_str_radix(number.as_str(), number.radix())
        .map(Value::Integer)
        .map_err(|_| Problem::new(span, "this number does not fit into 64 bits"))
}

fn float(span: Span, number: &DeFloat<'_>) -> Result<Value, Problem> {
    number.as_str().parse().map(Value::Float).map_err(|_| Problem::new(span, "this is not a number"))
}
