//! Schemas in the ledger.

use crate::support::{database, entry, event};
use confiture_model::migration::MigrationConnection as _;

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
