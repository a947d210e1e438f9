//! The shapes of rules, and the mistakes in them, on rules like those of the bundled plugin.

use super::*;
use crate::config::read_with;
use confiture_model::{finding::Severity, object::ObjectKind, object::ObjectRef, rule::OptionInfo, schema::Parts};
use serde_json::{Value as Json, json};

mod bad;
mod specification;
mod spellings;

fn rule(id: &str, on: bool, options: &[(&str, bool, Json)]) -> RuleInfo {
    let options = options.iter().map(|(name, required, schema)| OptionInfo {
        name: (*name).into(),
        summary: format!("What `{name}` is for."),
        required: *required,
        schema: schema.clone(),
    });
    RuleInfo {
        id: id.into(),
        subject: Subject::Schema,
        summary: String::new(),
        documentation: String::new(),
        category: String::new(),
        default_severity: Severity::Warning,
        enabled_by_default: on,
        reads: Parts::NONE,
        options: options.collect(),
    }
}

/// Rules with the ids and options of the bundled ones.
fn bundled() -> Vec<RuleInfo> {
    let text = || json!({ "type": "string" });
    let regex = || json!({ "type": ["string", "null"], "format": "regex" });
    let list = || json!({ "type": "array", "items": { "type": "string" } });
    let template = || {
        json!({ "type": ["string", "null"], "pattern": r"^([^{}]|\{(schema|table|columns|type)\})+$",
            "examples": ["idx_{table}_{columns}"] })
    };
    let style = || json!({ "type": "string", "enum": ["snake_case", "PascalCase"] });
    vec![
        rule("table-naming", true, &[("style", false, style()), ("pattern", false, regex())]),
        rule("column-naming", true, &[("style", false, style()), ("pattern", false, regex())]),
        rule("primary-key-required", true, &[]),
        rule("table-comment", false, &[]),
        rule("column-comment", false, &[("public_tables_only", false, json!({ "type": "boolean" }))]),
        rule("multi-tenant-column", false, &[("required_column", false, text())]),
        rule("foreign-key-indexed", true, &[]),
        rule("unlogged-in-production", true, &[("environments", false, list())]),
        rule(
            "name-pattern",
            false,
            &[
                ("pattern", true, json!({ "type": "string", "format": "regex" })),
                (
                    "targets",
                    false,
                    json!({ "type": "array", "items": { "$ref": "#/$defs/Target" }, "$defs": { "Target": {
"oneOf": [{ "const": "tables" }, { "const": "columns" }, { "const": "functions" }] } } }),
                ),
            ],
        ),
        rule("column-required", false, &[("column", true, text())]),
        rule("type-naming", false, &[("style", false, style()), ("pattern", false, regex())]),
        rule("function-naming", false, &[("style", false, style()), ("pattern", false, regex())]),
        rule("index-naming", false, &[("template", false, template())]),
        rule("constraint-naming", false, &[("template", false, template()), ("style", false, style())]),
        rule("large-table-indexed", false, &[("min_rows", false, json!({ "type": "integer", "minimum": 0 }))]),
        rule("sequential-scan-potential", false, &[]),
        rule("implicit-cast", false, &[]),
        rule("password-hashed", false, &[]),
        rule("sensitive-column-masked", false, &[]),
        rule(
            "read-model-derivation",
            false,
            &[("read_model_sources", false, json!({ "type": "object", "additionalProperties": list() }))],
        ),
        rule(
            "salted",
            false,
            &[
                ("salt", false, json!({ "type": "string", "format": "secret" })),
                ("rounds", false, json!({ "type": "integer", "minimum": 1 })),
            ],
        ),
    ]
}

fn resolved(name: &str, text: &str) -> Result<Vec<ActiveRule>, ConfigError> {
    let env = |name: &str| (name == "COLUMN").then(|| "org_id".to_owned());
    let rules = bundled();
    read_with(name, text, &env).and_then(|config| resolve(&config.linting, &[("lint-schema", &rules)]))
}

/// One line a rule: instance, id, severity where it was chosen, options.
fn lines(rules: &[ActiveRule]) -> Vec<String> {
    let line = |rule: &ActiveRule| {
        let severity = if rule.severity_chosen { format!(" {}", rule.severity) } else { String::new() };
        let instance = &rule.setting.instance;
        let name = if *instance == rule.setting.id { String::new() } else { format!("{instance}: ") };
        format!("{name}{}{severity} {}", rule.setting.id, rule.setting.options)
    };
    rules.iter().map(line).collect()
}

fn shown(name: &str, text: &str) -> Vec<String> {
    lines(&resolved(name, text).unwrap_or_else(|error| panic!("{error}")))
}

const DEFAULTS: [&str; 5] = [
    "table-naming {}",
    "column-naming {}",
    "primary-key-required {}",
    "foreign-key-indexed {}",
    "unlogged-in-production {}",
];

#[test]
fn defaults_run_where_nothing_is_written() {
    assert_eq!(shown("confiture.toml", ""), DEFAULTS);
    assert_eq!(shown("confiture.toml", "[linting]\nenabled = false\n"), [""; 0]);
}

#[test]
fn what_is_written_takes_the_place_of_the_default() {
    let text = r#"
[linting.rules]
table_naming = "off"
column-naming = false
primary_key_required = "error"
table-comment = true
foreign-key-indexed = { enabled = false, severity = "error" }
unlogged-in-production = { severity = "info", environments = ["prod"] }
multi_tenant_column = { required-column = "${COLUMN}", message = "No tenant." }
"#;
    assert_eq!(
        shown("confiture.toml", text),
        [
            "primary-key-required error {}",
            "table-comment {}",
            r#"unlogged-in-production info {"environments":["prod"]}"#,
            r#"multi-tenant-column {"required_column":"org_id"}"#,
        ]
    );
}

#[test]
fn an_instance_has_a_name_of_its_own() {
    let text = r#"
[linting.rules.legacy_keys]
type = "primary_key_required"
severity = "info"
[linting.rules.keys]
type = "lint-schema/primary-key-required"
"#;
    let rules = shown("confiture.toml", text);
    assert_eq!(rules[..2], ["legacy_keys: primary-key-required info {}", "keys: primary-key-required {}"]);
    assert!(!rules.contains(&DEFAULTS[2].to_owned()));
}

#[test]
fn a_scope_is_the_hosts_business() {
    let text = r#"
[linting.rules.primary-key-required]
exemptions = ["audit_*", "^tmp_"]
schemas = "public"
applicable_to = { schema_path = "db/write/**/*", exclude_patterns = ["^w_tenant"] }
"#;
    let rules = resolved("confiture.toml", text).unwrap();
    assert_eq!(rules[0].setting.options, json!({}));
    assert_eq!(rules[0].scope.directories, ["db/write"]);
    assert_eq!((rules[0].scope.exemptions.len(), rules[0].scope.schemas.len()), (3, 1));
    assert_eq!(rules[0].origin.as_ref().map(|origin| (origin.line, origin.column)), Some((2, 16)));
    let table = |name: &str| ObjectRef::in_schema(ObjectKind::Table, "public", name);
    let span = |file: &str| confiture_model::object::SourceSpan {
        file: file.into(),
        line: 1,
        column: 1,
        end_line: 1,
        end_column: 1,
    };
    assert!(rules[0].scope.covers(&table("orders"), Some(&span("db/write/orders.sql"))));
    assert!(!rules[0].scope.covers(&table("orders"), Some(&span("db/read/orders.sql"))));
    assert!(!rules[0].scope.covers(&table("audit_log"), Some(&span("db/write/orders.sql"))));
}

#[test]
fn two_plugins_may_offer_rules_of_one_name() {
    let (one, other) = (bundled(), vec![rule("primary-key-required", true, &[])]);
    let plugins: [(&str, &[RuleInfo]); 2] = [("lint-schema", &one), ("mine", &other)];
    let defaults = lines(&resolve(&Linting::default(), &plugins).unwrap());
    assert!(defaults.contains(&"lint-schema/primary-key-required: primary-key-required {}".to_owned()));
    assert!(defaults.contains(&"mine/primary-key-required: primary-key-required {}".to_owned()));
    let linting = Linting::of_rules(&plugins, Some("primary-key-required"), &[]);
    assert_eq!(
        linting.unwrap_err().to_string(),
        "several plugins offer the rule `primary-key-required`: `lint-schema` and `mine`\n\
         help: write `lint-schema/primary-key-required` or `mine/primary-key-required`"
    );
}

#[test]
fn rules_named_by_hand_run_alone() {
    let rules = bundled();
    let plugins: [(&str, &[RuleInfo]); 1] = [("lint-schema", &rules)];
    let by_hand = |rule, options: &[&str]| {
        let options: Vec<_> = options.iter().map(|option| (*option).to_owned()).collect();
        Linting::of_rules(&plugins, rule, &options).and_then(|linting| resolve(&linting, &plugins))
    };
    let chosen = by_hand(Some("column_required"), &["column=tenant_id"]).unwrap();
    assert_eq!(lines(&chosen), [r#"column-required {"column":"tenant_id"}"#]);
    assert_eq!(by_hand(None, &[]).unwrap().len(), rules.len() - 2);
    assert_eq!(
        by_hand(Some("column_required"), &["colum=tenant_id"]).unwrap_err().to_string(),
        "/linting/rules/lint-schema~1column-required: `colum` is no option of the rule `column-required`\n\
         help: the nearest known one is `column`; it takes `column`"
    );
    assert_eq!(
        by_hand(Some("column_required"), &["column"]).unwrap_err().to_string(),
        "the option `column` has no value\nhelp: write NAME=VALUE"
    );
}

#[test]
fn a_secret_reaches_the_plugin_as_its_name() {
    let text = "[linting.rules]\nsalted = { salt = \"${NOT_SET_BUT_A_NAME}\", rounds = 2 }\n";
    assert_eq!(shown("confiture.toml", text)[0], r#"salted {"rounds":2,"salt":"NOT_SET_BUT_A_NAME"}"#);
}

#[test]
fn custom_rules_are_patterns() {
    let text = r#"
linting:
  custom_rules:
    - name: write_side_naming
      description: Write-side tables must start with w_
      pattern: "^w_.*"
      affected_schema: 01_write_side
      severity: error
    - {name: columns, pattern: "^[a-z]", targets: columns, exemptions: ["Id"], severity: "off"}
"#;
    let rules = resolved("confiture.yaml", text).unwrap();
    assert_eq!(lines(&rules[..1]), [r#"write_side_naming: name-pattern error {"pattern":"^w_.*"}"#]);
    assert_eq!(rules[0].message.as_deref(), Some("Write-side tables must start with w_"));
    assert!(rules[0].scope.schemas[0].matches("01_write_side"));
    assert_eq!(lines(&rules[1..]), DEFAULTS);
}

#[test]
fn a_rule_that_is_meant_may_not_be_there() {
    let text = "linting:\n  custom_rules:\n    - name: no_implicit_casts\n";
    let config = read_with("confiture.yaml", text, &|_| None).unwrap();
    let error = resolve(&config.linting, &[]).unwrap_err().to_string();
    assert!(error.contains("the rule `implicit-cast` may be what is meant, and no loaded plugin offers it"), "{error}");
}
