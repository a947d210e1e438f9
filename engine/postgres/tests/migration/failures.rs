//! The server goes away, or the connection does.

use crate::support::{
    RUN, client, connector, database, entry, event, own_server, reason, sqlstate, until, value, versions,
};
use confiture_model::{migration::MigrationConnection as _, session::SessionError};
use std::process::Command;

#[tokio::test]
async fn a_server_that_is_killed_in_a_statement() {
    let server = own_server(&[]).await;
    server.create_database("app").await.unwrap();
    let url = server.url("app");
    let mut connection = connector(&url).open().await.unwrap();
    connection.prepare().await.unwrap();
    connection.try_lock().await.unwrap().unwrap();
    connection.begin(2000, 0).await.unwrap();
    let watcher = client(&url).await;
    let statement = tokio::spawn(async move {
        let result = connection.execute("SELECT pg_sleep(3600)").await;
        (connection, result)
    });
    let running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'";
    until("it runs", async || value(&watcher, running).await == "1").await;
    // As `pg_ctl stop -m immediate` does.
    let pid = std::fs::read_to_string(server.directory().join("data/postmaster.pid")).unwrap();
    let pid = pid.lines().next().unwrap();
    assert!(Command::new("/bin/sh").args(["-c", "kill -QUIT \"$1\"", "sh", pid]).status().unwrap().success());
    let (mut connection, result) = statement.await.unwrap();
    reason(result);
    reason(connection.rollback().await);
    reason(connection.execute("SELECT 1").await);
    assert!(!connection.lock_is_held().await.unwrap());
    reason(connector(&url).open().await);
}

#[tokio::test]
async fn a_backend_that_is_ended_before_the_commit() {
    let database = database().await;
    let mut connection = database.ready().await;
    connection.begin(2000, 0).await.unwrap();
    connection.execute("CREATE TABLE t AS SELECT pg_backend_pid() AS pid").await.unwrap();
    connection.record(&entry("1"), &event("applied", "1")).await.unwrap();
    let kill = format!(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{}' AND state = 'idle in transaction'",
        database.name
    );
    assert_eq!(database.value(&kill).await, "1");
    reason(connection.commit().await);
    let mut again = database.open().await;
    assert!(!again.outcome_of(RUN, "1", "applied").await.unwrap());
    assert_eq!(versions(&mut again).await, [""; 0]);
}

#[tokio::test]
async fn a_commit_whose_answer_is_waited_for() {
    let database = database().await;
    let mut connection = database.ready().await;
    connection.begin(2000, 0).await.unwrap();
    connection.record(&entry("1"), &event("applied", "1")).await.unwrap();
    // The transaction is still open while somebody asks.
    let connector = database.connector();
    let asked = tokio::spawn(async move {
        let mut again = connector.open().await.unwrap();
        again.outcome_of(RUN, "1", "applied").await
    });
    let waiting = format!(
        "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
         WHERE datname = '{}' AND locktype = 'advisory' AND NOT granted",
        database.name
    );
    let watcher = database.client().await;
    until("the question waits", async || value(&watcher, &waiting).await == "1").await;
    connection.commit().await.unwrap();
    assert!(asked.await.unwrap().unwrap());
    let mut again = database.open().await;
    assert!(!again.outcome_of(RUN, "1", "rolled-back").await.unwrap());
    assert!(!again.outcome_of(RUN, "2", "applied").await.unwrap());
}

/// The server has not noticed that its client is gone: the transaction would stay open for hours.
#[tokio::test]
async fn a_transaction_that_nobody_will_end_is_ended() {
    let database = database().await;
    let mut lost = database.ready().await;
    lost.begin(2000, 0).await.unwrap();
    lost.execute("CREATE TABLE t ()").await.unwrap();
    lost.record(&entry("1"), &event("applied", "1")).await.unwrap();
    assert!(!database.open().await.outcome_of(RUN, "1", "applied").await.unwrap());
    assert!(matches!(lost.commit().await, Err(SessionError::Connection(_))));
    assert_eq!(database.value("SELECT to_regclass('t') IS NULL").await, "t");
}

/// The driver loses count of the answers after a COPY that PostgreSQL refuses before it asks for data.
#[tokio::test]
async fn a_copy_that_is_refused_confuses_nobody() {
    let database = database().await;
    let mut connection = database.ready().await;
    connection.try_lock().await.unwrap().unwrap();
    connection.execute("CREATE TABLE t (a int)").await.unwrap();
    let client = database.client().await;
    for round in 0..3 {
        connection.begin(50, 0).await.unwrap();
        connection.execute("CREATE TABLE u ()").await.unwrap();
        match round {
            0 => assert_eq!(sqlstate(connection.copy_in("COPY nowhere FROM stdin", "1\n").await), "42P01"),
            1 => assert_eq!(sqlstate(connection.execute("COPY nowhere FROM stdin").await), "42P01"),
            _ => {
                client.batch_execute("BEGIN; LOCK TABLE t").await.unwrap();
                assert_eq!(sqlstate(connection.copy_in("COPY t FROM stdin", "1\n").await), "55P03");
                client.batch_execute("COMMIT").await.unwrap();
            }
        }
        // Its transaction is gone, and whoever commits it all the same learns that.
        assert_eq!(sqlstate(connection.commit().await), "25P01");
        connection.rollback().await.unwrap();
        assert_eq!(value(&client, "SELECT to_regclass('u') IS NULL").await, "t");
        assert_eq!(sqlstate(connection.execute("SELECT 1/0").await), "22012");
        connection.note(&event("failed", "1")).await.unwrap();
        assert!(connection.lock_is_held().await.unwrap());
    }
    assert_eq!(connection.copy_in("COPY t FROM stdin", "1\n").await.unwrap(), 1);
    assert_eq!(connection.events(9).await.unwrap().len(), 3);
}
