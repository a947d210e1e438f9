//! A plugin whose rule says how to repair what it is told to find.
//!
//! Rule `repair`, options `{"fix": [SQL, ...]}`: one finding a statement, about the table `public.broken`.

wit_bindgen::generate!({ path: "../../../wit/v0.1", world: "linter", generate_all });

use confiture::plugin::common::{ObjectKind, ObjectRef, OptionInfo, PluginError, Severity};
use exports::confiture::plugin::{
    identity::{self, Capabilities, DatabaseAccess, Info},
    lint::{self, Finding, RuleInfo, RuleSetting, Statement, Subject, TableFacts},
};

struct Repairing;

export!(Repairing);

impl identity::Guest for Repairing {
    fn describe() -> Info {
        Info {
            name: "test:repairing".into(),
            version: "0.1.0".into(),
            summary: "Repairs what it is told to find".into(),
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

impl lint::Guest for Repairing {
    fn list_rules() -> Vec<RuleInfo> {
        vec![RuleInfo {
            id: "repair".into(),
            subject: Subject::Schema,
            summary: "Finds what it is told to repair".into(),
            documentation: String::new(),
            category: "test".into(),
            default_severity: Severity::Warning,
            enabled_by_default: false,
            reads: lint::Parts::empty(),
            options: vec![OptionInfo {
                name: "fix".into(),
                summary: "The statements".into(),
                required: true,
                schema: r#"{"type":"array","items":{"type":"string"}}"#.into(),
            }],
        }]
    }

    fn check_schema(rules: Vec<RuleSetting>) -> Result<Vec<Finding>, PluginError> {
        let mut findings = Vec::new();
        for setting in &rules {
            let options: serde_json::Value = serde_json::from_str(&setting.options)
                .map_err(|error| PluginError::Failed(format!("options: {error}")))?;
            let statements = options.get("fix").and_then(|list| list.as_array());
            let statements = statements.map(Vec::as_slice).unwrap_or_default();
            findings.extend(statements.iter().filter_map(|sql| sql.as_str()).map(|sql| finding(setting, sql)));
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

fn finding(setting: &RuleSetting, sql: &str) -> Finding {
    Finding {
        rule: setting.instance.clone(),
        subject: ObjectRef {
            kind: ObjectKind::Table,
            schema: Some("public".into()),
            parent: None,
            name: "broken".into(),
        },
        message: format!("needs {sql}"),
        suggestion: None,
        fix: vec![sql.into()],
        evidence: vec![],
        span: None,
        severity: None,
        extra: None,
    }
}
