//! The specification's examples of hooks, as they stand but for what is wrong in them: each goes up, is rehearsed and goes
//! down.

use super::configure;
use crate::cli::migrate::site::{Site, site};
use confiture_tests::program::write;

/// The tables of the examples, with rows.
const TABLES: &str = "
CREATE TABLE w_tenants (id uuid PRIMARY KEY);
CREATE TABLE w_customers (id uuid PRIMARY KEY, tenant_id uuid NOT NULL REFERENCES w_tenants);
CREATE TABLE w_orders (id int PRIMARY KEY, tenant_id uuid NOT NULL, customer_id uuid NOT NULL REFERENCES w_customers,
    total numeric(19, 2) NOT NULL, created_at timestamp NOT NULL);
INSERT INTO w_tenants SELECT md5('t' || i)::uuid FROM generate_series(0, 2) i;
INSERT INTO w_customers SELECT md5('c' || i)::uuid, md5('t' || i % 3)::uuid FROM generate_series(0, 59) i;
INSERT INTO w_orders SELECT i, md5('t' || i % 60 % 3)::uuid, md5('c' || i % 60)::uuid, i * 1.25, now()
    FROM generate_series(1, 6000) i;
ANALYZE;";

/// Example 1, without the foreign key that is no SQL, and with the names of the backup and of the tables that come back from
/// it: what somebody lost since.
const EXAMPLE_1: &str = include_str!("customer_analytics.yaml");

/// A project with these files, and directories that are granted.
async fn project(migrations: &[(&str, &str)], tables: &str) -> Site {
    let site = site(&[]).await;
    let root = site.directory.path();
    std::fs::create_dir(root.join("kept")).expect("a directory");
    let kept = root.join("kept").display().to_string();
    for (name, text) in migrations {
        site.write(name, &text.replace("BACKUPS", &kept));
    }
    write(
        root,
        "tests/queries/analytics_queries.sql",
        b"SELECT user_id, events FROM r_user_analytics WHERE day > now();\n",
    );
    configure(
        &site,
        &format!(
            "[directories]\nbackups = \"{kept}\"\n\"tests/queries\" = \"tests/queries\"\n[plugins.hooks-core]\n\
             grant = {{ database = \"write\", directories = {{ backups = \"write\", \"tests/queries\" = \"read\" }}, \
             backup = true }}\n[environments.production]\ndatabase_url = \"{}\"\n",
            site.url
        ),
    );
    site.execute(tables).await;
    site
}

#[tokio::test(flavor = "multi_thread")]
async fn customer_analytics_as_a_whole() {
    let site = project(&[("003_add_customer_analytics.yaml", EXAMPLE_1)], TABLES).await;
    let production = ["--env", "production"];
    let up = |more: &[&str]| site.migrate(&[&["up"], &production[..], more].concat());
    let rehearsed = up(&["--dry-run", "--format", "json"]).expect(0).json();
    let named: Vec<&str> =
        rehearsed["unrehearsed"].as_array().expect("a list").iter().filter_map(|it| it["what"].as_str()).collect();
    assert_eq!(named, ["hook backup_database", "hook rebuild_index"], "{rehearsed}");
    assert_eq!(rehearsed["metrics"]["rows_inserted"], 60);
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("w_customers w_orders w_tenants", ""));

    let ran = up(&["--format", "json"]).expect(0).says(&[
        "one worker inside the transaction",
        "it cannot run in the migration's transaction: it is a stage after the commit",
        "it follows `rebuild_index`, which is a stage after the commit",
    ]);
    let document = ran.json();
    let hooks = document["migrations"][0]["hooks"].as_array().expect("hooks");
    let seen: Vec<(&str, &str)> = hooks
        .iter()
        .map(|hook| (hook["hook"].as_str().unwrap_or_default(), hook["runs"].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(
        seen,
        [
            ("backup_database", "before-begin"),
            ("capture_statistics", "in-transaction"),
            ("backfill_read_model", "in-transaction"),
            ("rebuild_index", "after-commit-outside"),
            ("verify_consistency", "after-commit"),
            ("test_application_queries", "after-commit"),
            ("drop_temporary_tables", "after-commit"),
            ("analyze_statistics", "after-commit"),
        ]
    );
    assert!(site.directory.path().join("kept/pre_003_analytics.confiture.dump").exists());
    assert_eq!(
        site.value("SELECT count(*) || ' ' || sum(total_spent) FROM r_customer_analytics").await,
        "60 22503750.00"
    );
    assert_eq!(
        site.value("SELECT reltuples::int::text FROM pg_class WHERE relname = 'r_customer_analytics'").await,
        "60"
    );
    site.migrate(&["verify", "--env", "production"]).expect(0);

    let down = |more: &[&str]| site.migrate(&[&["down"], &production[..], more].concat());
    site.execute("DELETE FROM w_orders").await;
    let rehearsed = down(&["--dry-run", "--format", "json"]).expect(0).json();
    assert_eq!(rehearsed["unrehearsed"][0]["what"], "hook restore_from_backup", "{rehearsed}");
    let before = site.ledger().await;
    down(&[]).expect(8).says(&["Rows of a backup take the place of others", "hook `restore_from_backup` at", "--yes"]);
    assert_eq!(site.ledger().await, before);
    down(&["--yes"]).expect(0);
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("w_customers w_orders w_tenants", ""));
    assert_eq!(site.value("SELECT count(*)::text FROM w_orders").await, "6000");
}

#[tokio::test(flavor = "multi_thread")]
async fn customer_analytics_that_do_not_agree() {
    // The check is in the transaction where nothing before it is a stage.
    let staged = EXAMPLE_1.replace("          concurrent: true\n", "");
    let site = project(&[("003_add_customer_analytics.yaml", &staged)], TABLES).await;
    site.execute("INSERT INTO w_customers SELECT md5('new')::uuid, md5('t0')::uuid").await;
    site.migrate(&["up", "--env", "production"]).expect(5).says(&["row_count: 60 and 61", "verify_consistency"]);
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("w_customers w_orders w_tenants", ""));
    let rehearsed = site.migrate(&["up", "--env", "production", "--dry-run", "--format", "json"]).expect(5).json();
    assert!(rehearsed["inconsistencies"][0].as_str().is_some_and(|what| what.contains("60 and 61")), "{rehearsed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn user_analytics() {
    let yaml = "migration:
  name: 003_add_user_analytics
  description: Add analytics read model from user events
  ddl: |
    CREATE TABLE r_user_analytics (id int PRIMARY KEY, user_id int, day date, events int DEFAULT 1);
    CREATE INDEX idx_r_user_analytics_user_id ON r_user_analytics (user_id);
    CREATE INDEX idx_r_user_analytics_date ON r_user_analytics (day);
  rollback:
    ddl: DROP TABLE r_user_analytics

  hooks:
    before_validation:
      - type: backup_database
        config:
          backup_dir: BACKUPS
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
    let events = "CREATE TABLE events (id int PRIMARY KEY, user_id int, day date); \
                  INSERT INTO events SELECT i, i % 700, '2024-01-01'::date + i % 30 FROM generate_series(1, 25000) i; \
                  ANALYZE events";
    let site = project(&[("003_add_user_analytics.yaml", yaml)], events).await;
    let rehearsed = site.migrate(&["up", "--dry-run", "--format", "json"]).expect(0).json();
    assert_eq!(rehearsed["metrics"]["rows_inserted"], 25_000, "{rehearsed}");
    let document = site.migrate(&["up", "--format", "json"]).expect(0).json();
    let hooks = document["migrations"][0]["hooks"].as_array().expect("hooks");
    assert_eq!(hooks.len(), 8, "{document}");
    assert_eq!((&hooks[2]["rows"], &hooks[2]["steps"]), (&25_000.into(), &3.into()), "{document}");
    assert_eq!(site.value("SELECT count(*)::text FROM r_user_analytics").await, "25000");
    site.migrate(&["down", "--dry-run"]).expect(0);
    site.migrate(&["down"]).expect(0);
    assert_eq!(site.tables().await, "events");
}

#[tokio::test(flavor = "multi_thread")]
async fn lifetime_value_from_a_query() {
    let yaml = "migration:
  name: 003_add_clv_model
  description: Add customer lifetime value read model
  ddl: |
    CREATE TABLE r_customer_lifetime_value (id uuid PRIMARY KEY, tenant_id uuid, customer_id uuid, total_spent numeric,
      order_count bigint, last_order_date timestamp, UNIQUE (tenant_id, customer_id));
  rollback:
    ddl: DROP TABLE r_customer_lifetime_value

  hooks:
    after_ddl:
      - type: backfill_read_model
        description: \"Populate r_customer_lifetime_value from w_orders\"
        config:
          source_query: |
            SELECT
              gen_random_uuid() as id,
              tenant_id,
              customer_id,
              SUM(total) as total_spent,
              COUNT(*) as order_count,
              MAX(created_at) as last_order_date
            FROM w_orders
            GROUP BY tenant_id, customer_id
          target_table: r_customer_lifetime_value
          batch_size: 50000
          parallel_workers: 4

    after_validation:
      - type: verify_consistency
        description: \"Verify read model matches write side\"
        config:
          validation_queries:
            - name: \"Row count check\"
              query: |
                SELECT
                  COUNT(DISTINCT (tenant_id, customer_id)) as write_side_count,
                  COUNT(*) as read_side_count
                FROM w_orders
                UNION ALL
                SELECT NULL, COUNT(*) FROM r_customer_lifetime_value
              expected_ratio: 1.0

            - name: \"Total spent verification\"
              query: |
                SELECT
                  SUM(total) as write_side_total,
                  SUM(total_spent) as read_side_total
                FROM w_orders, r_customer_lifetime_value
                WHERE w_orders.tenant_id = r_customer_lifetime_value.tenant_id
                  AND w_orders.customer_id = r_customer_lifetime_value.customer_id
              expected_ratio: 0.99  # Allow 1% variance for floating point
";
    // The second query counts each total once an order: with one order a customer it says what it means to.
    let tables = format!("{TABLES} DELETE FROM w_orders WHERE id > 60;");
    let site = project(&[("003_add_clv_model.yaml", yaml)], &tables).await;
    site.migrate(&["up", "--dry-run"]).expect(0);
    site.migrate(&["up"]).expect(0).says(&["Populate r_customer_lifetime_value from w_orders: done (60 rows"]);
    assert_eq!(site.value("SELECT count(*)::text FROM r_customer_lifetime_value").await, "60");
    site.migrate(&["down"]).expect(0);
    site.execute("INSERT INTO w_orders SELECT 61, tenant_id, customer_id, 9999, created_at FROM w_orders WHERE id = 1")
        .await;
    site.migrate(&["up"]).expect(5).says(&["Total spent verification", "expected a ratio of at least 0.99"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environments_hooks_under_a_condition() {
    let site = project(
        &[
            ("001_00_common.up.sql", "CREATE TABLE common ();"),
            ("002_01_write_side.up.sql", "CREATE TABLE w_more ();"),
            ("002_01_write_side.down.sql", "DROP TABLE w_more; DROP TABLE r_customer_lifetime_value;"),
        ],
        TABLES,
    )
    .await;
    site.execute(
        "CREATE FUNCTION compute_clv() RETURNS TABLE (n bigint) LANGUAGE sql AS 'SELECT count(*) FROM w_orders'",
    )
    .await;
    std::fs::remove_file(site.directory.path().join("confiture.toml")).expect("was there");
    let configuration = format!(
        "environment:
  name: production
  database_url: {}
  hooks:
    # After write-side changes, rebuild read models
    after_migration:
      - type: rebuild_read_models
        condition: \"migration_name contains '01_write_side'\"
        action: |
          SELECT * INTO r_customer_lifetime_value
          FROM compute_clv();
",
        site.url
    );
    write(site.directory.path(), "confiture.yaml", configuration.as_bytes());
    site.migrate(&["up", "--dry-run"]).expect(0);
    let ran = site.migrate(&["up", "--format", "json"]).expect(0);
    let document = ran.json();
    assert_eq!(document["migrations"][0]["hooks"][0]["skipped"], "its condition does not hold", "{document}");
    assert_eq!(document["migrations"][1]["hooks"][0]["skipped"], serde_json::Value::Null, "{document}");
    assert_eq!(site.value("SELECT n::text FROM r_customer_lifetime_value").await, "6000");
    site.migrate(&["down"]).expect(0);
    assert_eq!(
        (site.tables().await.as_str(), site.ledger().await.as_str()),
        ("common w_customers w_orders w_tenants", "001")
    );
}
