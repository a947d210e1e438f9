//! One file of a profile, from its tree.

use super::{ColumnRule, Named, Place, Problems, QuasiIdentifiers, Rule, TableRule, Written};
use crate::{
    anonymize::pattern::{Pattern, TablePattern},
    config::{
        ConfigError, Problem, Source, Span, Spanned, nearest,
        tree::{Entry, Node, Value},
    },
};
use std::sync::Arc;

const FILE: [&str; 8] = [
    "anonymization_profile",
    "description",
    "extends",
    "key",
    "strategies",
    "rules",
    "quasi_identifiers",
    "environments",
];
const ENVIRONMENT: [&str; 5] = ["description", "key", "strategies", "rules", "quasi_identifiers"];
const RULE: [&str; 4] = ["table", "columns", "strategy", "reason"];
const QUASI_IDENTIFIERS: [&str; 3] = ["table", "columns", "k"];
/// What stands for a table whose rows are not copied.
const SKIP_TABLE: &str = "skip_table";
const USUAL_K: u64 = 5;

/// A file, as far as it goes: what it extends is not read yet.
#[derive(Debug)]
pub(super) struct ProfileFile {
    pub name: Spanned<String>,
    pub extends: Option<Spanned<String>>,
    pub source: Arc<Source>,
    pub own: Part,
    pub environments: Vec<(Spanned<String>, Part)>,
}

/// What a file says at its top, or for one environment.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub description: Option<String>,
    pub key: Option<(String, Place)>,
    pub strategies: Vec<(String, Named)>,
    pub rules: Vec<Rule>,
    pub quasi_identifiers: Vec<QuasiIdentifiers>,
}

/// Reads a file, and says everything that is wrong with it.
pub(super) fn read(tree: &Node, source: &Arc<Source>) -> Result<ProfileFile, Problems> {
    let mut reader = Reader { source, problems: Problems::default(), path: Vec::new() };
    let entries = match tree.table("a profile: a table with `anonymization_profile` and `rules`") {
        Ok(entries) => entries,
        Err(problem) => return Err(problem.in_source(source).into()),
    };
    reader.known(entries, &FILE, "a profile");
    let own = reader.part(entries);
    let mut environments = Vec::new();
    if let Some(entry) = find(entries, "environments") {
        for environment in reader.entries(entry, "environments by name") {
            let path = ["environments", &environment.key];
            let inner = reader.within(&path, |reader| {
                let entries = reader.entries(environment, "what counts in this environment");
                reader.known(entries, &ENVIRONMENT, "an environment of a profile");
                reader.part(entries)
            });
            let name = Spanned { value: environment.key.clone(), span: environment.key_span };
            environments.push((name, inner));
        }
    }
    let extends = reader.text(entries, "extends", "the name of a profile");
    let name = reader.text(entries, "anonymization_profile", "the name of the profile");
    if find(entries, "anonymization_profile").is_none() {
        reader.say(Problem::new(tree.span, "the key `anonymization_profile` is missing: what is this profile called?"));
    }
    let name = name.unwrap_or(Spanned { value: String::new(), span: tree.span });
    let file = ProfileFile { name, extends, source: Arc::clone(source), own, environments };
    reader.problems.or(file)
}

fn find<'n>(entries: &'n [Entry], key: &str) -> Option<&'n Entry> {
    entries.iter().find(|entry| entry.key == key)
}

struct Reader<'s> {
    source: &'s Arc<Source>,
    problems: Problems,
    path: Vec<String>,
}

impl Reader<'_> {
    fn say(&mut self, problem: Problem) {
        let span = problem.span.unwrap_or_default();
        let whole = self.path.iter().rev().fold(problem, |problem, key| problem.within(key.clone(), span));
        let error: ConfigError = whole.in_source(self.source);
        self.problems.push(error);
    }

    fn take<T>(&mut self, read: Result<T, Problem>) -> Option<T> {
        read.map_err(|problem| self.say(problem)).ok()
    }

    fn within<T>(&mut self, path: &[&str], read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.extend(path.iter().map(|key| (*key).to_owned()));
        let read = read(self);
        self.path.truncate(self.path.len() - path.len());
        read
    }

    fn place(&self, span: Span) -> Place {
        Place { source: Arc::clone(self.source), span }
    }

    fn known(&mut self, entries: &[Entry], keys: &[&str], what: &str) {
        for entry in entries.iter().filter(|entry| !keys.contains(&entry.key.as_str())) {
            let mut problem = Problem::new(entry.key_span, format!("`{}` is no key of {what}", entry.key));
            problem.help = nearest::hint(&entry.key, keys.iter().copied());
            self.say(problem);
        }
    }

    /// The entries of a table; none where it is empty or, which is said, something else.
    fn entries<'n>(&mut self, entry: &'n Entry, expected: &str) -> &'n [Entry] {
        if entry.node.value == Value::Null {
            return &[];
        }
        let read = entry.node.table(expected).map_err(|problem| problem.within(entry.key.clone(), entry.node.span));
        self.take(read).unwrap_or_default()
    }

    fn items<'n>(&mut self, entry: &'n Entry, expected: &str) -> &'n [Node] {
        match &entry.node.value {
            Value::Null => &[],
            Value::List(items) => items,
            _ => {
                self.say(entry.node.unexpected(expected).within(entry.key.clone(), entry.node.span));
                &[]
            }
        }
    }

    fn text(&mut self, entries: &[Entry], key: &str, expected: &str) -> Option<Spanned<String>> {
        let entry = find(entries, key)?;
        let read = match entry.node.str(expected) {
            Ok(text) if !text.trim().is_empty() => Ok(Spanned { value: text.to_owned(), span: entry.node.span }),
            Ok(_) => Err(Problem::new(entry.node.span, format!("expected {expected}, found nothing"))),
            Err(problem) => Err(problem),
        };
        self.take(read.map_err(|problem| problem.within(key, entry.node.span)))
    }

    fn part(&mut self, entries: &[Entry]) -> Part {
        let mut part = Part {
            description: self.text(entries, "description", "a text").map(|text| text.value),
            key: self.key(entries),
            ..Part::default()
        };
        if let Some(entry) = find(entries, "strategies") {
            for named in self.entries(entry, "strategies by name") {
                let read = self.within(&["strategies", &named.key], |reader| reader.written(&named.node));
                let place = self.place(named.key_span);
                part.strategies.extend(read.map(|strategy| (named.key.clone(), Named { place, strategy })));
            }
        }
        if let Some(entry) = find(entries, "rules") {
            for (index, item) in self.items(entry, "a list of rules").iter().enumerate() {
                let rule = self.within(&["rules", &index.to_string()], |reader| reader.rule(item));
                part.rules.extend(rule);
            }
        }
        if let Some(entry) = find(entries, "quasi_identifiers") {
            for (index, item) in self.items(entry, "a list of tables with their columns").iter().enumerate() {
                let path = ["quasi_identifiers", &index.to_string()];
                let read = self.within(&path, |reader| reader.quasi_identifiers(item));
                part.quasi_identifiers.extend(read);
            }
        }
        part
    }

    /// The profile's key is a secret: the file only says where it is.
    fn key(&mut self, entries: &[Entry]) -> Option<(String, Place)> {
        let entry = find(entries, "key")?;
        let name = match &entry.node.value {
            Value::String(text) => text.variable(),
            _ => None,
        };
        let name = name.ok_or_else(|| crate::options::no_secret(&entry.node).within("key", entry.node.span));
        self.take(name.map(str::to_owned)).map(|name| (name, self.place(entry.node.span)))
    }

    fn written(&mut self, node: &Node) -> Option<Written> {
        let read = Written::read(node, self.source);
        self.take(read)
    }

    fn rule(&mut self, item: &Node) -> Option<Rule> {
        let entries = item.table("a rule: a table with `table` and `columns`");
        let entries = self.take(entries)?;
        self.known(entries, &RULE, "a rule");
        if find(entries, "table").is_none() {
            self.say(Problem::new(item.span, "the key `table` is missing: which table is this rule about?"));
        }
        let what = self.table_rule(entries, item.span);
        let reason = self.text(entries, "reason", "a text").map(|text| text.value);
        let table = self.text(entries, "table", "the name of a table")?;
        let pattern =
            TablePattern::new(&table.value).map_err(|why| Problem::new(table.span, why).within("table", table.span));
        let table_pattern = self.take(pattern)?;
        Some(Rule { layer: 0, table: table_pattern, place: self.place(table.span), what: what?, reason })
    }

    fn table_rule(&mut self, entries: &[Entry], span: Span) -> Option<TableRule> {
        match (find(entries, "strategy"), find(entries, "columns")) {
            (None, None) => {
                let problem = Problem::new(span, "this rule says nothing about its table");
                self.say(problem.help(format!("write `columns:` with their strategies, or `strategy: {SKIP_TABLE}`")));
                None
            }
            (Some(strategy), Some(_)) => {
                let problem = Problem::new(strategy.key_span, "a rule has a `strategy` or `columns`, not both");
                self.say(problem.help("a strategy for every column is written `'*': STRATEGY` under `columns`"));
                None
            }
            (Some(strategy), None) => {
                let read = match strategy.node.str(SKIP_TABLE) {
                    Ok(SKIP_TABLE) => Ok(TableRule::Skip),
                    Ok(_) => Err(Problem::new(strategy.node.span, format!("a whole table can only be `{SKIP_TABLE}`"))
                        .help("a strategy for every column is written `'*': STRATEGY` under `columns`")),
                    Err(problem) => Err(problem),
                };
                self.take(read.map_err(|problem| problem.within("strategy", strategy.node.span)))
            }
            (None, Some(columns)) => {
                let mut rules = Vec::new();
                for entry in self.entries(columns, "strategies by column") {
                    let rule = self.within(&["columns", &entry.key], |reader| reader.column(entry));
                    rules.extend(rule);
                }
                Some(TableRule::Columns(rules))
            }
        }
    }

    fn column(&mut self, entry: &Entry) -> Option<ColumnRule> {
        let pattern = Pattern::new(&entry.key).map_err(|why| Problem::new(entry.key_span, why));
        let column = self.take(pattern);
        let strategy = self.written(&entry.node)?;
        if strategy.name.value == SKIP_TABLE {
            let problem =
                Problem::new(strategy.name.span, format!("`{SKIP_TABLE}` is for a whole table, not for a column"));
            self.say(problem.help("write `strategy: skip_table` beside `table`, or `strategy: set_null` here"));
            return None;
        }
        let (place, reason) = (self.place(entry.key_span), strategy.reason.clone());
        Some(ColumnRule { column: column?, place, strategy, reason })
    }

    fn quasi_identifiers(&mut self, item: &Node) -> Option<QuasiIdentifiers> {
        let entries = item.table("a table with `table`, `columns` and `k`");
        let entries = self.take(entries)?;
        self.known(entries, &QUASI_IDENTIFIERS, "quasi-identifiers");
        let k = match find(entries, "k").map(|entry| &entry.node) {
            None => Some(USUAL_K),
            Some(Node { value: Value::Integer(k @ 2..), .. }) => u64::try_from(*k).ok(),
            Some(node) => {
                self.say(Problem::new(node.span, "expected a whole number from 2 on").within("k", node.span));
                None
            }
        };
        let columns = find(entries, "columns").map(|entry| self.items(entry, "a list of columns")).unwrap_or_default();
        let names = columns.iter().map(|column| column.str("the name of a column").map(str::to_owned));
        let names: Option<Vec<String>> = self.take(names.collect());
        let table = self.text(entries, "table", "the name of a table");
        if table.is_none() || names.as_ref().is_some_and(Vec::is_empty) {
            self.say(Problem::new(item.span, "quasi-identifiers are written with `table` and `columns`"));
        }
        let table = table?;
        let pattern = TablePattern::new(&table.value).map_err(|why| Problem::new(table.span, why));
        Some(QuasiIdentifiers { table: self.take(pattern)?, columns: names?, k: k?, place: self.place(table.span) })
    }
}
