//! A strategy as a profile writes it: by name, or with its type and options.

use super::Place;
use crate::config::{
    Problem, Source, Span, Spanned, nearest,
    tree::{Entry, Node, Value},
};
use std::sync::Arc;

/// Keys of a strategy that are the host's; anything else is an option of the strategy.
pub const KEYS: [&str; 3] = ["type", "strategy", "reason"];

/// A strategy as it stands in a file; which plugin offers it is found out when the profile is resolved.
#[derive(Clone, Debug)]
pub struct Written {
    /// Its name in the profile or in a plugin, or its type.
    pub name: Spanned<String>,
    /// Whether [`Self::name`] is a `type`: a plugin's strategy, not one that the profile names.
    pub is_type: bool,
    /// Its options.
    pub options: Vec<Entry>,
    /// Why, in the user's words.
    pub reason: Option<String>,
    /// All of it.
    pub span: Span,
    /// The file.
    pub source: Arc<Source>,
}

/// A strategy that a profile gives a name.
#[derive(Clone, Debug)]
pub struct Named {
    /// Where the name stands.
    pub place: Place,
    /// What it stands for.
    pub strategy: Written,
}

impl Written {
    /// Reads `name`, `{strategy: name}` or `{type: …, options}`.
    pub(crate) fn read(node: &Node, source: &Arc<Source>) -> Result<Self, Problem> {
        let plain = |name: &str, span| Self {
            name: Spanned { value: name.to_owned(), span },
            is_type: false,
            options: Vec::new(),
            reason: None,
            span: node.span,
            source: Arc::clone(source),
        };
        let entries = match &node.value {
            Value::String(_) => return Ok(plain(node.str("the name of a strategy")?, node.span)),
            Value::Table(entries) => entries,
            _ => {
                let problem = node.unexpected("a strategy: its name, or a table with its `strategy` or `type`");
                return Err(problem.help("write `none` where the values are to stay as they are"));
            }
        };
        let find = |key: &str| entries.iter().find(|entry| entry.key == key);
        let (kind, name) = (find("type"), find("strategy"));
        let Some(first) = kind.or(name) else { return Err(nameless(node, entries)) };
        let is_type = kind.is_some();
        let mut read = plain(first.node.str("the name of a strategy")?, first.node.span);
        read.is_type = is_type;
        read.reason = find("reason").map(|entry| entry.node.str("a text").map(str::to_owned)).transpose()?;
        // `type: custom` has an option `strategy` of its own.
        let own = |entry: &&Entry| entry.key != first.key && entry.key != "reason";
        read.options = entries.iter().filter(own).cloned().collect();
        Ok(read)
    }

    /// Where it is written.
    pub fn place(&self) -> Place {
        Place { source: Arc::clone(&self.source), span: self.span }
    }

    pub(crate) fn at(&self, span: Span) -> Place {
        Place { source: Arc::clone(&self.source), span }
    }
}

fn nameless(node: &Node, entries: &[Entry]) -> Problem {
    let problem = Problem::new(node.span, "the key `strategy` is missing: what masks this?");
    let near = entries.iter().find(|entry| nearest::is_near(&entry.key, &["strategy", "type"]));
    problem.help(match near {
        Some(entry) => format!("`{}` is not known here: did you mean `strategy` or `type`?", entry.key),
        None => "write `strategy: NAME`, or `type: TYPE` with its options".to_owned(),
    })
}
