//! A plugin that looks for files, the network and the environment, as one could that carries WASI along, and reports
//! what it got: one finding for each thing that it found, none where there is nothing.

mod look;

wit_bindgen::generate!({
    path: [
        "../../../wit/v0.1",
        "wit/cli.wit",
        "wit/filesystem.wit",
        "wit/sockets.wit",
        "wit/prying.wit",
    ],
    world: "test:prying/prying",
    generate_all,
});

use confiture::plugin::common::{ObjectKind, ObjectRef, PluginError, Severity};
use exports::confiture::plugin::{
    identity::{self, Capabilities, DatabaseAccess, Info},
    lint::{self, Finding, RuleInfo, RuleSetting, Statement, Subject, TableFacts},
};

struct Prying;

export!(Prying);

type Look = fn() -> Vec<String>;

const RULES: &[(&str, Look)] =
    &[("files", look::files), ("sockets", look::sockets), ("names", look::names), ("environment", look::environment)];

impl identity::Guest for Prying {
    fn describe() -> Info {
        Info {
            name: "test:prying".into(),
            version: "0.1.0".into(),
            summary: "Looks for what it should not find".into(),
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

impl lint::Guest for Prying {
    fn list_rules() -> Vec<RuleInfo> {
        RULES.iter().map(|(id, _)| rule_info(id)).collect()
    }

    fn check_schema(rules: Vec<RuleSetting>) -> Result<Vec<Finding>, PluginError> {
        let mut findings = Vec::new();
        for setting in &rules {
            let Some((_, look)) = RULES.iter().find(|(id, _)| *id == setting.id) else { continue };
            findings.extend(look().into_iter().map(|found| finding(&setting.instance, found)));
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
        summary: "Looks around".into(),
        documentation: String::new(),
        category: "test".into(),
        default_severity: Severity::Info,
        enabled_by_default: false,
        reads: lint::Parts::empty(),
        options: vec![],
    }
}

fn finding(rule: &str, message: String) -> Finding {
    Finding {
        rule: rule.into(),
        subject: ObjectRef { kind: ObjectKind::Other, schema: None, parent: None, name: rule.into() },
        message,
        suggestion: None,
        fix: vec![],
        evidence: vec![],
        span: None,
        severity: None,
        extra: None,
    }
}
