//! Running rules natively, without WebAssembly, on a snapshot made from SQL text, from JSON or by hand; and hooks against
//! a database that follows a script ([`Script`]).
//!
//! ```
//! use confiture_sdk::testing::{Snapshot, Table, check};
//! # use confiture_sdk::{Error, NoOptions, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity};
//! # pub struct WideTable;
//! # impl Rule for WideTable {
//! #     type Options = NoOptions;
//! #     const META: RuleMeta = RuleMeta { id: "wide-table", summary: "", category: "design", severity: Severity::Info,
//! #         enabled_by_default: true, reads: Parts::COLUMNS, documentation: "" };
//! #     fn check_relation(&self, _: &NoOptions, relation: &Relation, _: &Schema, report: &mut Report) -> Result<(), Error> {
//! #         if relation.columns.len() > 1 { report.finding(relation, format!("Table '{}' is wide", relation.name)); }
//! #         Ok(())
//! #     }
//! # }
//! let schema = Snapshot::new().with(Table::new("orders").column("id", "bigint not null").column("note", "text"));
//! let findings = check(&WideTable, "{}", &schema)?;
//! assert_eq!(findings[0].message, "Table 'orders' is wide");
//! # Ok::<(), Error>(())
//! ```

pub mod masking;
mod object;
mod program;
mod script;
mod snapshot;
mod table;

pub use object::{extension, routine, sequence, trigger};
pub use program::SnapshotError;
pub use script::{Script, ScriptState, Sent};
pub use snapshot::Snapshot;
pub use table::Table;

use crate::{
    check::{RuleSetting, check_schema},
    documentation,
    error::Error,
    plugin::{AnyRule, Plugin},
    report::Finding,
};

/// Runs one rule with `options`, a JSON object, over a schema, exactly as a component would.
///
/// # Errors
/// What the rule said, or what is wrong with its options.
pub fn check<R: AnyRule>(rule: &'static R, options: &str, schema: &Snapshot) -> Result<Vec<Finding>, Error> {
    let rules: Vec<&'static dyn AnyRule> = vec![rule];
    check_rules(&rules, &[(rule.meta().id, options)], schema)
}

/// Runs several rules of a plugin in one call: pairs of a rule's id and its options.
///
/// # Errors
/// As [`check`].
pub fn check_plugin(plugin: &Plugin, rules: &[(&str, &str)], schema: &Snapshot) -> Result<Vec<Finding>, Error> {
    check_rules(plugin.rules, rules, schema)
}

fn check_rules(
    rules: &[&'static dyn AnyRule],
    settings: &[(&str, &str)],
    schema: &Snapshot,
) -> Result<Vec<Finding>, Error> {
    let setting = |(id, options): &(&str, &str)| RuleSetting {
        instance: (*id).to_owned(),
        id: (*id).to_owned(),
        options: (*options).to_owned(),
    };
    let settings: Vec<_> = settings.iter().map(setting).collect();
    check_schema(rules, Box::new(schema.clone()), &settings)
}

/// What is missing from the metadata and the documentation of a plugin's rules and hooks, each with its id; empty where all
/// is well. A plugin's tests assert that it is.
pub fn documentation_problems(plugin: &Plugin) -> Vec<String> {
    let mut problems = Vec::new();
    for (at, rule) in plugin.rules.iter().enumerate() {
        let meta = rule.meta();
        problems.extend(documentation::problems(&meta).into_iter().map(|problem| format!("{}: {problem}", meta.id)));
        if plugin.rules[..at].iter().any(|other| other.meta().id == meta.id) {
            problems.push(format!("{}: another rule has the same id", meta.id));
        }
        for option in rule.options().iter().filter(|option| option.summary.is_empty()) {
            problems.push(format!("{}: the option `{}` has no documentation", meta.id, option.name));
        }
    }
    for (at, hook) in plugin.hooks.iter().enumerate() {
        let meta = hook.meta();
        let missing = documentation::hook_problems(&meta);
        problems.extend(missing.into_iter().map(|problem| format!("{}: {problem}", meta.id)));
        if plugin.hooks[..at].iter().any(|other| other.meta().id == meta.id) {
            problems.push(format!("{}: another hook has the same id", meta.id));
        }
        for option in hook.options().iter().filter(|option| option.summary.is_empty()) {
            problems.push(format!("{}: the option `{}` has no documentation", meta.id, option.name));
        }
    }
    problems
}
