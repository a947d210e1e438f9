//! Hooks that keep things in order: indexes, statistics, temporary tables, read models, statements.

use crate::hooks::{Migration, beside, said};
use confiture_model::hook::Phase;
use serde_json::json;

const SHOP: [&str; 5] = [
    "CREATE TABLE \"Orders\" (id int PRIMARY KEY, n int) ",
    "CREATE INDEX \"Idx\" ON \"Orders\" (n)",
    "INSERT INTO \"Orders\" SELECT i, i FROM generate_series(1, 500) i",
    "CREATE TABLE part (id int PRIMARY KEY) PARTITION BY RANGE (id)",
    "CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (10)",
];

#[tokio::test(flavor = "multi_thread")]
async fn indexes_are_rebuilt() {
    let mut migration = Migration::begun(&SHOP).await;
    let options = json!({ "indexes": ["\"Idx\"", "part_pkey"] });
    let outcomes = migration.run("rebuild_index", options).await.unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(outcomes.len(), 2);
    assert!(outcomes[0].statistics["public.\"Idx\""]["bytes_after"].as_i64() > Some(0), "{outcomes:?}");
    assert!(outcomes[1].statistics.get("public.part_1_pkey").is_some(), "{outcomes:?}");
    let missing = said(migration.run("rebuild_index", json!({ "indexes": ["idx"] })).await);
    assert!(missing.contains("there is no idx"), "{missing}");
    let table = said(migration.run("rebuild_index", json!({ "indexes": ["\"Orders\""] })).await);
    assert!(table.contains("is no index"), "{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn indexes_are_rebuilt_concurrently() {
    let (_session, mut migration) = beside(&SHOP).await;
    let options = json!({ "indexes": ["\"Idx\""], "concurrent": true });
    let steps = migration.plan("rebuild_index", &options).await.unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(steps.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_are_captured_and_brought_up_to_date() {
    let mut migration = Migration::begun(&SHOP).await;
    let captured = migration.run("capture_statistics", json!({})).await.unwrap_or_else(|fault| panic!("{fault}"));
    let tables = &captured[0].statistics["tables"];
    assert_eq!(tables["public.\"Orders\""]["rows"], 500);
    assert!(tables["public.\"Orders\""]["index_bytes"].as_i64() > Some(0), "{tables}");
    assert_eq!(tables["public.part"]["rows"], 0);
    let analyzed = migration.run("analyze_statistics", json!({})).await.unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(analyzed[0].statistics["public.\"Orders\""]["estimated_rows"], 500, "{analyzed:?}");
    let named = json!({ "tables": ["part"], "update_table_stats": true });
    migration.run("analyze_statistics", named).await.unwrap_or_else(|fault| panic!("{fault}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn temporary_tables_are_dropped() {
    let mut migration = Migration::begun(&[
        "CREATE TEMP TABLE \"Load\" (a int)",
        "CREATE TEMP TABLE run_log (a int)",
        "CREATE TABLE tmp_x (a int)",
        "CREATE TABLE tmpyx (a int)",
    ])
    .await;
    migration.context.phase = Phase::Cleanup;
    let options = json!({ "patterns": ["tmp_*"], "keep_logs": true });
    let outcomes = migration.run("drop_temporary_tables", options).await.unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(outcomes[0].statistics["dropped"], 2, "{outcomes:?}");
    assert!(migration.holds("to_regclass('tmp_x') IS NULL AND to_regclass('\"Load\"') IS NULL").await);
    assert!(migration.holds("to_regclass('tmpyx') IS NOT NULL AND to_regclass('run_log') IS NOT NULL").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn read_models_and_statements() {
    let mut migration = Migration::begun(&SHOP).await;
    migration.statement("CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS n FROM \"Orders\"").await;
    migration.statement("DELETE FROM \"Orders\" WHERE id > 100").await;
    let options = json!({ "read_models": ["totals"], "action": "SELECT * INTO copied FROM totals;" });
    migration.run("rebuild_read_models", options).await.unwrap_or_else(|fault| panic!("{fault}"));
    assert!(migration.holds("(SELECT n FROM copied) = 100").await);
    let options = json!({ "statements": ["UPDATE \"Orders\" SET n = 0 WHERE id <= 10; DELETE FROM copied"] });
    assert_eq!(migration.rows("sql", options).await, 11);
    let refused = said(migration.run("sql", json!({ "statements": "COMMIT" })).await);
    assert!(refused.contains("transactions are the host's"), "{refused}");
}
