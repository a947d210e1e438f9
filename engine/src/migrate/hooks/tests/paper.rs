//! The examples of the specification resolve against a plugin that has hooks of these names and options.

use super::*;

fn hooks_core() -> Arc<FakePlugin> {
    use Phase::{AfterDdl, AfterMigration, AfterValidation, BeforeDdl, BeforeValidation, Cleanup};
    let (text, flag, number) = (json!({"type": "string"}), json!({"type": "boolean"}), json!({"type": "number"}));
    let names = json!({"type": "array", "items": {"type": "string"}});
    let tables = json!({"type": "array", "items": {"type": "object"}});
    FakePlugin::new(
        &Server::new(),
        "hooks-core",
        vec![
            hook(
                "backup_database",
                &[BeforeValidation],
                &[("backup_dir", text.clone()), ("compression", text.clone()), ("keep_backup_days", number.clone())],
            ),
            hook(
                "restore_from_backup",
                &[AfterMigration],
                &[("backup_dir", text.clone()), ("backup_name", text.clone())],
            ),
            hook(
                "capture_statistics",
                &[BeforeDdl],
                &[
                    ("tables", names.clone()),
                    ("capture_row_counts", flag.clone()),
                    ("capture_table_sizes", flag.clone()),
                ],
            ),
            hook(
                "backfill_read_model",
                &[AfterDdl],
                &[
                    ("source_table", text.clone()),
                    ("source_tables", names.clone()),
                    ("source_query", text.clone()),
                    ("backfill_query", text.clone()),
                    ("target_table", text.clone()),
                    ("batch_size", number.clone()),
                    ("parallel_workers", number),
                ],
            ),
            hook("rebuild_index", &[AfterDdl], &[("indexes", names.clone()), ("concurrent", flag.clone())]),
            hook("rebuild_read_models", &[AfterMigration], &[("action", text.clone())]),
            hook(
                "verify_consistency",
                &[AfterValidation],
                &[
                    ("source_target_joins", tables.clone()),
                    ("validation_queries", tables.clone()),
                    ("checks", tables.clone()),
                ],
            ),
            hook("test_application_queries", &[AfterValidation], &[("query_file", text), ("test_queries", tables)]),
            hook("drop_temporary_tables", &[Cleanup], &[("keep_logs", flag.clone())]),
            hook("analyze_statistics", &[Cleanup], &[("tables", names), ("update_table_stats", flag)]),
        ],
    )
}

fn planned(config: &str, migrations: &[(&str, &str)], environment: Option<&str>) -> Plan {
    let directory = tempfile::TempDir::new().expect("a directory");
    let path = directory.path().join("confiture.yaml");
    std::fs::write(&path, config).expect("is written");
    let config = config::load(&path, &|_| None).expect("reads");
    let hooks = Hooks::new(vec![hooks_core()], &config, environment);
    let request = UpRequest { environment: environment.map(str::to_owned), ..UpRequest::default() };
    plan_up(&files(migrations), &[], &request, &hooks).now_or_never().expect("is made at once")
}

fn runs(plan: &Plan) -> Vec<(Phase, &str, Runs)> {
    assert_eq!(plan.refusals, []);
    plan.steps[0].hooks.iter().map(|hook| (hook.phase, &*hook.hook, hook.runs)).collect()
}

#[test]
fn user_analytics() {
    let yaml = "migration:
  name: 003_add_user_analytics
  description: Add analytics read model from user events

  hooks:
    before_validation:
      - type: backup_database
        config:
          backup_dir: /backups
          compression: gzip

    before_ddl:
      - type: capture_statistics
        config:
          capture_row_counts: true
          capture_table_sizes: true

    after_ddl:
      - type: backfill_read_model
        config:
          source_table: events
          target_table: r_user_analytics
          batch_size: 10000
          parallel_workers: 4

      - type: rebuild_index
        config:
          indexes:
            - idx_r_user_analytics_user_id
            - idx_r_user_analytics_date

    after_validation:
      - type: verify_consistency
        config:
          source_target_joins:
            - source: events
              target: r_user_analytics
              join_key: user_id
              expected_ratio: 1.0

      - type: test_application_queries
        config:
          query_file: tests/queries/analytics_queries.sql

    cleanup:
      - type: drop_temporary_tables

      - type: analyze_statistics
";
    let plan = planned("", &[("003_add_user_analytics.yaml", yaml)], None);
    let expected = [
        (Phase::BeforeValidation, "backup_database", Runs::BeforeBegin),
        (Phase::BeforeDdl, "capture_statistics", Runs::InTransaction),
        (Phase::AfterDdl, "backfill_read_model", Runs::InTransaction),
        (Phase::AfterDdl, "rebuild_index", Runs::InTransaction),
        (Phase::AfterValidation, "verify_consistency", Runs::InTransaction),
        (Phase::AfterValidation, "test_application_queries", Runs::InTransaction),
        (Phase::Cleanup, "drop_temporary_tables", Runs::InTransaction),
        (Phase::Cleanup, "analyze_statistics", Runs::InTransaction),
    ];
    assert_eq!(runs(&plan), expected);
}

#[test]
fn customer_analytics_with_a_concurrent_rebuild() {
    let yaml = r#"migration:
  name: 003_add_customer_analytics
  version: "1.0"
  applies_to:
    - environment: production
    - environment: staging
  ddl: |
    CREATE TABLE r_customer_analytics (id UUID PRIMARY KEY);
  hooks:
    before_validation:
      - type: backup_database
        config: {backup_dir: /backups, compression: gzip, keep_backup_days: 7}
    before_ddl:
      - type: capture_statistics
        config:
          tables: [w_customers, w_orders]
          capture_row_counts: true
    after_ddl:
      - type: backfill_read_model
        description: "Populate analytics from orders"
        config:
          source_tables: [w_orders, w_customers]
          target_table: r_customer_analytics
          batch_size: 50000
          parallel_workers: 4
          backfill_query: |
            INSERT INTO r_customer_analytics SELECT * FROM w_orders
      - type: rebuild_index
        config:
          indexes: [idx_r_customer_analytics_tenant]
          concurrent: true
    after_validation:
      - type: verify_consistency
        config:
          checks:
            - {name: row_count, query: "SELECT 1", tolerance_percent: 0.0}
    cleanup:
      - type: drop_temporary_tables
        config:
          keep_logs: true  # Keep execution logs
  rollback:
    ddl: |
      DROP TABLE IF EXISTS r_customer_analytics CASCADE;
    hooks:
      - type: restore_from_backup
        config:
          backup_dir: /backups
          backup_name: pre_003_analytics
"#;
    let file = [("003_add_customer_analytics.yaml", yaml)];
    let plan = planned("environments: {production: {}}", &file, Some("production"));
    let expected = [
        (Phase::BeforeValidation, "backup_database", Runs::BeforeBegin),
        (Phase::BeforeDdl, "capture_statistics", Runs::InTransaction),
        (Phase::AfterDdl, "backfill_read_model", Runs::InTransaction),
        (Phase::AfterDdl, "rebuild_index", Runs::AfterCommitOutside),
        (Phase::AfterValidation, "verify_consistency", Runs::AfterCommit),
        (Phase::Cleanup, "drop_temporary_tables", Runs::AfterCommit),
    ];
    assert_eq!(runs(&plan), expected);
}

#[test]
fn hooks_of_an_environment_with_a_condition() {
    let config = "environment:
  name: production
  hooks:
    # After write-side changes, rebuild read models
    after_migration:
      - type: rebuild_read_models
        condition: \"migration_name contains '01_write_side'\"
        action: |
          SELECT * INTO r_customer_lifetime_value
          FROM compute_clv();
";
    let plan = planned(config, &[("004_01_write_side.sql", "select 1")], Some("production"));
    assert_eq!(runs(&plan), [(Phase::AfterMigration, "rebuild_read_models", Runs::AfterCommit)]);
    assert!(plan.steps[0].hooks[0].options.expose().contains("compute_clv"));
}
