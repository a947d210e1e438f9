//! The tree as a source for serde: models are plain `#[derive(Deserialize)] #[serde(deny_unknown_fields)]` structs, and
//! every error has its place.

use super::{
    error::Problem,
    nearest, spanned,
    tree::{Entry, Node, Value},
};
use serde::{
    Deserialize,
    de::{self, DeserializeSeed, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor, value},
    forward_to_deserialize_any,
};
use std::fmt::{self, Display};

/// Reads a model from a tree.
pub(crate) fn from_node<'de, T: Deserialize<'de>>(node: &'de Node) -> Result<T, Problem> {
    T::deserialize(node).map_err(|mut problem: Problem| {
        problem.span.get_or_insert(node.span);
        problem
    })
}

impl de::Error for Problem {
    fn custom<T: Display>(message: T) -> Self {
        Self::nowhere(message.to_string())
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::nowhere(format!("expected {expected}, found {}", kind(unexpected)))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::nowhere(format!("expected {expected}"))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let list = expected.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let nearest = nearest::by_likeness(variant, expected.iter().copied());
        let problem = Self::nowhere(format!("expected one of {list}"));
        match nearest.first() {
            Some(nearest) => problem.help(format!("the nearest is `{nearest}`")),
            None => problem,
        }
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let mut problem = Self::nowhere(format!("unknown key `{field}`"));
        problem.help = nearest::hint(field, expected.iter().copied());
        problem
    }

    fn missing_field(field: &'static str) -> Self {
        Self::nowhere(format!("the key `{field}` is missing"))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::nowhere(format!("the key `{field}` is already there"))
    }
}

impl Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

/// The kind of a value, without the value: it may come from the environment.
fn kind(value: Unexpected<'_>) -> &'static str {
    match value {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "an integer",
        Unexpected::Float(_) => "a number",
        Unexpected::Char(_) | Unexpected::Str(_) => "a string",
        Unexpected::Unit => "nothing",
        Unexpected::Seq => "a list",
        Unexpected::Map => "a table",
        _ => "something else",
    }
}

impl<'de> de::Deserializer<'de> for &'de Node {
    type Error = Problem;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        let read = match &self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Integer(value) => visitor.visit_i64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::String(text) => text.expanded().and_then(|text| visitor.visit_borrowed_str(text)),
            Value::List(items) => visitor.visit_seq(Items { items, index: 0 }),
            Value::Table(entries) => visitor.visit_map(Entries { entries, index: 0 }),
        };
        read.map_err(|mut problem| {
            problem.span.get_or_insert(self.span);
            problem
        })
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        match name {
            spanned::NAME => visitor.visit_map(spanned::Parts::new(self)),
            spanned::NODE => spanned::hand_over(self, visitor),
            _ => self.deserialize_map(visitor),
        }
    }

    /// YAML's «nothing» is an empty table: all that stands below a key may be commented out.
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match &self.value {
            Value::Null => visitor.visit_map(Entries { entries: &[], index: 0 }),
            Value::Table(_) => self.deserialize_any(visitor),
            _ => Err(self.unexpected("a table")),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match &self.value {
            Value::Null => visitor.visit_seq(Items { items: &[], index: 0 }),
            Value::List(_) => self.deserialize_any(visitor),
            _ => Err(self.unexpected("a list")),
        }
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match &self.value {
            Value::Integer(number) if u32::try_from(*number).is_ok() => self.deserialize_any(visitor),
            Value::Integer(_) => Err(Problem::new(self.span, "expected a whole number that is not negative")),
            _ => Err(self.unexpected("a whole number")),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match &self.value {
            Value::Integer(_) | Value::Float(_) => self.deserialize_any(visitor),
            _ => Err(self.unexpected("a number")),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.bool().and_then(|value| visitor.visit_bool(value))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        let text = self.str("a string")?;
        visitor.visit_enum(text.into_deserializer()).map_err(|mut problem: Problem| {
            problem.span.get_or_insert(self.span);
            problem
        })
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u64 u128 f32 char str string bytes byte_buf unit unit_struct tuple tuple_struct
        identifier ignored_any
    }
}

struct Items<'de> {
    items: &'de [Node],
    index: usize,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Problem;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Problem> {
        let Some(item) = self.items.get(self.index) else { return Ok(None) };
        self.index += 1;
        seed.deserialize(item).map(Some).map_err(|problem| problem.within((self.index - 1).to_string(), item.span))
    }
}

struct Entries<'de> {
    entries: &'de [Entry],
    index: usize,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Problem;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Problem> {
        let Some(entry) = self.entries.get(self.index) else { return Ok(None) };
        seed.deserialize(Key(entry)).map(Some).map_err(|mut problem| {
            problem.span.get_or_insert(entry.key_span);
            problem
        })
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Problem> {
        let Some(entry) = self.entries.get(self.index) else { return Err(de::Error::custom("a value is missing")) };
        self.index += 1;
        seed.deserialize(&entry.node).map_err(|problem| problem.within(entry.key.clone(), entry.node.span))
    }
}

struct Key<'de>(&'de Entry);

impl<'de> de::Deserializer<'de> for Key<'de> {
    type Error = Problem;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_borrowed_str(&self.0.key)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        match name {
            spanned::NAME => visitor.visit_map(spanned::Parts::key(self.0)),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        visitor.visit_enum(value::BorrowedStrDeserializer::new(&self.0.key))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map identifier ignored_any
    }
}
