//! The examples of configurations that projects were promised: they load as they stand, but for what would check
//! nothing or would be code.

use super::{resolved, shown};

const RULES: &str = include_str!("spec/rules.yaml");
const PRINTOPTIM: &str = include_str!("spec/printoptim-environment.yaml");
const CUSTOM: &str = include_str!("spec/printoptim-custom.yaml");
const EXEMPTIONS: &str = include_str!("spec/exemptions.yaml");
const LINT: &str = include_str!("spec/printoptim-lint.yaml");

/// A file without the lines from one that starts with `from` to one that starts with `to`, or to its end.
fn without(text: &str, from: &str, to: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for line in text.lines() {
        let ends = !to.is_empty() && line.starts_with(to);
        inside = line.starts_with(from) || inside && !ends;
        if !inside {
            out += line;
            out.push('\n');
        }
    }
    out
}

#[test]
fn every_group_of_rules() {
    assert_eq!(
        shown("confiture.yaml", RULES),
        [
            r#"table-naming {"style":"snake_case"}"#,
            r#"column-naming {"style":"snake_case"}"#,
            r#"function-naming {"style":"snake_case"}"#,
            r#"type-naming {"style":"PascalCase"}"#,
            r#"index-naming {"template":"idx_{table}_{columns}"}"#,
            r#"constraint-naming {"template":"{type}_{table}_{columns}"}"#,
            "table-comment {}",
            r#"column-comment {"public_tables_only":true}"#,
            "primary-key-required error {}",
            "foreign-key-indexed warning {}",
            "large-table-indexed warning {}",
            "sequential-scan-potential warning {}",
            r#"multi-tenant-column {"required_column":"tenant_id"}"#,
            "unlogged-in-production error {}",
            "implicit-cast warning {}",
            "password-hashed error {}",
            "sensitive-column-masked error {}",
            r#"write_side_naming: name-pattern error {"pattern":"^w_.*"}"#,
            r#"read_side_naming: name-pattern error {"pattern":"^r_.*"}"#,
        ]
    );
    let rules = resolved("confiture.yaml", RULES).unwrap();
    let scope = |instance: &str| &rules.iter().find(|rule| rule.setting.instance == instance).unwrap().scope;
    assert_eq!(scope("multi-tenant-column").exemptions.len(), 4);
    assert_eq!(scope("column-comment").exemptions.len(), 3);
    assert!(scope("read_side_naming").schemas[0].matches("02_query_side"));
}

#[test]
fn a_project_with_a_write_side_and_a_read_side() {
    let rules = resolved("confiture.yaml", PRINTOPTIM).unwrap();
    assert_eq!(
        super::lines(&rules)[..5],
        [
            r#"multi-tenant-column {"required_column":"tenant_id"}"#,
            r#"write_side: name-pattern {"pattern":"^w_"}"#,
            r#"read_side: name-pattern {"pattern":"^r_"}"#,
            r#"function-naming {"pattern":"^fn_"}"#,
            r#"read-model-derivation {"read_model_sources":{"r_customer_lifetime_value":["w_customers","w_orders"],"r_inventory_summary":["w_inventory"]}}"#,
        ]
    );
    assert_eq!(rules[1].scope.directories, ["db/0_schema/01_write_side"]);
    assert_eq!(rules[2].scope.directories, ["db/0_schema/02_query_side"]);
}

#[test]
fn custom_rules_in_words_are_refused_with_the_rule_that_is_meant() {
    let refused = |text: &str| resolved("confiture.yaml", text).unwrap_err().to_string();
    let says = refused(CUSTOM);
    assert!(says.contains("`multi_tenant_write_tables` has no `pattern`: it would check nothing"), "{says}");
    assert!(says.contains("write `multi-tenant-column` in `linting.rules` instead"), "{says}");
    let says = refused(&without(CUSTOM, "    - name: multi_tenant_write_tables", "    - name: read_model"));
    assert!(says.contains("`read_model_derivation` has no `pattern`: it would check nothing"), "{says}");
    assert!(says.contains("write `read-model-derivation` in `linting.rules` instead"), "{says}");
    let rest = without(CUSTOM, "    - name: multi_tenant_write_tables", "");
    let rules = resolved("confiture.yaml", &rest).unwrap();
    assert_eq!(
        super::lines(&rules)[..2],
        [
            r#"write_side_tables: name-pattern error {"pattern":"^w_"}"#,
            r#"read_side_tables: name-pattern error {"pattern":"^r_"}"#,
        ]
    );
    assert_eq!(rules[0].scope.directories, ["db/0_schema/01_write_side"]);
    assert_eq!(rules[1].message.as_deref(), Some("Read-side tables in 02_query_side must start with r_"));
    let wrong = refused(&rest.replace("good: \"w_customers\"", "good: \"customers\""));
    assert!(wrong.contains("the example calls `customers` good, but the pattern does not match it"), "{wrong}");
}

#[test]
fn severities_and_exemptions() {
    let rules = resolved("confiture.yaml", EXEMPTIONS).unwrap();
    assert_eq!(super::lines(&rules)[..2], ["primary-key-required error {}", "table-comment warning {}"]);
    assert_eq!((rules[0].scope.exemptions.len(), rules[1].scope.exemptions.len()), (2, 2));
    assert!(rules[0].scope.exemptions[1].matches("unlogged_staging_orders"));
}

#[test]
fn a_file_of_its_own_for_linting() {
    let says = resolved("confiture-lint.yaml", LINT).unwrap_err().to_string();
    assert!(
        says.contains("/linting/rules/cqrs_validation: a rule's code does not stand in the configuration"),
        "{says}"
    );
    let rules = resolved("confiture-lint.yaml", &without(LINT, "    cqrs_validation:", "    foreign_key_indexed:"));
    let rules = rules.unwrap();
    assert_eq!(
        super::lines(&rules)[..8],
        [
            "primary_key: primary-key-required error {}",
            r#"naming_tables: table-naming warning {"pattern":"^[a-z_]+$"}"#,
            r#"naming_columns: column-naming warning {"pattern":"^[a-z_]+$"}"#,
            r#"write_side_prefix: name-pattern error {"pattern":"^w_"}"#,
            r#"read_side_prefix: name-pattern error {"pattern":"^r_"}"#,
            r#"multi_tenant_required: column-required error {"column":"tenant_id"}"#,
            "table-comment warning {}",
            "foreign_key_indexed: foreign-key-indexed warning {}",
        ]
    );
    assert!(rules[2].scope.exemptions[0].matches("_internal"));
    assert_eq!(rules[3].scope.directories, ["db/0_schema/01_write_side"]);
    assert_eq!(rules[5].scope.exemptions.len(), 5);
    assert_eq!(rules[7].message.as_deref(), Some("Foreign keys should be indexed for performance"));
}
