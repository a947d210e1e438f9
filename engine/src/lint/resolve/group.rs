//! Groups: several rules under one name.

use super::{
    Request,
    aliases::{AREAS, NAMING, PATTERN_RULE, PATTERN_TARGETS, STYLES},
    common::{self, Common, Parts, unknown_key},
    shape::Shape,
};
use crate::{
    config::{
        Problem, Spanned,
        expand::Text,
        nearest,
        tree::{Entry, Node, Value},
    },
    options::kebab,
};

/// A group, where it stands.
pub(super) struct Group<'a> {
    pub shape: &'a Shape<'a>,
    pub entry: &'a Entry,
    pub path: &'a [String],
    /// What the user called it.
    pub name: &'a str,
}

impl Group<'_> {
    /// `rules: [- primary_key_required: error]`, or a table of rules.
    pub fn members(&self, parts: Parts, requests: &mut Vec<Request>) -> Result<(), Problem> {
        for entry in &parts.rest {
            if entry.key != "rules" {
                let known = [common::KEYS, &["rules"]].concat();
                return Err(self.blame(unknown_key(entry, &entry.key, &known)));
            }
            let mut path = self.path.to_vec();
            path.push(entry.key.clone());
            for member in members_of(&entry.node).map_err(|problem| self.blame(problem))? {
                self.shape.read(&member, &parts.common, &path, requests)?;
            }
        }
        Ok(())
    }

    /// `tables: snake_case`, `columns: "^[a-z]+$"`; a kind of its own by the instance's name; an area of the load order.
    pub fn naming(&self, parts: Parts, requests: &mut Vec<Request>) -> Result<(), Problem> {
        let is_option = |entry: &Entry| matches!(entry.key.as_str(), "pattern" | "style" | "template");
        if parts.rest.iter().any(is_option) {
            requests.push(self.naming_of_one_kind(parts)?);
            return Ok(());
        }
        if parts.rest.is_empty() {
            for rule in ["table-naming", "column-naming"] {
                requests.push(self.request(rule, self.entry, parts.common.clone(), Vec::new()));
            }
        }
        for entry in &parts.rest {
            let request = match NAMING.iter().find(|(kind, _)| *kind == entry.key) {
                Some((kind, rule)) => self.kind(kind, rule, entry, &parts.common)?,
                None => self.area(entry, &parts.common)?,
            };
            requests.push(request);
        }
        Ok(())
    }

    /// `functions: "^fn_"`: the rule for names of this kind; where nobody offers it, a pattern will do.
    fn kind(&self, kind: &str, rule: &str, entry: &Entry, around: &Common) -> Result<Request, Problem> {
        let (common, mut options) = naming_value(entry, around)?;
        let offers = self.shape.offers;
        let is_pattern = matches!(&options[..], [option] if option.key == "pattern");
        if offers.has(rule) || !offers.has(PATTERN_RULE) || !is_pattern {
            return Ok(self.request(rule, entry, common, options));
        }
        let of = |value| Node { span: entry.key_span, value };
        let targets = of(Value::List(vec![of(Value::String(Text::new(kind)))]));
        options.push(Entry { key: PATTERN_TARGETS.to_owned(), key_span: entry.key_span, node: targets });
        let mut request = self.request(PATTERN_RULE, entry, common, options);
        request.instance = Some(rule.to_owned());
        request.beside_default = true;
        Ok(request)
    }

    /// `naming_tables: {type: naming_convention, pattern: …}`.
    fn naming_of_one_kind(&self, parts: Parts) -> Result<Request, Problem> {
        let words = kebab(&self.entry.key);
        let meant = |kind: &str| words.split('-').any(|word| word == kind || kind.strip_suffix('s') == Some(word));
        let Some((_, rule)) = NAMING.iter().find(|(kind, _)| meant(kind)) else {
            let kinds = NAMING.iter().map(|(kind, _)| format!("`naming_{kind}`")).collect::<Vec<_>>().join(", ");
            let message = format!("`{}` does not say which names it is about", self.entry.key);
            return Err(Problem::new(self.entry.key_span, message).help(format!("call it one of {kinds}")));
        };
        let options = parts.rest.into_iter().map(with_known_style).collect();
        let mut request = self.request(rule, self.entry, parts.common, options);
        request.instance = Some(self.entry.key.clone());
        Ok(request)
    }

    /// `write_side: "^w_"`: tables of the directories of that name in the load order.
    fn area(&self, entry: &Entry, around: &Common) -> Result<Request, Problem> {
        let areas = &self.shape.linting.areas;
        let name = entry.key.replace('-', "_");
        let other = AREAS.iter().filter(|(written, _)| *written == name).find_map(|(_, other)| areas.get(*other));
        let Some(directories) = areas.get(&name).or(other) else {
            let kinds = NAMING.iter().map(|(kind, _)| *kind);
            let known: Vec<_> = kinds.chain(areas.keys().map(String::as_str)).collect();
            let message = format!("`{}` is neither a kind of object nor a directory of the load order", entry.key);
            let mut problem = Problem::new(entry.key_span, message);
            problem.help = nearest::hint(&entry.key, known);
            return Err(problem);
        };
        let (mut common, options) = naming_value(entry, around)?;
        let place = entry.node.span;
        common.directories.extend(directories.iter().map(|value| Spanned { value: value.clone(), span: place }));
        let mut request = self.request(PATTERN_RULE, entry, common, options);
        request.instance = Some(entry.key.clone());
        request.beside_default = true;
        Ok(request)
    }

    /// `require_table_comments: true`, `require_column_comments: [- public_tables_only: true]`.
    pub fn documentation(&self, parts: Parts, requests: &mut Vec<Request>) -> Result<(), Problem> {
        const KNOWN: [&str; 2] = ["require_table_comments", "require_column_comments"];
        if let Some(unknown) = parts.rest.iter().find(|entry| !KNOWN.contains(&entry.key.as_str())) {
            return Err(unknown_key(unknown, &unknown.key, &[common::KEYS, &KNOWN].concat()));
        }
        for (key, rule) in [(KNOWN[0], "table-comment"), (KNOWN[1], "column-comment")] {
            let request = match parts.rest.iter().find(|entry| entry.key == key) {
                Some(entry) => {
                    let (common, options) =
                        comments(entry, &parts.common).map_err(|problem| problem.within(key, entry.node.span))?;
                    self.request(rule, entry, common, options)
                }
                // The group alone asks for comments on tables; columns are the plugin's default.
                None if rule == "table-comment" => self.request(rule, self.entry, parts.common.clone(), Vec::new()),
                None => continue,
            };
            requests.push(request);
        }
        Ok(())
    }

    fn request(&self, rule: &str, entry: &Entry, common: Common, options: Vec<Entry>) -> Request {
        let mut path = self.path.to_vec();
        if !std::ptr::eq(entry, self.entry) {
            path.push(entry.key.clone());
        }
        let written = if path.len() > self.path.len() { &entry.key } else { self.name };
        Request {
            rule: rule.to_owned(),
            written: written.to_owned(),
            place: entry.key_span,
            path,
            instance: None,
            beside_default: false,
            common,
            options,
        }
    }

    fn blame(&self, problem: Problem) -> Problem {
        let place = problem.span.unwrap_or(self.entry.key_span);
        self.path.iter().rev().fold(problem, |problem, key| problem.within(key.clone(), place))
    }
}

/// A style, a pattern or a template by what it looks like; or a table with options.
fn naming_value(entry: &Entry, around: &Common) -> Result<(Common, Vec<Entry>), Problem> {
    if let Value::String(text) = &entry.node.value
        && text.written() != "off"
    {
        let text = text.expanded()?;
        let option = match text {
            text if text.contains('{') && !text.starts_with('^') => "template",
            text if text.contains(['^', '$', '[', '(', '.', '*', '+']) => "pattern",
            _ => "style",
        };
        let option = Entry { key: option.to_owned(), key_span: entry.key_span, node: entry.node.clone() };
        return Ok((around.clone(), vec![with_known_style(option)]));
    }
    let parts = common::read(&entry.node, around).map_err(|problem| problem.within(&entry.key, entry.node.span))?;
    Ok((parts.common, parts.rest.into_iter().map(with_known_style).collect()))
}

/// A style under the name that rules know it by.
fn with_known_style(mut option: Entry) -> Entry {
    if let Value::String(text) = &option.node.value
        && option.key == "style"
        && let Some((_, known)) = STYLES.iter().find(|(written, _)| *written == text.written())
    {
        option.node.value = Value::String(Text::new(*known));
    }
    option
}

/// `true`, `false`, a table, or a list of tables of one key each.
fn comments(entry: &Entry, around: &Common) -> Result<(Common, Vec<Entry>), Problem> {
    let node = match &entry.node.value {
        Value::List(items) => {
            let tables = items.iter().map(|item| item.table("a table of one key").map(<[Entry]>::to_vec));
            let entries = tables.collect::<Result<Vec<_>, _>>()?.concat();
            Node { span: entry.node.span, value: Value::Table(entries) }
        }
        _ => entry.node.clone(),
    };
    let parts = common::read(&node, around)?;
    Ok((parts.common, parts.rest))
}

/// The members of a group: `- name: severity`, `- name`, or a table.
fn members_of(node: &Node) -> Result<Vec<Entry>, Problem> {
    match &node.value {
        Value::Null => Ok(Vec::new()),
        Value::Table(entries) => Ok(entries.clone()),
        Value::List(items) => {
            let members = items.iter().map(|item| match &item.value {
                Value::Table(entries) => Ok(entries.clone()),
                Value::String(_) => Ok(vec![Entry {
                    key: item.str("the name of a rule")?.to_owned(),
                    key_span: item.span,
                    node: Node { span: item.span, value: Value::Null },
                }]),
                _ => Err(item.unexpected("a rule: its name, or its name and severity")),
            });
            members.collect::<Result<Vec<_>, _>>().map(|members| members.concat())
        }
        _ => Err(node.unexpected("a list of rules")),
    }
}
