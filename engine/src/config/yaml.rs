//! YAML 1.2 to a tree: its core schema, one document, no tags.
//!
//! What makes YAML dangerous is bounded: nesting, and how much aliases may copy.

use super::{
    error::Problem,
    expand::Text,
    source::{Source, Span},
    tree::{Entry, Node, Value},
};
use granit_parser::{Event, Parser, ScalarStyle, StrInput, Tag};
use std::{borrow::Cow, collections::HashMap};

/// Deeper than this is no configuration.
const MAX_DEPTH: usize = 64;
/// Nodes and bytes of strings that all aliases of a file may copy together.
const MAX_COPIED: usize = 1 << 20;

/// Parses a whole file; an empty one is an empty table.
pub(crate) fn parse(source: &Source) -> Result<Node, Problem> {
    let options = granit_parser::options! {
        strict_indentation: true,
        disallow_directives: true,
        emit_comments: false,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let parser = Parser::new_from_str_with_options(&source.text, options);
    Builder { source, parser, anchors: HashMap::new(), copied: 0 }.document()
}

struct Builder<'s> {
    source: &'s Source,
    parser: Parser<'s, StrInput<'s>>,
    anchors: HashMap<usize, Node>,
    copied: usize,
}

impl<'s> Builder<'s> {
    fn document(mut self) -> Result<Node, Problem> {
        let mut root = None;
        while let Some((event, span)) = self.next()? {
            match event {
                Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
                Event::DocumentStart(..) if root.is_some() => {
                    return Err(Problem::new(span, "a second document starts here: a configuration is one document"));
                }
                Event::DocumentStart(..) => {}
                event => root = Some(self.node(event, span, 0)?),
            }
        }
        match root {
            Some(Node { value: Value::Null, .. }) | None => Ok(Node::default()),
            Some(root) => Ok(root),
        }
    }

    fn next(&mut self) -> Result<Option<(Event<'s>, Span)>, Problem> {
        match self.parser.next_event() {
            None => Ok(None),
            Some(Ok((event, span))) => Ok(Some((event, span.byte_range().unwrap_or(0..0).into()))),
            Some(Err(error)) => {
                let offset = error.marker().byte_offset().unwrap_or(self.source.text.len());
                let mut problem =
                    Problem::new(Span { start: offset, end: offset }, format!("this is not YAML: {}", error.kind()));
                if self.indented_with_a_tab(offset) {
                    problem = problem.help("YAML is indented with spaces: a tab cannot stand here");
                }
                Err(problem)
            }
        }
    }

    fn indented_with_a_tab(&self, offset: usize) -> bool {
        let text = &self.source.text;
        let start = text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
        let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        line.chars().take_while(|c| c.is_whitespace()).any(|c| c == '\t')
    }

    fn node(&mut self, event: Event<'s>, span: Span, depth: usize) -> Result<Node, Problem> {
        if depth > MAX_DEPTH {
            return Err(Problem::new(span, format!("this is nested deeper than {MAX_DEPTH} levels")));
        }
        let (anchor, node) = match event {
            Event::Alias(anchor) => return self.copy(anchor, span),
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar(text, style, tag.as_deref(), span)?;
                (anchor, Node { span, value })
            }
            Event::SequenceStart(_, anchor, tag) => (anchor, self.list(tag.as_deref(), span, depth)?),
            Event::MappingStart(_, anchor, tag) => (anchor, self.table(tag.as_deref(), span, depth)?),
            _ => return Err(Problem::new(span, "this is not YAML: expected a value")),
        };
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn list(&mut self, tag: Option<&Tag>, span: Span, depth: usize) -> Result<Node, Problem> {
        refuse_tag(tag, "seq", span)?;
        let mut items: Vec<Node> = Vec::new();
        while let Some((event, at)) = self.next()? {
            if matches!(event, Event::SequenceEnd) {
                let end = items.last().map_or(at.end, |last| last.span.end.max(span.end));
                return Ok(Node { span: Span { start: span.start, end }, value: Value::List(items) });
            }
            items.push(self.node(event, at, depth + 1)?);
        }
        Err(Problem::new(span, "this list does not end"))
    }

    fn table(&mut self, tag: Option<&Tag>, span: Span, depth: usize) -> Result<Node, Problem> {
        refuse_tag(tag, "map", span)?;
        let mut entries: Vec<Entry> = Vec::new();
        while let Some((event, key_span)) = self.next()? {
            if matches!(event, Event::MappingEnd) {
                let end = entries.last().map_or(key_span.end, |last| last.node.span.end.max(span.end));
                return Ok(Node { span: Span { start: span.start, end }, value: Value::Table(entries) });
            }
            let key = self.key(event, key_span, depth)?;
            if let Some(first) = entries.iter().find(|entry| entry.key == key) {
                let line = self.source.locate(first.key_span).line;
                return Err(Problem::new(key_span, format!("the key `{key}` is already there, in line {line}")));
            }
            let Some((event, at)) = self.next()? else { break };
            let node = self.node(event, at, depth + 1)?;
            entries.push(Entry { key, key_span, node });
        }
        Err(Problem::new(span, "this table does not end"))
    }

    fn key(&mut self, event: Event<'s>, span: Span, depth: usize) -> Result<String, Problem> {
        if let Event::Scalar(text, _, _, None) = &event
            && text != "<<"
        {
            let text = text.clone().into_owned();
            self.node(event, span, depth + 1)?;
            return Ok(text);
        }
        let problem = Problem::new(span, "this key is no plain text");
        Err(match event {
            Event::Scalar(text, ..) if text == "<<" => problem.help("`<<` is not part of YAML 1.2: write the keys out"),
            _ => problem,
        })
    }

    fn copy(&mut self, anchor: usize, span: Span) -> Result<Node, Problem> {
        let Some(target) = self.anchors.get(&anchor) else {
            return Err(Problem::new(span, "this alias stands inside of what it stands for"));
        };
        self.copied = self.copied.saturating_add(weight(target));
        if self.copied > MAX_COPIED {
            return Err(Problem::new(span, "the aliases of this file copy too much: write the values out"));
        }
        Ok(target.clone())
    }
}

fn weight(node: &Node) -> usize {
    match &node.value {
        Value::String(text) => 1 + text.written().len(),
        Value::List(items) => 1 + items.iter().map(weight).sum::<usize>(),
        Value::Table(entries) => 1 + entries.iter().map(|entry| entry.key.len() + weight(&entry.node)).sum::<usize>(),
        _ => 1,
    }
}

fn refuse_tag(tag: Option<&Tag>, allowed: &str, span: Span) -> Result<(), Problem> {
    match tag {
        Some(tag) if !tag.is_yaml_core_schema_tag(allowed) => {
            Err(Problem::new(span, format!("the tag `{}` means nothing here: leave it out", tag.original())))
        }
        _ => Ok(()),
    }
}

fn scalar(text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Result<Value, Problem> {
    refuse_tag(tag, "str", span)?;
    if tag.is_some() || style != ScalarStyle::Plain {
        return Ok(Value::String(Text::new(text)));
    }
    Ok(match &*text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" => Value::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Value::Float(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => Value::Float(f64::NAN),
        number if is_integer(number) => match parse_integer(number) {
            Some(number) => Value::Integer(number),
            None => return Err(Problem::new(span, "this number does not fit into 64 bits")),
        },
        number if is_float(number) => match number.parse() {
            Ok(number) => Value::Float(number),
            Err(_) => return Err(Problem::new(span, "this is not a number")),
        },
        _ => Value::String(Text::new(text)),
    })
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let radix = |prefix: &str, radix| {
        text.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_digit(radix)))
    };
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())) || radix("0o", 8) || radix("0x", 16)
}

fn parse_integer(text: &str) -> Option<i64> {
    match text.get(..2) {
        Some("0o") => i64::from_str_radix(&text[2..], 8).ok(),
        Some("0x") => i64::from_str_radix(&text[2..], 16).ok(),
        _ => text.parse().ok(),
    }
}

fn is_float(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.contains(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '-' | '+'))
        && text.parse::<f64>().is_ok()
}
