//! CREATE INDEX CONCURRENTLY that fails, and what the next run makes of it.

use super::site::site;

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
    let name = format!("never_{}", std::process::id());
    let script = format!(
        "-- confiture: transaction = false\nCREATE TABLE a ();\nCREATE DATABASE {name} TEMPLATE template0;\nCREATE TABLE b ();\n"
    );
    let site = site(&[("1_a.sql", &script)]).await;
    let mut run = site.start(&["up"]);
    assert!(run.wait_for("statement 1 of 3"));
    run.signal("KILL");
    run.end();
    site.wait_for_end_of("CREATE DATABASE").await;
    let ran = site.migrate(&["up"]);
    if ran.code == 0 || ran.stderr.contains("already exists") {
        // It was killed before the statement was sent, or after it was recorded: nothing is uncertain.
        return;
    }
    ran.expect(8).says(&["nobody recorded how it ended", "migrations/1_a.sql:3", "migrate repair"]);
    site.migrate(&["repair", "--yes"]).expect(8).says(&["done", "not-done", "applied"]);
    let exists = site.value(&format!("SELECT (count(*) > 0)::text FROM pg_database WHERE datname = '{name}'")).await;
    let answer = if exists == "true" { "1=done" } else { "1=not-done" };
    site.migrate(&["repair", "--answer", answer]).expect(0);
    site.migrate(&["up"]).expect(0);
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("a b", "1"));
}
