//! A plugin whose rule asks the database what it is told to ask, and reports what it was answered.
//!
//! Rule `sql`, options `{"sql": TEXT, "call": "query" | "execute" | "split" | "nan" | "hoard"}`: one finding about the
//! object `rows`, `denied`, `limit-exceeded`, `database` or `timed-out`, its message the number of rows and the first
//! value, or the error.

mod answer;

wit_bindgen::generate!({ path: "../../../wit/v0.1", world: "database-linter", generate_all });

use answer::Answer;
use confiture::plugin::common::{ObjectKind, ObjectRef, PluginError, Severity};
use exports::confiture::plugin::{
    identity::{self, Capabilities, DatabaseAccess, Info},
    lint::{self, Finding, RuleInfo, RuleSetting, Statement, Subject, TableFacts},
};

struct Asking;

export!(Asking);

impl identity::Guest for Asking {
    fn describe() -> Info {
        Info {
            name: "test:asking".into(),
            version: "0.1.0".into(),
            summary: "Asks the database what it is told to ask".into(),
            license: None,
            homepage: None,
            wants: Capabilities {
                database: DatabaseAccess::Read,
                directories: vec![],
                backup: false,
                secrets: vec![],
                extra: None,
            },
        }
    }
}

impl lint::Guest for Asking {
    fn list_rules() -> Vec<RuleInfo> {
        vec![RuleInfo {
            id: "sql".into(),
            subject: Subject::Schema,
            summary: "Asks what it is told to ask".into(),
            documentation: String::new(),
            category: "test".into(),
            default_severity: Severity::Info,
            enabled_by_default: false,
            reads: lint::Parts::empty(),
            options: vec![],
        }]
    }

    fn check_schema(rules: Vec<RuleSetting>) -> Result<Vec<Finding>, PluginError> {
        rules.iter().map(ask).collect()
    }

    fn check_migration(
        _: Vec<Statement>,
        _: Vec<TableFacts>,
        _: Vec<RuleSetting>,
    ) -> Result<Vec<Finding>, PluginError> {
        Ok(vec![])
    }
}

fn ask(setting: &RuleSetting) -> Result<Finding, PluginError> {
    let options: serde_json::Value = serde_json::from_str(&setting.options)
        .map_err(|error| PluginError::Failed(format!("options: {error}")))?;
    let text = |name: &str| options.get(name).and_then(|value| value.as_str()).unwrap_or_default();
    let Answer { kind, text } = answer::ask(text("call"), text("sql"));
    Ok(Finding {
        rule: setting.instance.clone(),
        subject: ObjectRef { kind: ObjectKind::Other, schema: None, parent: None, name: kind.into() },
        message: text,
        suggestion: None,
        fix: vec![],
        evidence: vec![],
        span: None,
        severity: None,
        extra: None,
    })
}
