//! Others at work on the same database.

use super::site::site;
use confiture_tests::{cluster::cluster, program::write};

const SLOW: &str = "CREATE TABLE a ();\nSELECT pg_sleep(3);\n";

#[tokio::test(flavor = "multi_thread")]
async fn one_run_at_a_time() {
    let site = site(&[("1_a.sql", SLOW)]).await;
    let mut first = site.start(&["up"]);
    assert!(first.wait_for("1_a: begun"));
    let busy = site.migrate(&["up", "--lock-wait", "0"]).expect(6);
    let busy = busy.says(&["another run holds the lock", "confiture run lock", "process", "--lock-wait"]);
    assert_eq!(busy.stdout, "");
    site.migrate(&["baseline", "--through", "1", "--lock-wait", "0"]).expect(6);
    let second = site.migrate(&["up"]).expect(0).says(&["waiting for another run: confiture run lock"]);
    assert!(second.stdout.contains("nothing is pending"), "{}", second.stdout);
    first.end().expect(0);
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("a", "1"));
}

/// What changes the ledger alone waits as a run does, and says for whom.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_the_ledger_waits_for_a_run() {
    let site = site(&[("1_a.sql", SLOW), ("2_b.sql", "CREATE TABLE b ();")]).await;
    let mut first = site.start(&["up", "--target", "1"]);
    assert!(first.wait_for("1_a: begun"));
    let mut waiting = site.start(&["baseline", "--through", "2"]);
    assert!(waiting.wait_for("waiting for another run: confiture run lock"));
    waiting.signal("INT");
    waiting.end().expect(130);
    let second = site.migrate(&["baseline", "--through", "2", "--lock-wait", "1min"]);
    first.end().expect(0);
    // It was worked out from a ledger without the first, which is there by now.
    second.expect(5).says(&["waiting for another run", "the ledger holds something else by now", "look again"]);
    site.migrate(&["baseline", "--through", "2"]).expect(0);
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("a", "1 2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_somebody_holds() {
    let site = site(&[("1_a.sql", "CREATE TABLE b ();\nALTER TABLE busy ADD x int;\n")]).await;
    write(site.directory.path(), "confiture.toml", b"[migrations]\nlock_timeout = \"50ms\"\n");
    site.execute("CREATE TABLE busy ()").await;
    site.execute("BEGIN; LOCK TABLE busy IN ACCESS EXCLUSIVE MODE").await;
    let failed = tokio::task::block_in_place(|| site.migrate(&["up"])).expect(5);
    failed.says(&["1_a: a lock was not to be had", "(10 of 10)", "migrations/1_a.sql:2", "55P03", "tried 10 times"]);
    site.execute("ROLLBACK").await;
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("busy", ""));
    // Once it is let go, a run that waits goes on.
    site.execute("BEGIN; LOCK TABLE busy IN ACCESS EXCLUSIVE MODE").await;
    let mut waiting = site.start(&["up"]);
    assert!(waiting.wait_for("a lock was not to be had"));
    site.execute("COMMIT").await;
    waiting.end().expect(0);
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("b busy", "1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_long_create_index_concurrently() {
    let site = site(&[("1_a.sql", "CREATE TABLE a ();\n")]).await;
    site.execute("CREATE TABLE big (id int)").await;
    let name = site.value("SELECT current_database()::text").await;
    let (blocker, builder) = (
        cluster().await.session(&name).await.expect("connects"),
        cluster().await.session(&name).await.expect("connects"),
    );
    blocker.client().batch_execute("BEGIN; INSERT INTO big VALUES (1)").await.expect("runs");
    let building = tokio::spawn(async move {
        builder.client().batch_execute("CREATE INDEX CONCURRENTLY i ON big (id)").await.expect("is built in the end");
    });
    site.wait_for_statement("CREATE INDEX CONCURRENTLY").await;
    site.migrate(&["up"]).expect(0);
    blocker.client().batch_execute("COMMIT").await.expect("commits");
    building.await.expect("ends");
    assert_eq!(site.tables().await, "a big");
}
