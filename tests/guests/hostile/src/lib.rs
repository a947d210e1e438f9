//! A plugin whose rules misbehave, one way each; `well-behaved` is the exception.

mod memory;
mod results;
mod time;

wit_bindgen::generate!({ path: "../../../wit/v0.1", world: "linter", generate_all });

use confiture::plugin::common::{ObjectKind, ObjectRef, PluginError, Severity};
use exports::confiture::plugin::{
    identity::{self, Capabilities, DatabaseAccess, Info},
    lint::{self, Finding, RuleInfo, RuleSetting, Statement, Subject, TableFacts},
};

struct Hostile;

export!(Hostile);

type Misbehave = fn(&RuleSetting) -> Vec<Finding>;

const RULES: &[(&str, Misbehave)] = &[
    ("well-behaved", results::well_behaved),
    ("endless-loop", time::endless_loop),
    ("endless-host-calls", time::endless_host_calls),
    ("host-calls", time::host_calls),
    ("four-gibibytes", memory::four_gibibytes),
    ("deep-recursion", memory::deep_recursion),
    ("trap", memory::trap),
    ("huge-result", results::huge_result),
    ("many-findings", results::many_findings),
    ("bad-utf-8", results::bad_utf_8),
    ("wrong-length", results::wrong_length),
    ("somebody-elses-rule", results::somebody_elses_rule),
    ("every-column", results::every_column),
];

impl identity::Guest for Hostile {
    fn describe() -> Info {
        Info {
            name: "test:hostile".into(),
            version: "0.1.0".into(),
            summary: "Rules that misbehave, one way each".into(),
            license: None,
            homepage: None,
            wants: Capabilities {
                database: DatabaseAccess::None,
                directories: vec![],
                backup: false,
                secrets: vec![],
                extra: None,
            },
        }
    }
}

impl lint::Guest for Hostile {
    fn list_rules() -> Vec<RuleInfo> {
        RULES.iter().map(|(id, _)| rule_info(id)).collect()
    }

    fn check_schema(rules: Vec<RuleSetting>) -> Result<Vec<Finding>, PluginError> {
        let mut findings = Vec::new();
        for setting in &rules {
            match RULES.iter().find(|(id, _)| *id == setting.id) {
                Some((_, misbehave)) => findings.extend(misbehave(setting)),
                None => return Err(PluginError::Failed(format!("no rule `{}`", setting.id))),
            }
        }
        Ok(findings)
    }

    fn check_migration(
        _: Vec<Statement>,
        _: Vec<TableFacts>,
        _: Vec<RuleSetting>,
    ) -> Result<Vec<Finding>, PluginError> {
        Ok(vec![])
    }
}

fn rule_info(id: &str) -> RuleInfo {
    RuleInfo {
        id: id.into(),
        subject: Subject::Schema,
        summary: "Misbehaves".into(),
        documentation: String::new(),
        category: "test".into(),
        default_severity: Severity::Warning,
        enabled_by_default: false,
        reads: lint::Parts::empty(),
        options: vec![],
    }
}

fn finding(rule: &str, name: &str, message: String) -> Finding {
    Finding {
        rule: rule.into(),
        subject: ObjectRef { kind: ObjectKind::Table, schema: Some("public".into()), parent: None, name: name.into() },
        message,
        suggestion: None,
        fix: vec![],
        evidence: vec![],
        span: None,
        severity: None,
        extra: None,
    }
}
