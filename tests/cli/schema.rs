//! `confiture schema`.

use confiture_tests::program::{confiture, project};
use serde_json::{Value, json};

#[test]
fn an_editor_learns_every_rule_and_its_options() {
    let project = project(&[]);
    let schema = confiture(project.path(), &["schema"]).expect(0).json();
    let validator = jsonschema::validator_for(&schema).expect("is a schema");
    let rules = schema["$defs"]["Rules"]["properties"].as_object().expect("rules");
    assert!(rules.contains_key("foreign-key-indexed") && rules.contains_key("multi-tenant-column"), "{rules:?}");
    let text = schema.to_string();
    assert!(text.contains("Why it hurts"), "the documentation is in it");
    let says = |document: Value| validator.is_valid(&document);
    assert!(says(json!({ "linting": { "rules": { "multi_tenant_column": { "required_column": "tenant" } } } })));
    assert!(!says(json!({ "linting": { "rules": { "multi_tenant_column": { "required_colum": "tenant" } } } })));
    assert!(!says(json!({ "linting": { "rules": { "table-comment": { "severity": "eror" } } } })));
    assert!(!says(json!({ "lintin": {} })));
}

#[test]
fn a_configuration_that_loads_is_one_for_the_schema_too() {
    let written = json!({
        "linting": {
            "enabled": true,
            "fail_on_severity": "error",
            "rules": {
                "naming_convention": { "enabled": true, "tables": "snake_case", "columns": "snake_case" },
                "performance": { "rules": [{ "primary_key_required": "error" }] },
                "multi_tenant": { "required_column": "tenant_id", "exempt_tables": ["audit_*"] },
                "table-comment": "off",
                "lint-schema/foreign_key_indexed": { "severity": "warning", "applicable_to": { "schemas": "app" } },
                "tenants": { "type": "column_required", "column": "tenant_id" },
            },
            "custom_rules": [{ "name": "writes", "pattern": "^w_", "affected_schema": "write" }],
            "allow": [{ "rule": "table-comment", "objects": ["old_*"], "reason": "gone soon" }],
        },
    });
    let project = project(&[("confiture.yaml", &written.to_string()), ("db/a.sql", "SELECT 1;\n")]);
    confiture(project.path(), &["lint", "db"]).expect(0);
    let schema = confiture(project.path(), &["schema"]).expect(0).json();
    let validator = jsonschema::validator_for(&schema).expect("is a schema");
    let errors: Vec<String> = validator.iter_errors(&written).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn the_schema_of_a_report_needs_no_project() {
    let project = project(&[("confiture.toml", "not = ")]);
    let schema = confiture(project.path(), &["schema", "lint-report"]).expect(0).json();
    assert!(jsonschema::validator_for(&schema).is_ok());
    confiture(project.path(), &["schema"]).expect(3).says(&["confiture.toml:1"]);
    confiture(project.path(), &["schema", "nothing"]).expect(2).says(&["configuration", "lint-report"]);
}
