//! A statement that nobody waits for any more is stopped on the server.

use crate::support::{database, entry, event, sqlstate, until, value, versions};
use confiture_model::migration::MigrationConnection as _;
use std::time::Duration;

#[tokio::test]
async fn dropping_the_future_stops_the_statement() {
    let database = database().await;
    let mut connection = database.ready().await;
    let watcher = database.client().await;
    let running = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND state = 'active' AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()",
        database.name
    );
    connection.begin(2000, 0).await.unwrap();
    connection.execute("CREATE TABLE t ()").await.unwrap();
    {
        let statement = connection.execute("SELECT pg_sleep(3600)");
        let started = until("it runs", async || value(&watcher, &running).await == "1");
        tokio::select! {
            ended = statement => panic!("{ended:?}"),
            () = started => {}
        }
    }
    until("it is stopped", async || value(&watcher, &running).await == "0").await;
    assert!(connection.in_transaction().await.unwrap());
    connection.rollback().await.unwrap();
    assert_eq!(value(&watcher, "SELECT to_regclass('t') IS NULL").await, "t");
    connection.record(&entry("1"), &event("failed", "1")).await.unwrap();
    assert_eq!(versions(&mut connection).await, ["1"]);
}

#[tokio::test]
async fn a_cancel_never_hits_the_statement_after() {
    let database = database().await;
    let mut connection = database.ready().await;
    for round in 0..200_u64 {
        // Dropped at every stage: before it is sent, while it runs, and about when it ends.
        let statement = connection.execute("SELECT pg_sleep(0.001)");
        let _ = tokio::time::timeout(Duration::from_micros(round * 20), statement).await;
        connection.execute("SELECT pg_sleep(0.001)").await.unwrap();
    }
}

#[tokio::test]
async fn a_copy_is_stopped_as_well() {
    let database = database().await;
    let mut connection = database.ready().await;
    connection.execute("CREATE TABLE t (a int)").await.unwrap();
    let client = database.client().await;
    client.batch_execute("BEGIN; LOCK TABLE t").await.unwrap();
    {
        let copy = connection.copy_in("COPY t FROM stdin", "1\n2\n");
        assert!(tokio::time::timeout(Duration::from_millis(100), copy).await.is_err());
    }
    assert!(!connection.in_transaction().await.unwrap());
    let error = sqlstate(connection.execute("SELECT 1/0").await);
    assert_eq!(error, "22012", "the answer is that to the statement before");
    client.batch_execute("COMMIT").await.unwrap();
    assert_eq!(value(&client, "SELECT count(*) FROM t").await, "0");
}
