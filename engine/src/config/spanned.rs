//! Values of a model that remember where they stood, and parts of the file that a model keeps as they are.

use super::{
    error::Problem,
    source::Span,
    tree::{Entry, Node},
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeSeed, IntoDeserializer, MapAccess, Visitor},
};
use std::{borrow::Cow, cell::Cell, fmt, marker::PhantomData};

/// The struct name under which the tree's deserializer hands out a [`Spanned`].
pub(crate) const NAME: &str = "$confiture::Spanned";
/// The struct name under which it hands out a [`Node`].
pub(crate) const NODE: &str = "$confiture::Node";
const FIELDS: &[&str] = &["start", "end", "value"];

/// A value and where it stood in the configuration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub struct Spanned<T> {
    pub value: T,
    pub span: Span,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct(NAME, FIELDS, SpannedVisitor(PhantomData))
    }
}

struct SpannedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for SpannedVisitor<T> {
    type Value = Spanned<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of a configuration file")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let missing = || de::Error::custom("a place is missing");
        let (_, start) = map.next_entry::<de::IgnoredAny, usize>()?.ok_or_else(missing)?;
        let (_, end) = map.next_entry::<de::IgnoredAny, usize>()?.ok_or_else(missing)?;
        let (_, value) = map.next_entry::<de::IgnoredAny, T>()?.ok_or_else(missing)?;
        Ok(Spanned { value, span: Span { start, end } })
    }
}

/// The fields of a [`Spanned`], as the tree hands them out.
pub(crate) struct Parts<'de> {
    from: From<'de>,
    field: usize,
}

enum From<'de> {
    Node(&'de Node),
    Key(&'de Entry),
}

impl<'de> Parts<'de> {
    pub fn new(node: &'de Node) -> Self {
        Self { from: From::Node(node), field: 0 }
    }

    pub fn key(entry: &'de Entry) -> Self {
        Self { from: From::Key(entry), field: 0 }
    }
}

impl<'de> MapAccess<'de> for Parts<'de> {
    type Error = Problem;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Problem> {
        FIELDS.get(self.field).map(|field| seed.deserialize((*field).into_deserializer())).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Problem> {
        self.field += 1;
        let span = match self.from {
            From::Node(node) => node.span,
            From::Key(entry) => entry.key_span,
        };
        match (self.field, &self.from) {
            (1, _) => seed.deserialize(span.start.into_deserializer()),
            (2, _) => seed.deserialize(span.end.into_deserializer()),
            (_, From::Node(node)) => seed.deserialize(*node),
            (_, From::Key(entry)) => seed.deserialize(entry.key.as_str().into_deserializer()),
        }
    }
}

thread_local! {
    /// A visitor cannot be given a tree, so the deserializer leaves it here and the visitor takes it at once.
    static HANDED: Cell<Option<Node>> = const { Cell::new(None) };
}

/// Gives `node` to the visitor of [`Node`].
pub(crate) fn hand_over<'de, V: Visitor<'de>>(node: &Node, visitor: V) -> Result<V::Value, Problem> {
    HANDED.set(Some(node.clone()));
    visitor.visit_unit()
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct(NODE, &[], NodeVisitor)
    }
}

struct NodeVisitor;

impl Visitor<'_> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a part of a configuration file")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Node, E> {
        HANDED.take().ok_or_else(|| E::custom("this is no part of a configuration file"))
    }
}

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl JsonSchema for Node {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Any".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        true.into()
    }
}
