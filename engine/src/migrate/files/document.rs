//! A migration as one YAML or TOML document, and hooks in a file of their own.

use super::{FileError, Script, Text};
use crate::{
    config::{
        self, DocumentFormat, HookUse, Problem, Source, Span, Spanned,
        hooks::{self, Level},
        tree::{Node, Value},
    },
    migrate::script::{Options, milliseconds},
};
use serde::Deserialize;
use std::sync::Arc;

/// What a document says.
pub(super) struct Document {
    pub(super) name: Option<String>,
    pub(super) label: Option<String>,
    pub(super) description: Option<String>,
    pub(super) applies_to: Vec<String>,
    pub(super) up: Script,
    pub(super) down: Option<Script>,
    pub(super) hooks: Vec<HookUse>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    migration: Table,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HooksFile {
    hooks: Node,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    name: Option<String>,
    /// A label: `1.0`, which YAML may read as a number.
    version: Option<Node>,
    description: Option<String>,
    #[serde(default)]
    applies_to: Vec<Node>,
    transaction: Option<bool>,
    lock_timeout: Option<Node>,
    statement_timeout: Option<Node>,
    ddl: Option<Spanned<String>>,
    hooks: Option<Node>,
    rollback: Option<Rollback>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rollback {
    ddl: Option<Spanned<String>>,
    hooks: Option<Node>,
}

/// Reads a migration.
pub(super) fn read(file: &Text) -> Result<Document, FileError> {
    let source = Arc::new(source(file));
    let file = Text { shown: source.name.clone(), text: source.text.as_str().into() };
    let table = config::read_document::<File>(&source, format(&source.name))?.migration;
    let options = table.options().map_err(|problem| place(problem, &source))?;
    let (down, rollback_hooks) = match table.rollback {
        None => (None, None),
        // Hooks alone can be a way down, as they can be a way up.
        Some(Rollback { ddl: None, hooks: None }) => (None, None),
        Some(Rollback { ddl, hooks }) => (Some(script(&file, ddl, options)?), hooks),
    };
    let mut hooks = match &table.hooks {
        Some(node) => hooks(node, &["migration", "hooks"], &source)?,
        None => Vec::new(),
    };
    if let Some(node) = rollback_hooks {
        let read = hooks::rollback(&node, Level::Migration, &source);
        hooks.extend(read.map_err(|problem| within(problem, &["migration", "rollback", "hooks"], &node, &source))?);
    }
    let applies_to = table.applies_to.iter().map(environment).collect::<Result<_, _>>();
    Ok(Document {
        name: table.name,
        label: table.version.map(|node| {
            source.text.get(node.span.start..node.span.end).unwrap_or_default().trim_matches(['"', '\'']).to_owned()
        }),
        description: table.description,
        applies_to: applies_to.map_err(|problem| place(problem, &source))?,
        up: script(&file, table.ddl, options)?,
        down,
        hooks,
    })
}

/// Reads a file that holds the hooks of a migration.
pub(super) fn read_hooks(file: &Text) -> Result<Vec<HookUse>, FileError> {
    let source = Arc::new(source(file));
    let file: HooksFile = config::read_document(&source, format(&source.name))?;
    hooks(&file.hooks, &["hooks"], &source)
}

fn hooks(node: &Node, path: &[&str], source: &Arc<Source>) -> Result<Vec<HookUse>, FileError> {
    hooks::read(node, Level::Migration, source).map_err(|problem| within(problem, path, node, source))
}

fn within(problem: Problem, path: &[&str], node: &Node, source: &Source) -> FileError {
    place(path.iter().rev().fold(problem, |problem, key| problem.within(*key, node.span)), source)
}

impl Table {
    fn options(&self) -> Result<Options, Problem> {
        Ok(Options {
            transaction: self.transaction,
            lock_timeout_ms: self.lock_timeout.as_ref().map(time).transpose()?,
            statement_timeout_ms: self.statement_timeout.as_ref().map(time).transpose()?,
        })
    }
}

fn source(file: &Text) -> Source {
    Source { name: file.shown.clone(), text: file.text.trim_start_matches('\u{feff}').to_owned() }
}

fn format(name: &str) -> DocumentFormat {
    match name.to_ascii_lowercase().ends_with(".toml") {
        true => DocumentFormat::Toml,
        false => DocumentFormat::Yaml,
    }
}

fn place(problem: Problem, source: &Source) -> FileError {
    problem.in_source(source).into()
}

/// The statements of a direction; a migration may consist of hooks alone.
fn script(file: &Text, ddl: Option<Spanned<String>>, defaults: Options) -> Result<Script, FileError> {
    let (span, sql) = ddl.map_or((Span::default(), String::new()), |ddl| (ddl.span, ddl.value));
    let mut script = Script::of_value(file.clone(), span, &sql)?;
    script.options = script.options.or(defaults);
    Ok(script)
}

fn time(node: &Node) -> Result<u64, Problem> {
    let read = match &node.value {
        Value::Integer(number) => milliseconds(&number.to_string()),
        _ => milliseconds(node.str("a time such as `5s`")?),
    };
    read.map_err(|message| Problem::new(node.span, message))
}

/// `environment: production`, or the name alone.
fn environment(node: &Node) -> Result<String, Problem> {
    let name = match &node.value {
        Value::Table(entries) => match entries.as_slice() {
            [entry] if entry.key == "environment" => entry.node.str("the name of an environment")?,
            _ => return Err(node.unexpected("`environment: NAME`")),
        },
        _ => node.str("the name of an environment, or `environment: NAME`")?,
    };
    Ok(name.to_owned())
}
