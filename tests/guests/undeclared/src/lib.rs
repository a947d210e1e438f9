//! A plugin that uses the database, although its `describe` does not ask for it.

wit_bindgen::generate!({ path: "../../../wit/v0.1", world: "database-linter", generate_all });

use confiture::plugin::{
    common::{ObjectKind, ObjectRef, PluginError, Severity},
    database::{self, QueryError},
};
use exports::confiture::plugin::{
    identity::{self, Capabilities, DatabaseAccess, Info},
    lint::{self, Finding, RuleInfo, RuleSetting, Statement, Subject, TableFacts},
};

struct Undeclared;

export!(Undeclared);

impl identity::Guest for Undeclared {
    fn describe() -> Info {
        Info {
            name: "test:undeclared".into(),
            version: "0.1.0".into(),
            summary: "Uses the database without asking for it".into(),
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

impl lint::Guest for Undeclared {
    fn list_rules() -> Vec<RuleInfo> {
        vec![RuleInfo {
            id: "peek".into(),
            subject: Subject::Schema,
            summary: "Asks the database all the same".into(),
            documentation: String::new(),
            category: "test".into(),
            default_severity: Severity::Info,
            enabled_by_default: false,
            reads: lint::Parts::empty(),
            options: vec![],
        }]
    }

    fn check_schema(rules: Vec<RuleSetting>) -> Result<Vec<Finding>, PluginError> {
        match database::query("select 1", &[]) {
            Ok(_) => Ok(rules.iter().map(|rule| answered(&rule.instance)).collect()),
            Err(QueryError::Denied(why)) => Err(PluginError::Denied(why)),
            Err(_) => Err(PluginError::Failed("the query failed".into())),
        }
    }

    fn check_migration(
        _: Vec<Statement>,
        _: Vec<TableFacts>,
        _: Vec<RuleSetting>,
    ) -> Result<Vec<Finding>, PluginError> {
        Ok(vec![])
    }
}

fn answered(rule: &str) -> Finding {
    Finding {
        rule: rule.into(),
        subject: ObjectRef { kind: ObjectKind::Other, schema: None, parent: None, name: "rows".into() },
        message: "It was answered".into(),
        suggestion: None,
        fix: vec![],
        evidence: vec![],
        span: None,
        severity: None,
        extra: None,
    }
}
