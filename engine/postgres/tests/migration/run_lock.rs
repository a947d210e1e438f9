//! The run lock: one at a time, never in anybody's way, and lost when it is lost.

use crate::support::{database, until};
use confiture_model::migration::MigrationConnection as _;

#[tokio::test]
async fn one_at_a_time_and_the_holder_is_named() {
    let database = database().await;
    let (mut first, mut second) = (database.open().await, database.open().await);
    assert!(!first.lock_is_held().await.unwrap());
    assert_eq!(first.try_lock().await.unwrap(), Ok(()));
    assert_eq!(first.try_lock().await.unwrap(), Ok(()));
    let holder = second.try_lock().await.unwrap().unwrap_err();
    assert_eq!((holder.user.as_str(), holder.host.as_str()), ("postgres", "local"));
    assert_eq!(holder.application, "confiture run lock of ada@lptop");
    assert!(holder.pid > 0 && holder.age_seconds < 3600);
    assert!(!second.lock_is_held().await.unwrap());
    assert!(first.lock_is_held().await.unwrap());
    first.unlock().await.unwrap();
    assert!(!first.lock_is_held().await.unwrap());
    assert_eq!(second.try_lock().await.unwrap(), Ok(()));
    // Another database of the same server is another matter.
    assert_eq!(crate::support::database().await.open().await.try_lock().await.unwrap(), Ok(()));
    drop(second);
    until("the lock is free", async || first.try_lock().await.unwrap().is_ok()).await;
}

#[tokio::test]
async fn a_killed_connection_has_lost_it() {
    let database = database().await;
    let mut connection = database.ready().await;
    let mut other = database.open().await;
    connection.try_lock().await.unwrap().unwrap();
    let holder = other.try_lock().await.unwrap().unwrap_err();
    connection.begin(2000, 0).await.unwrap();
    connection.execute("CREATE TABLE t ()").await.unwrap();
    database.value(&format!("SELECT pg_terminate_backend({})", holder.pid)).await;
    until("the lock is lost", async || !connection.lock_is_held().await.unwrap()).await;
    connection.rollback().await.unwrap();
    until("the lock is free", async || other.try_lock().await.unwrap().is_ok()).await;
    // Once somebody else has it, a new connection does not give it back.
    assert!(connection.try_lock().await.unwrap().is_err());
    other.unlock().await.unwrap();
    assert_eq!(connection.try_lock().await.unwrap(), Ok(()));
    assert!(connection.lock_is_held().await.unwrap());
}

#[tokio::test]
async fn an_index_built_concurrently_waits_for_nobody_of_ours() {
    let database = database().await;
    let (mut holder, mut waiting) = (database.ready().await, database.ready().await);
    holder.try_lock().await.unwrap().unwrap();
    assert!(holder.lock_is_held().await.unwrap());
    holder.execute("CREATE TABLE t AS SELECT a FROM generate_series(1, 1000) a").await.unwrap();
    // A transaction from before makes the index wait; meanwhile another run asks for the lock again and again.
    let client = database.client().await;
    client.batch_execute("BEGIN; INSERT INTO t VALUES (0)").await.unwrap();
    let build = tokio::spawn(async move {
        holder.execute("CREATE INDEX CONCURRENTLY t_a ON t (a)").await.unwrap();
        holder
    });
    let watcher = database.client().await;
    let waits = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND query LIKE 'CREATE INDEX%' AND wait_event_type = 'Lock'",
        database.name
    );
    until("the index waits", async || crate::support::value(&watcher, &waits).await == "1").await;
    for _ in 0..20 {
        assert!(waiting.try_lock().await.unwrap().is_err());
    }
    assert_eq!(waiting.index_state(Some("public"), "t_a").await.unwrap(), Some(false));
    client.batch_execute("COMMIT").await.unwrap();
    let mut holder = build.await.unwrap();
    assert!(holder.lock_is_held().await.unwrap());
    assert_eq!(holder.index_state(None, "t_a").await.unwrap(), Some(true));
    assert_eq!(holder.index_state(Some("elsewhere"), "t_a").await.unwrap(), None);
}

#[tokio::test]
async fn an_index_that_failed_is_found_wherever_it_is() {
    let database = database().await;
    let mut connection = database.open().await;
    connection.execute("CREATE SCHEMA app CREATE TABLE t (a int)").await.unwrap();
    connection.execute("INSERT INTO app.t VALUES (1), (1)").await.unwrap();
    assert!(connection.execute("CREATE UNIQUE INDEX CONCURRENTLY \"One\" ON app.t (a)").await.is_err());
    assert_eq!(connection.index_state(None, "One").await.unwrap(), Some(false));
    assert_eq!(connection.index_state(Some("app"), "One").await.unwrap(), Some(false));
    assert_eq!(connection.index_state(Some("public"), "One").await.unwrap(), None);
    assert_eq!(connection.index_state(None, "one").await.unwrap(), None);
    connection.execute("SET search_path = app").await.unwrap();
    assert_eq!(connection.index_state(None, "One").await.unwrap(), Some(false));
}
