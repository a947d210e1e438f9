//! Schemas in the ledger.

use crate::support::{database, entry, event, sqlstate, versions};
use confiture_model::migration::{LedgerWrite, MigrationConnection as _};

#[tokio::test]
async fn the_same_schema_is_stored_once() {
    let database = database().await;
    let mut connection = database.ready().await;
    connection.begin(2000, 0).await.unwrap();
    connection.execute("CREATE TABLE \"tä\" (a int PRIMARY KEY, b text DEFAULT 'it''s \\ é')").await.unwrap();
    let address = connection.store_snapshot().await.unwrap();
    let mut with_snapshot = entry("1");
    with_snapshot.snapshot = Some(address.clone());
    connection.record(&with_snapshot, &event("applied", "1")).await.unwrap();
    connection.commit().await.unwrap();

    let stored = connection.load_snapshot(&address).await.unwrap().unwrap();
    assert_eq!(stored, connection.current_snapshot().await.unwrap());
    assert!(stored.relation("public", "tä").is_some());
    assert!(stored.relations.iter().all(|relation| relation.schema != "confiture"));
    assert!(stored.routines.iter().all(|routine| routine.schema != "confiture"));

    // Rows and their statistics are not the schema.
    connection.execute("INSERT INTO \"tä\" SELECT generate_series(1, 5000)").await.unwrap();
    connection.execute("ANALYZE").await.unwrap();
    assert_eq!(connection.store_snapshot().await.unwrap(), address);
    connection.execute("ALTER TABLE \"tä\" ADD c int").await.unwrap();
    assert_ne!(connection.store_snapshot().await.unwrap(), address);
    assert_eq!(database.value("SELECT count(*) FROM confiture.snapshot").await, "2");
    assert_eq!(connection.load_snapshot("nowhere").await.unwrap(), None);
}

/// What reads the schema is prepared on the connection of the scripts.
#[tokio::test]
async fn a_script_that_deallocates_everything() {
    let database = database().await;
    let mut connection = database.ready().await;
    let empty = connection.store_snapshot().await.unwrap();
    for (number, sql) in ["DEALLOCATE ALL", "PREPARE one AS SELECT 1", "DISCARD ALL"].into_iter().enumerate() {
        if sql == "DISCARD ALL" {
            connection.execute(sql).await.unwrap();
        }
        connection.begin(2000, 0).await.unwrap();
        connection.execute(&format!("CREATE TABLE t{number} ()")).await.unwrap();
        if sql != "DISCARD ALL" {
            connection.execute(sql).await.unwrap();
        }
        connection.reset().await.unwrap();
        let address = connection.store_snapshot().await.unwrap();
        assert_ne!(address, empty);
        let version = number.to_string();
        let (write, event) = (entry(&version), event("applied", &version));
        connection.try_lock().await.unwrap().unwrap();
        assert!(connection.conclude(LedgerWrite::Record(&write), &event).await.unwrap());
        connection.commit().await.unwrap();
    }
    // A script's own are gone, as where the driver has prepared nothing.
    let prepared = "DO $$ BEGIN ASSERT NOT EXISTS (SELECT FROM pg_prepared_statements WHERE from_sql); END $$";
    connection.execute(prepared).await.unwrap();
    let mut other = database.open().await;
    other.execute("PREPARE one AS SELECT 1").await.unwrap();
    other.reset().await.unwrap();
    other.execute(prepared).await.unwrap();
}

#[tokio::test]
async fn nothing_is_concluded_without_a_transaction() {
    let database = database().await;
    let mut connection = database.ready().await;
    let (write, event) = (entry("1"), event("applied", "1"));
    assert_eq!(sqlstate(connection.conclude(LedgerWrite::Record(&write), &event).await), "25P01");
    connection.begin(2000, 0).await.unwrap();
    // Nobody has taken the run lock.
    assert!(!connection.conclude(LedgerWrite::Record(&write), &event).await.unwrap());
    connection.rollback().await.unwrap();
    assert_eq!(versions(&mut connection).await, [""; 0]);
}
