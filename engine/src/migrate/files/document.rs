//! A migration as one YAML or TOML document, and hooks in a file of their own.

use super::{FileError, Hook, Script, Text};
use crate::{
    config::{
        self, DocumentFormat, Problem, Source, Span, Spanned,
        tree::{Node, Value},
    },
    migrate::script::{Options, milliseconds},
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What a document says.
pub(super) struct Document {
    pub(super) name: Option<String>,
    pub(super) label: Option<String>,
    pub(super) description: Option<String>,
    pub(super) applies_to: Vec<String>,
    pub(super) up: Script,
    pub(super) down: Option<Script>,
    pub(super) hooks: Vec<Hook>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    migration: Table,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HooksFile {
    hooks: Phases,
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
    #[serde(default)]
    hooks: Phases,
    rollback: Option<Rollback>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rollback {
    ddl: Option<Spanned<String>>,
    hooks: Option<Node>,
}

/// Hooks by when they run.
type Phases = BTreeMap<Phase, Vec<Node>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Phase {
    BeforeValidation,
    BeforeDdl,
    AfterDdl,
    AfterValidation,
    Cleanup,
    OnError,
    AfterMigration,
}

impl Phase {
    fn as_str(self) -> &'static str {
        match self {
            Self::BeforeValidation => "before_validation",
            Self::BeforeDdl => "before_ddl",
            Self::AfterDdl => "after_ddl",
            Self::AfterValidation => "after_validation",
            Self::Cleanup => "cleanup",
            Self::OnError => "on_error",
            Self::AfterMigration => "after_migration",
        }
    }
}

/// Reads a migration.
pub(super) fn read(file: &Text) -> Result<Document, FileError> {
    let source = source(file);
    let file = Text { shown: source.name.clone(), text: source.text.as_str().into() };
    let table = config::read_document::<File>(&source, format(&source.name))?.migration;
    let options = table.options().map_err(|problem| place(problem, &source))?;
    let (down, rollback_hooks) = match table.rollback {
        None => (None, None),
        Some(Rollback { ddl, hooks }) => (ddl.map(|ddl| script(&file, Some(ddl), options)).transpose()?, hooks),
    };
    let mut hooks = phases(table.hooks, &source)?;
    if let Some(node) = rollback_hooks {
        hooks.extend(rollback(node, &source)?);
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
pub(super) fn read_hooks(file: &Text) -> Result<Vec<Hook>, FileError> {
    let source = source(file);
    let file: HooksFile = config::read_document(&source, format(&source.name))?;
    phases(file.hooks, &source)
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

fn phases(phases: Phases, source: &Source) -> Result<Vec<Hook>, FileError> {
    let mut hooks = Vec::new();
    for (phase, nodes) in phases {
        for node in nodes {
            hooks.push(hook(phase.as_str(), node, source)?);
        }
    }
    Ok(hooks)
}

/// Hooks of the way down: a list of them, or by phases as elsewhere.
fn rollback(node: Node, source: &Source) -> Result<Vec<Hook>, FileError> {
    let nodes = match &node.value {
        Value::List(items) => items.clone(),
        Value::Table(entries) => entries.iter().flat_map(|entry| entry.node.one_or_many().to_vec()).collect(),
        _ => return Err(place(node.unexpected("a list of hooks"), source)),
    };
    nodes.into_iter().map(|node| hook("rollback", node, source)).collect()
}

fn hook(phase: &str, node: Node, source: &Source) -> Result<Hook, FileError> {
    let entries = node.table("a hook: a table with its `type`").map_err(|problem| place(problem, source))?;
    let Some(kind) = entries.iter().find(|entry| entry.key == "type") else {
        return Err(place(Problem::new(node.span, "the key `type` is missing: which hook is it?"), source));
    };
    let name = kind.node.str("the name of a hook").map_err(|problem| place(problem, source))?.to_owned();
    let at = place(Problem::new(kind.node.span, format!("hook `{name}`")), source);
    Ok(Hook { phase: phase.to_owned(), kind: name, place: at, node })
}
