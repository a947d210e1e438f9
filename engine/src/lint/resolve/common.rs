//! What can be said of every rule, whatever its options.

use crate::config::{
    Problem, Spanned,
    linting::Names,
    nearest,
    tree::{Entry, Node, Value},
};
use confiture_model::finding::Severity;

/// What the host does for every rule.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Common {
    pub enabled: bool,
    pub severity: Option<Severity>,
    pub message: Option<String>,
    pub exemptions: Vec<Spanned<String>>,
    pub schemas: Vec<Spanned<String>>,
    pub directories: Vec<Spanned<String>>,
}

impl Default for Common {
    fn default() -> Self {
        Self {
            enabled: true,
            severity: None,
            message: None,
            exemptions: Vec::new(),
            schemas: Vec::new(),
            directories: Vec::new(),
        }
    }
}

/// The keys that are the host's, for the hints of error messages.
pub(super) const KEYS: &[&str] = &[
    "enabled",
    "severity",
    "type",
    "message",
    "exemptions",
    "schemas",
    "affected_schema",
    "affected_dirs",
    "applicable_to",
];

/// What a rule's value says, taken apart.
pub(super) struct Parts {
    pub common: Common,
    /// The rule of an instance that has a name of its own.
    pub kind: Option<Spanned<String>>,
    /// What is not the host's: options, or members of a group.
    pub rest: Vec<Entry>,
}

/// Reads the value of a rule: `true`, `"error"`, or a table. `around` is what the group says in which it stands.
pub(super) fn read(node: &Node, around: &Common) -> Result<Parts, Problem> {
    let mut parts = Parts { common: around.clone(), kind: None, rest: Vec::new() };
    match &node.value {
        Value::Null => {}
        Value::Bool(enabled) => parts.common.enable(*enabled),
        Value::String(_) => parts.common.set_severity(node)?,
        Value::Table(entries) => {
            for entry in entries {
                parts.take(entry).map_err(|problem| problem.within(entry.key.clone(), entry.node.span))?;
            }
        }
        _ => return Err(node.unexpected("a severity, true, false or a table")),
    }
    Ok(parts)
}

impl Parts {
    fn take(&mut self, entry: &Entry) -> Result<(), Problem> {
        let common = &mut self.common;
        match entry.key.replace('-', "_").as_str() {
            "enabled" => common.enable(entry.node.bool()?),
            "severity" => common.set_severity(&entry.node)?,
            "message" => common.message = Some(entry.node.str("a string")?.to_owned()),
            "description" => {
                entry.node.str("a string")?;
            }
            "type" => {
                let value = entry.node.str("the name of a rule")?.to_owned();
                self.kind = Some(Spanned { value, span: entry.node.span });
            }
            "exemptions" | "exempt_tables" => common.exemptions.extend(Names::read(&entry.node)?.0),
            "schemas" | "affected_schema" => common.schemas.extend(Names::read(&entry.node)?.0),
            "affected_dirs" => common.directories.extend(Names::read(&entry.node)?.0),
            "applicable_to" => common.apply_to(&entry.node)?,
            _ => self.rest.push(entry.clone()),
        }
        Ok(())
    }
}

impl Common {
    /// What stands in a group that is off stays off.
    fn enable(&mut self, enabled: bool) {
        self.enabled = self.enabled && enabled;
    }

    pub(super) fn set_severity(&mut self, node: &Node) -> Result<(), Problem> {
        const KNOWN: [&str; 4] = ["error", "warning", "info", "off"];
        let text = node.str("a severity: `error`, `warning`, `info` or `off`")?;
        match text {
            "off" => self.enabled = false,
            text => match text.parse() {
                Ok(severity) => self.severity = Some(severity),
                Err(_) => {
                    let near = nearest::by_likeness(text, KNOWN);
                    let problem = Problem::new(node.span, "expected `error`, `warning`, `info` or `off`");
                    return Err(problem.help(format!("the nearest is `{}`", near[0])));
                }
            },
        }
        Ok(())
    }

    fn apply_to(&mut self, node: &Node) -> Result<(), Problem> {
        const KNOWN: [&str; 3] = ["schema_path", "schemas", "exclude_patterns"];
        for entry in node.table("a table")? {
            let list = match entry.key.as_str() {
                "schema_path" => &mut self.directories,
                "schemas" => &mut self.schemas,
                "exclude_patterns" => &mut self.exemptions,
                unknown => return Err(unknown_key(entry, unknown, &KNOWN)),
            };
            let names = Names::read(&entry.node).map_err(|problem| problem.within(&entry.key, entry.node.span))?;
            list.extend(names.0);
        }
        Ok(())
    }
}

/// A key that means nothing where it stands.
pub(super) fn unknown_key(entry: &Entry, written: &str, known: &[&str]) -> Problem {
    let mut problem = Problem::new(entry.key_span, format!("unknown key `{written}`"));
    problem.help = nearest::hint(written, known.iter().copied());
    problem
}
