//! A configuration file as a tree, each key and value with its place. TOML and YAML both become this.

use super::{
    error::Problem,
    expand::Text,
    source::{Source, Span},
};

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// From its first to behind its last character; for a TOML table that has a header, the header.
    pub span: Span,
    /// The value.
    pub value: Value,
}

/// What a value can be.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Value {
    /// Only in YAML.
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    String(Text),
    List(Vec<Node>),
    /// In the order of the file.
    Table(Vec<Entry>),
}

/// A key of a table, and its value.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub struct Entry {
    pub key: String,
    pub key_span: Span,
    pub node: Node,
}

impl Default for Node {
    fn default() -> Self {
        Self { span: Span::default(), value: Value::Table(Vec::new()) }
    }
}

impl Node {
    /// What it is, in words.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Integer(_) => "an integer",
            Value::Float(_) => "a number",
            Value::String(_) => "a string",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }

    /// The value behind `pointer`, a JSON pointer; the nearest one around it where there is none.
    pub fn at(&self, pointer: &str) -> &Node {
        let Some(rest) = pointer.strip_prefix('/') else { return self };
        let (segment, rest) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
        let segment = segment.replace("~1", "/").replace("~0", "~");
        let child = match &self.value {
            Value::Table(entries) => entries.iter().find(|entry| entry.key == segment).map(|entry| &entry.node),
            Value::List(items) => segment.parse().ok().and_then(|index: usize| items.get(index)),
            _ => None,
        };
        child.map_or(self, |child| child.at(rest))
    }

    pub(crate) fn unexpected(&self, expected: &str) -> Problem {
        Problem::new(self.span, format!("expected {expected}, found {}", self.kind()))
    }

    pub(crate) fn table(&self, expected: &str) -> Result<&[Entry], Problem> {
        match &self.value {
            Value::Table(entries) => Ok(entries),
            _ => Err(self.unexpected(expected)),
        }
    }

    pub(crate) fn bool(&self) -> Result<bool, Problem> {
        match &self.value {
            Value::Bool(value) => Ok(*value),
            _ => Err(self.unexpected("true or false")),
        }
    }

    /// The string with its variables expanded.
    pub(crate) fn str(&self, expected: &str) -> Result<&str, Problem> {
        match &self.value {
            Value::String(text) => text.expanded(),
            _ => Err(self.unexpected(expected)),
        }
    }

    /// The values of a list; a value that is no list stands for a list of itself.
    pub(crate) fn one_or_many(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => std::slice::from_ref(self),
        }
    }

    /// Looks up the variables of every string in the tree.
    pub(crate) fn expand(&mut self, source: &Source, env: &dyn Fn(&str) -> Option<String>) {
        match &mut self.value {
            Value::String(text) => text.expand(self.span, source, env),
            Value::List(items) => items.iter_mut().for_each(|item| item.expand(source, env)),
            Value::Table(entries) => entries.iter_mut().for_each(|entry| entry.node.expand(source, env)),
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) => {}
        }
    }
}
