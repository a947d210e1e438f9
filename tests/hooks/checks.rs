//! Hooks that check: consistency and the application's queries.

use crate::hooks::{Migration, hooks_core, said};
use serde_json::json;

const ORDERS: [&str; 5] = [
    "CREATE TABLE w_orders (id int PRIMARY KEY, tenant_id uuid, customer_id int, total numeric(19, 2), created_at timestamp)",
    "INSERT INTO w_orders SELECT i, md5((i % 3)::text)::uuid, i % 20, i * 1.25, now() FROM generate_series(1, 600) i",
    "CREATE TABLE r_customer_analytics (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), tenant_id uuid, customer_id int, \
     total_orders int, total_spent numeric(19, 2), UNIQUE (tenant_id, customer_id))",
    "INSERT INTO r_customer_analytics (tenant_id, customer_id, total_orders, total_spent) \
     SELECT tenant_id, customer_id, count(*), sum(total) FROM w_orders GROUP BY 1, 2",
    "ANALYZE w_orders",
];

/// As the specification writes them.
fn checks() -> serde_json::Value {
    json!({ "checks": [
        { "name": "row_count", "tolerance_percent": 0.0, "query":
            "SELECT COUNT(DISTINCT (tenant_id, customer_id)) as expected FROM w_orders \
             UNION ALL SELECT COUNT(*) as actual FROM r_customer_analytics" },
        { "name": "total_spent", "tolerance_percent": 0.01, "query":
            "WITH calculated AS (SELECT tenant_id, customer_id, SUM(total) as expected_total FROM w_orders \
             GROUP BY tenant_id, customer_id) \
             SELECT SUM(ABS(c.expected_total - r.total_spent)) as total_variance, \
                    MAX(ABS(c.expected_total - r.total_spent)) as max_variance \
             FROM calculated c JOIN r_customer_analytics r \
               ON r.tenant_id = c.tenant_id AND r.customer_id = c.customer_id" },
    ], "validation_queries": [
        { "name": "Row count check", "expected_ratio": 1.0, "query":
            "SELECT COUNT(DISTINCT (tenant_id, customer_id)) as write_side_count, COUNT(*) as read_side_count FROM w_orders \
             UNION ALL SELECT NULL, COUNT(*) FROM r_customer_analytics" },
    ], "source_target_joins": [
        { "source": "w_orders", "target": "r_customer_analytics", "join_key": "customer_id", "expected_ratio": 1.0 },
    ] })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_specifications_checks_hold_and_fail() {
    let mut migration = Migration::begun(&ORDERS).await;
    let outcomes = migration.run("verify_consistency", checks()).await.unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(outcomes[0].statistics["checks"]["row_count"], json!({ "left": "60", "right": "60" }));
    migration.statement("DELETE FROM r_customer_analytics WHERE customer_id = 7").await;
    migration.statement("UPDATE r_customer_analytics SET total_spent = total_spent + 1 WHERE customer_id = 8").await;
    let said = said(migration.run("verify_consistency", checks()).await);
    assert!(said.contains("row_count: 60 and 57"), "{said}");
    assert!(said.contains("Row count check: 60 and 57"), "{said}");
    assert!(said.contains("total_spent: a variance of 3"), "{said}");
    assert!(said.contains("w_orders in r_customer_analytics by customer_id: 20 and 19"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_applications_queries_work_or_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.sql"), "SELECT count(*) FROM w_orders;\nDELETE FROM w_orders;\n")
        .expect("a file");
    let mut migration = Migration::with(hooks_core(Some(folder.path())).await, &ORDERS).await;
    let options = json!({ "query_file": "tests/queries/a.sql", "test_queries": [
        { "name": "get_top_customers", "query": "SELECT * FROM r_customer_analytics ORDER BY total_spent DESC LIMIT 10",
          "expected_columns": ["id", "tenant_id", "customer_id", "total_spent"] },
        { "name": "customer_lifetime_value", "query": "SELECT SUM(total_spent) FROM r_customer_analytics WHERE tenant_id = $1",
          "test_params": ["550e8400-e29b-41d4-a716-446655440000"], "expected_return_type": "decimal" },
        { "name": "numbers", "query": "SELECT id, id AS id FROM w_orders WHERE id = $1 AND total < $2", "test_params": [3, 2.5] },
    ] });
    let outcomes = migration.run("test_application_queries", options).await.unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(outcomes[0].statistics["a.sql, statement 2"]["run"], false);
    assert!(migration.holds("(SELECT count(*) FROM w_orders) = 600").await, "a DELETE is planned only");
    let options = json!({ "max_cost": 5, "test_queries": [
        { "name": "slow", "query": "SELECT * FROM w_orders", "expected_columns": ["gone"] },
        { "name": "typed", "query": "SELECT max(id) FROM w_orders", "expected_return_type": "text", "max_cost": 1000 },
    ] });
    let said = said(migration.run("test_application_queries", options).await);
    assert!(said.contains("query `slow`: its cost") && said.contains("`gone`"), "{said}");
    assert!(said.contains("query `typed`: it returns integer, not text"), "{said}");
    let gone = json!({ "test_queries": [{ "name": "gone", "query": "SELECT dropped FROM w_orders" }] });
    let said = crate::hooks::said(migration.run("test_application_queries", gone).await);
    assert!(said.contains("query `gone`") && said.contains("42703"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_granted_is_not_read() {
    let mut migration = Migration::begun(&[]).await;
    let said = said(migration.run("test_application_queries", json!({ "query_file": "/etc/passwd" })).await);
    assert!(said.contains("directory `/etc` is not granted"), "{said}");
}
