//! `backfill_read_model`, by keys of every kind.

use crate::hooks::{Migration, beside, said};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_every_kind_cut_a_table() {
    for (kind, value) in [
        ("integer", "i"),
        ("bigint", "9007199254740993 + i"),
        ("uuid", "md5(i::text)::uuid"),
        ("text COLLATE \"C\"", "'k''\"\\ é' || i"),
        ("text", "md5(i::text)"),
        ("numeric(20, 4)", "i / 7.0"),
        ("timestamptz", "'2024-01-01'::timestamptz + i * interval '1.000001 hour'"),
        ("bytea", "decode(md5(i::text), 'hex')"),
        ("double precision", "i / 3.0"),
        ("boolean", "i = 1"),
        ("inet", "'10.0.0.0'::inet + i"),
    ] {
        let mut migration = Migration::begun(&[
            &format!("CREATE TABLE events (id {kind} PRIMARY KEY, n int)"),
            &format!(
                "INSERT INTO events SELECT {value}, i FROM generate_series(1, {}) i",
                if kind == "boolean" { 2 } else { 1000 }
            ),
            &format!("CREATE TABLE model (id {kind} PRIMARY KEY, n int, m int DEFAULT 3)"),
        ])
        .await;
        let options = json!({ "source_table": "events", "target_table": "model", "batch_size": 128 });
        let steps =
            migration.plan("backfill_read_model", &options).await.unwrap_or_else(|fault| panic!("{kind}: {fault}"));
        assert_eq!(steps.len(), if kind == "boolean" { 1 } else { 8 }, "{kind}");
        migration.rows("backfill_read_model", options.clone()).await;
        assert!(
            migration
                .holds(
                    "(SELECT count(*) FROM model) = (SELECT count(*) FROM events) AND NOT EXISTS \
                (SELECT id, n FROM events EXCEPT SELECT id, n FROM model)"
                )
                .await,
            "{kind}"
        );
        assert_eq!(migration.rows("backfill_read_model", options).await, 0, "{kind}: a second run changes nothing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_keys_of_two_columns() {
    let mut migration = Migration::begun(&[
        "CREATE SCHEMA \"My.Sales\"",
        "CREATE TABLE \"My.Sales\".\"Order\" (\"Tenant\" uuid, \"user\" text, amount numeric)",
        "INSERT INTO \"My.Sales\".\"Order\" SELECT md5((i % 7)::text)::uuid, 'u' || i % 50, i \
         FROM generate_series(1, 5000) i",
        "CREATE TABLE r (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), \"Tenant\" uuid, \"user\" text, \
         spent numeric, twice numeric GENERATED ALWAYS AS (spent * 2) STORED, UNIQUE (\"Tenant\", \"user\"))",
    ])
    .await;
    let options = json!({
        "source_query": "SELECT gen_random_uuid() AS id, \"Tenant\", \"user\", sum(amount) AS spent -- all\n\
                         FROM \"My.Sales\".\"Order\" GROUP BY 2, 3;",
        "target_table": "R",
        "batch_size": 100,
        "on_conflict": "update",
    });
    let steps = migration.plan("backfill_read_model", &options).await.unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(steps.len(), 5, "{steps:?}");
    assert_eq!(migration.rows("backfill_read_model", options.clone()).await, 350);
    assert!(migration.holds("(SELECT sum(spent) FROM r) = (SELECT sum(amount) FROM \"My.Sales\".\"Order\")").await);
    migration.statement("UPDATE r SET spent = 0").await;
    assert_eq!(migration.rows("backfill_read_model", options).await, 350);
    assert!(migration.holds("(SELECT sum(spent) FROM r) = (SELECT sum(amount) FROM \"My.Sales\".\"Order\")").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_without_a_key_are_not_forgotten() {
    let mut migration = Migration::begun(&[
        "CREATE TABLE events (id int, n int)",
        "INSERT INTO events SELECT nullif(i % 10, 0), i FROM generate_series(1, 100) i",
        "CREATE TABLE model (id int, n int)",
    ])
    .await;
    let options = json!({ "source_table": "events", "target_table": "model", "key": "id", "batch_size": 5 });
    assert_eq!(migration.rows("backfill_read_model", options).await, 100);
    let whole = json!({ "source_table": "events", "target_table": "model" });
    let steps = migration.plan("backfill_read_model", &whole).await.unwrap_or_else(|fault| panic!("{fault}"));
    assert!(steps[0].title.contains("no key"), "{steps:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_of_the_users_own() {
    let mut migration = Migration::begun(&[
        "CREATE TABLE events (id int PRIMARY KEY, n int)",
        "INSERT INTO events SELECT i, i FROM generate_series(1, 1000) i UNION ALL SELECT 2147483647, 1",
        "CREATE TABLE model (id int PRIMARY KEY, n int)",
    ])
    .await;
    let own = "INSERT INTO model SELECT id, n FROM events WHERE id >= :from AND id < :to ON CONFLICT DO NOTHING";
    let options =
        json!({ "source_table": "events", "target_table": "model", "backfill_query": own, "batch_size": 300 });
    assert_eq!(
        migration.plan("backfill_read_model", &options).await.unwrap_or_else(|fault| panic!("{fault}")).len(),
        4
    );
    assert_eq!(migration.rows("backfill_read_model", options).await, 1001);
    let whole = json!({ "source_tables": ["events", "model"], "target_table": "model", "batch_size": 1,
        "parallel_workers": 4, "backfill_query": "INSERT INTO model SELECT id, n FROM events ON CONFLICT DO NOTHING" });
    assert_eq!(migration.rows("backfill_read_model", whole).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_run_outside_the_transaction_one_by_one() {
    let (mut session, mut migration) = beside(&[
        "CREATE TABLE events (id uuid PRIMARY KEY, n int)",
        "INSERT INTO events SELECT md5(i::text)::uuid, i FROM generate_series(1, 1000) i",
        "CREATE TABLE model (id uuid PRIMARY KEY, n int)",
    ])
    .await;
    let options = json!({ "source_table": "events", "target_table": "model", "batch_size": 100,
        "stage": "after-commit", "parallel_workers": 2 });
    let steps = migration.plan("backfill_read_model", &options).await.unwrap_or_else(|fault| panic!("{fault}"));
    assert!(steps.len() == 10 && steps.iter().all(|step| step.parallel));
    // In any order: a step knows its bounds, and no other.
    for step in steps.iter().rev().skip(1) {
        let outcome =
            migration.step("backfill_read_model", &options, step).await.unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!(outcome.rows_affected, 100);
    }
    use confiture_model::session::Session as _;
    session.execute("DELETE FROM model WHERE false").await.expect("a statement");
    let last =
        migration.step("backfill_read_model", &options, &steps[9]).await.unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(last.rows_affected, 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_shows_no_row() {
    let mut migration = Migration::begun(&[
        "CREATE TABLE events (id text PRIMARY KEY, n int)",
        "INSERT INTO events VALUES ('ann@example.org', 1), ('bob@example.org', 2)",
        "CREATE TABLE model (id text PRIMARY KEY, n int UNIQUE)",
        "INSERT INTO model VALUES ('carol@example.org', 2)",
    ])
    .await;
    let options = json!({ "source_table": "events", "target_table": "model", "batch_size": 1, "key": "id" });
    let steps = migration.plan("backfill_read_model", &options).await.unwrap_or_else(|fault| panic!("{fault}"));
    assert!(steps.iter().all(|step| !step.title.contains('@')));
    let said = said(migration.run("backfill_read_model", options).await);
    assert!(said.contains("23505") && said.contains("rows") && !said.contains('@'), "{said}");
}
