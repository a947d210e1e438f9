//! Other spellings and shapes of a `linting` block, as far as rules for them exist.

use super::shown;

#[test]
fn groups() {
    let text = r#"
linting:
  rules:
    naming_convention:
      enabled: true
      tables: snake_case
      columns: "^[a-z_]+$"
    documentation:
      enabled: true
      require_table_comments: true
      require_column_comments:
        - public_tables_only: true
        - exemptions:
            - created_at
            - id
    performance:
      enabled: true
      rules:
        - primary_key_required: error
        - foreign_key_indexed: info
    multi_tenant:
      enabled: true
      required_column: tenant_id
      exempt_tables:
        - pg_*
    security:
      severity: info
      rules:
        - no_unlogged_tables_in_production
"#;
    assert_eq!(
        shown("confiture.yaml", text),
        [
            r#"table-naming {"style":"snake_case"}"#,
            r#"column-naming {"pattern":"^[a-z_]+$"}"#,
            "table-comment {}",
            r#"column-comment {"public_tables_only":true}"#,
            "primary-key-required error {}",
            "foreign-key-indexed info {}",
            r#"multi-tenant-column {"required_column":"tenant_id"}"#,
            "unlogged-in-production info {}",
        ]
    );
}

#[test]
fn a_group_that_is_off_takes_its_rules_along() {
    let text = r#"
linting:
  rules:
    naming_convention: {enabled: false, tables: snake_case}
    documentation: off
    performance:
      enabled: false
      rules: {primary_key_required: {enabled: true}, foreign_key_indexed: error}
"#;
    assert_eq!(shown("confiture.yaml", text), ["column-naming {}", "unlogged-in-production {}"]);
}

#[test]
fn instances_with_types() {
    let text = r#"
linting:
  enabled: true
  fail_on_severity: error
  report_format: html
  rules:
    primary_key:
      type: primary_key_required
      severity: error
    naming_tables:
      type: naming_convention
      severity: warning
      pattern: "^[a-z_]+$"
    naming_columns:
      type: naming_convention
      severity: warning
      pattern: "^[a-z_]+$"
      exemptions:
        - "^_.*"  # Internal columns
    write_side_prefix:
      type: table_prefix
      severity: error
      pattern: "^w_"
      applicable_to:
        schema_path: db/0_schema/01_write_side
      message: "Write-side tables must start with w_"
    multi_tenant_required:
      type: column_required
      severity: error
      column: tenant_id
      applicable_to:
        exclude_patterns:
          - "^pg_.*"
    documentation:
      type: documentation_required
      severity: warning
      require_table_comments: true
      require_column_comments: false
    foreign_key_indexed:
      type: index_required_for_fk
      severity: warning
      message: "Foreign keys should be indexed for performance"
"#;
    assert_eq!(
        shown("confiture-lint.yaml", text),
        [
            "primary_key: primary-key-required error {}",
            r#"naming_tables: table-naming warning {"pattern":"^[a-z_]+$"}"#,
            r#"naming_columns: column-naming warning {"pattern":"^[a-z_]+$"}"#,
            r#"write_side_prefix: name-pattern error {"pattern":"^w_"}"#,
            r#"multi_tenant_required: column-required error {"column":"tenant_id"}"#,
            "table-comment warning {}",
            "foreign_key_indexed: foreign-key-indexed warning {}",
            "unlogged-in-production {}",
        ]
    );
}

#[test]
fn areas_of_the_load_order() {
    let text = r#"
environment:
  name: production
  load_order:
    - db/0_schema/01_write_side/**/*
    - db/0_schema/02_query_side/**/*
  linting:
    multi_tenant: {required_column: tenant_id, exempt_tables: [audit_*]}
    naming_conventions:
      write_side: "^w_"
      query-side: "^r_"
      tables: "^[a-z]"
"#;
    assert_eq!(
        shown("confiture.yaml", text)[..4],
        [
            r#"multi-tenant-column {"required_column":"tenant_id"}"#,
            r#"write_side: name-pattern {"pattern":"^w_"}"#,
            r#"query-side: name-pattern {"pattern":"^r_"}"#,
            r#"table-naming {"pattern":"^[a-z]"}"#,
        ]
    );
}
