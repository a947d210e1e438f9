//! Hooks as people write them: in a migration, for an environment, or for the whole project.
//!
//! A use of a hook says which hook it is (`type`), what it takes (`config`, or options beside `type`) and what the run
//! does with it (`condition`, `timeout`, `tries`, `stage`). Which plugin offers the hook, and whether its options are
//! right, is found out when a plan is made.

use super::{
    Problem, Source, Span, Spanned, nearest,
    tree::{Entry, Node, Value},
};
use crate::migrate::script::milliseconds;
use confiture_model::{hook::Phase, migration::Direction};
use serde::Serialize;
use std::sync::Arc;

/// How often a step is tried where nobody says.
pub const TRIES: u32 = 3;
/// How long a step may take where nobody says: milliseconds.
pub const TIMEOUT_MS: u64 = 300_000;
/// More tries than this are a mistake.
const MOST_TRIES: i64 = 100;

/// Keys of a hook that are the host's; anything else is an option of the hook.
pub(crate) const KEYS: [&str; 9] =
    ["type", "description", "config", "condition", "when", "timeout", "tries", "retries", "stage"];

/// Where a use of a hook is written: hooks of one phase run in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// For every migration of the project.
    Project,
    /// For every migration in one environment.
    Environment,
    /// For one migration.
    Migration,
}

/// One use of a hook, as it stands in a file.
#[derive(Clone, Debug)]
pub struct HookUse {
    /// Where it is written.
    pub level: Level,
    /// Which way the migration goes around which it runs.
    pub direction: Direction,
    /// When it runs; none for one in a plain list under `rollback`: the hook says.
    pub phase: Option<Phase>,
    /// `hook`, or `plugin/hook`.
    pub kind: Spanned<String>,
    /// What it is for, in the user's words.
    pub description: Option<String>,
    /// CEL: whether it runs.
    pub condition: Option<Spanned<String>>,
    /// How long one step may take: milliseconds.
    pub timeout_ms: u64,
    /// How often a step is tried.
    pub tries: u32,
    /// Where `stage: after-commit` is written, where it is.
    pub after_commit: Option<Span>,
    /// Its options.
    pub options: Vec<Entry>,
    /// All of it.
    pub span: Span,
    /// The file.
    pub source: Arc<Source>,
}

/// Two are the same when they were written alike at the same place.
impl PartialEq for HookUse {
    fn eq(&self, other: &Self) -> bool {
        self.source.name == other.source.name && self.span == other.span && self.options == other.options
    }
}

/// Reads a `hooks` block: hooks by phase, and under `rollback` those of the way down.
pub(crate) fn read(node: &Node, level: Level, source: &Arc<Source>) -> Result<Vec<HookUse>, Problem> {
    let mut uses = Vec::new();
    if node.value == Value::Null {
        return Ok(uses);
    }
    for entry in node.table("hooks by phase")? {
        let read = match entry.key.as_str() {
            "rollback" => rollback(&entry.node, level, source),
            _ => phase(entry).and_then(|phase| uses_of(&entry.node, Some(phase), Direction::Up, level, source)),
        };
        uses.extend(read.map_err(|problem| problem.within(entry.key.clone(), entry.node.span))?);
    }
    Ok(uses)
}

/// Reads the hooks of the way down: a list of them, or by phase as elsewhere.
pub(crate) fn rollback(node: &Node, level: Level, source: &Arc<Source>) -> Result<Vec<HookUse>, Problem> {
    match &node.value {
        Value::Null => Ok(Vec::new()),
        Value::List(_) => uses_of(node, None, Direction::Down, level, source),
        Value::Table(entries) => {
            let mut uses = Vec::new();
            for entry in entries {
                let read = phase(entry)
                    .and_then(|phase| uses_of(&entry.node, Some(phase), Direction::Down, level, source))
                    .map_err(|problem| problem.within(entry.key.clone(), entry.node.span))?;
                uses.extend(read);
            }
            Ok(uses)
        }
        _ => Err(node.unexpected("a list of hooks, or hooks by phase")),
    }
}

fn phase(entry: &Entry) -> Result<Phase, Problem> {
    let written = entry.key.replace('-', "_");
    Phase::ALL.into_iter().find(|phase| phase.as_str() == written).ok_or_else(|| {
        let mut problem = Problem::new(entry.key_span, format!("`{}` is no phase of a migration", entry.key));
        problem.help = nearest::hint(&entry.key, Phase::ALL.iter().map(|phase| phase.as_str()));
        problem
    })
}

fn uses_of(
    node: &Node,
    phase: Option<Phase>,
    direction: Direction,
    level: Level,
    source: &Arc<Source>,
) -> Result<Vec<HookUse>, Problem> {
    if node.value == Value::Null {
        return Ok(Vec::new());
    }
    let Value::List(items) = &node.value else { return Err(node.unexpected("a list of hooks")) };
    let read = |(index, item): (usize, &Node)| {
        HookUse::read(item, phase, direction, level, source)
            .map_err(|problem| problem.within(index.to_string(), item.span))
    };
    items.iter().enumerate().map(read).collect()
}

impl HookUse {
    fn read(
        node: &Node,
        phase: Option<Phase>,
        direction: Direction,
        level: Level,
        source: &Arc<Source>,
    ) -> Result<Self, Problem> {
        let entries = node.table("a hook: a table with its `type`")?;
        let Some(kind) = entries.iter().find(|entry| entry.key == "type") else {
            return Err(Problem::new(node.span, "the key `type` is missing: which hook is it?"));
        };
        let kind = Spanned { value: kind.node.str("the name of a hook")?.to_owned(), span: kind.node.span };
        let mut hook = Self {
            level,
            direction,
            phase,
            kind,
            description: None,
            condition: None,
            timeout_ms: TIMEOUT_MS,
            tries: TRIES,
            after_commit: None,
            options: Vec::new(),
            span: node.span,
            source: Arc::clone(source),
        };
        let mut seen: Vec<&str> = Vec::new();
        for entry in entries {
            // Two spellings of one thing.
            let key = match entry.key.as_str() {
                "when" => "condition",
                "retries" => "tries",
                key => key,
            };
            if KEYS.contains(&key) && seen.contains(&key) {
                return Err(Problem::new(entry.key_span, format!("`{key}` is already there under another name")));
            }
            seen.push(key);
            hook.take(key, entry).map_err(|problem| problem.within(entry.key.clone(), entry.node.span))?;
        }
        Ok(hook)
    }

    fn take(&mut self, key: &str, entry: &Entry) -> Result<(), Problem> {
        let node = &entry.node;
        match key {
            "type" => {}
            "description" => self.description = Some(node.str("a string")?.to_owned()),
            "config" if node.value == Value::Null => {}
            "config" => self.options.extend(node.table("a table of options")?.iter().cloned()),
            "condition" => {
                let value = node.str("an expression, in quotes")?.to_owned();
                self.condition = Some(Spanned { value, span: node.span });
            }
            "timeout" => self.timeout_ms = timeout(node)?,
            "tries" => self.tries = tries(entry)?,
            "stage" => match node.str("`after-commit`")?.replace('_', "-").as_str() {
                "after-commit" => self.after_commit = Some(node.span),
                _ => {
                    let problem = Problem::new(node.span, "expected `after-commit`");
                    return Err(
                        problem.help("leave `stage` out where the hook is to run in the migration's transaction")
                    );
                }
            },
            _ => self.options.push(entry.clone()),
        }
        Ok(())
    }
}

/// A number is seconds.
fn timeout(node: &Node) -> Result<u64, Problem> {
    let read = match &node.value {
        Value::Integer(seconds) => u64::try_from(*seconds)
            .ok()
            .and_then(|seconds| seconds.checked_mul(1_000))
            .ok_or_else(|| "expected a time such as `5min`".to_owned()),
        _ => milliseconds(node.str("a time such as `5min`")?),
    };
    match read {
        Ok(0) => Err(Problem::new(node.span, "a step that may take no time at all cannot run")),
        read => read.map_err(|message| Problem::new(node.span, message)),
    }
}

/// `tries: 3` is three; `retries: 2` is two more than the first.
fn tries(entry: &Entry) -> Result<u32, Problem> {
    let first = i64::from(entry.key == "retries");
    let expected = format!("a number from {} to {}", 1 - first, MOST_TRIES - first);
    let Value::Integer(number) = &entry.node.value else { return Err(entry.node.unexpected(&expected)) };
    u32::try_from(number.saturating_add(first))
        .ok()
        .filter(|tries| (1..=MOST_TRIES).contains(&i64::from(*tries)))
        .ok_or_else(|| Problem::new(entry.node.span, format!("expected {expected}")))
}
