//! CREATE INDEX CONCURRENTLY that fails, and what the next run makes of it.

use super::site::{Site, site};
use confiture_tests::cluster::cluster;

#[tokio::test(flavor = "multi_thread")]
async fn duplicates_are_mended_and_the_index_is_built_again() {
    let site = site(&[
        ("1_a.sql", "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1), (1);\n"),
        ("2_i.sql", "CREATE INDEX CONCURRENTLY plain ON a (id);\nCREATE UNIQUE INDEX CONCURRENTLY a_id ON a (id);\n"),
    ])
    .await;
    let failed = site.migrate(&["up"]).expect(9);
    failed.says(&[
        "23505",
        "migrations/2_i.sql:2:1",
        "2_i stopped part-way: 1 of its 2 statements are done",
        "run again",
    ]);
    assert!(site.migrate(&["status"]).expect(0).stdout.contains("2_i  stopped part-way  1 statement done"));
    site.migrate(&["up"]).expect(9);
    site.execute("DELETE FROM a WHERE ctid = (SELECT min(ctid) FROM a)").await;
    let ran = site.migrate(&["up"]).expect(0);
    assert!(ran.stdout.contains("1 migration applied"), "{}", ran.stdout);
    let indexes = "SELECT string_agg(indexrelid::regclass || ' ' || indisvalid, ', ' ORDER BY indexrelid::regclass::text) FROM pg_index WHERE indrelid = 'a'::regclass";
    assert_eq!(site.value(indexes).await, "a_id true, plain true");
    assert!(site.value("SELECT count(*)::text FROM pg_index WHERE NOT indisvalid").await == "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_fails_first_leaves_nothing() {
    let site = site(&[
        ("1_a.sql", "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1), (1);\n"),
        ("2_i.sql", "CREATE UNIQUE INDEX CONCURRENTLY a_id ON a (id);\n"),
    ])
    .await;
    site.migrate(&["up"]).expect(5).says(&["23505", "nothing of it is left"]);
    assert_eq!(site.value("SELECT count(*)::text FROM pg_index WHERE indrelid = 'a'::regclass").await, "0");
    assert_eq!(site.ledger().await, "1");
}

/// What the catalog cannot tell, a person has to.
#[tokio::test(flavor = "multi_thread")]
async fn a_statement_whose_end_nobody_knows() {
    for took_effect in [true, false] {
        let name = format!("never_{}_{took_effect}", std::process::id());
        let script = format!(
            "-- confiture: transaction = false, lock_timeout = 10min\nCREATE TABLE a ();\nCREATE DATABASE {name} TEMPLATE template0;\nCREATE TABLE b ();\n"
        );
        let site = site(&[("1_a.sql", &script)]).await;
        kill_in_create_database(&site, took_effect).await;
        let uncertain = site.migrate(&["up"]).expect(8);
        uncertain.says(&["nobody recorded how it ended", "migrations/1_a.sql:3", "migrate repair"]);
        site.migrate(&["repair", "--yes"]).expect(8).says(&["done", "not-done", "applied"]);
        let exists = format!("SELECT (count(*) > 0)::text FROM pg_database WHERE datname = '{name}'");
        assert_eq!(site.value(&exists).await, took_effect.to_string());
        site.migrate(&["repair", "--answer", if took_effect { "1=done" } else { "1=not-done" }]).expect(0);
        site.migrate(&["up"]).expect(0);
        assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("a b", "1"));
        assert_eq!(site.value(&exists).await, "true");
    }
}

/// Holds the statement by a lock, kills the run, and then lets the server finish the statement, or ends it there as well.
async fn kill_in_create_database(site: &Site, finish: bool) {
    let name = site.value("SELECT current_database()::text").await;
    let other = cluster().await.session(&name).await.expect("connects");
    other.client().batch_execute("BEGIN; LOCK TABLE pg_database IN SHARE MODE").await.expect("runs");
    let run = site.start(&["up"]);
    site.wait_until(
        "SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
         AND query LIKE 'CREATE DATABASE%'",
    )
    .await;
    run.signal("KILL");
    run.end().expect(-1);
    if !finish {
        site.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND query LIKE 'CREATE DATABASE%'",
        )
        .await;
        site.wait_for_end_of("CREATE DATABASE").await;
    }
    other.client().batch_execute("COMMIT").await.expect("commits");
    site.wait_for_end_of("CREATE DATABASE").await;
}
