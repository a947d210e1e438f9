//! The facts of a database: sizes as the server knows them, partitioned tables whole, nothing of what is stored.

use confiture_model::{facts::TableFacts, session::Session as _};
use confiture_postgres::{
    connect::{ConnectOptions, ProcessEnvironment},
    facts::facts,
    scratch::{Scratch, ScratchOptions},
};

#[tokio::test]
async fn tables_are_told_in_numbers() {
    let scratch = Scratch::start(ScratchOptions::default()).await.unwrap();
    scratch.create_database("app").await.unwrap();
    let mut session = scratch.session("app").await.unwrap();
    for sql in [
        "CREATE TABLE orders (id int PRIMARY KEY, note text)",
        "INSERT INTO orders SELECT i, 'secret' FROM generate_series(1, 5000) i",
        "CREATE TABLE never (id int)",
        "INSERT INTO never VALUES (1)",
        "CREATE TABLE parts (id int, at date) PARTITION BY RANGE (at)",
        "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
        "CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
        "INSERT INTO parts SELECT i, date '2024-06-01' + i % 300 FROM generate_series(1, 1000) i",
        "ANALYZE orders, parts_1, parts_2",
    ] {
        session.execute(sql).await.unwrap();
    }
    let options = ConnectOptions::from_url(&scratch.url("app"), &ProcessEnvironment).unwrap();
    let facts = facts(&options, "qa").await.unwrap();
    let table = |name: &str| -> TableFacts {
        facts.tables.iter().find(|table| table.name == name).cloned().unwrap_or_else(|| panic!("{name}"))
    };
    let orders = table("orders");
    assert_eq!((orders.schema.as_str(), orders.rows), ("public", Some(5000)));
    assert!(orders.bytes >= 200_000 && orders.index_bytes >= 80_000, "{orders:?}");
    assert_eq!(table("never").rows, None);
    assert_eq!(table("parts").rows, Some(1000));
    assert_eq!(table("parts").bytes, table("parts_1").bytes + table("parts_2").bytes);
    assert!(facts.speed_ms.len() == 15 && facts.speed_ms.iter().all(|time| *time > 0.0));
    assert!(!serde_json::to_string(&facts).unwrap().contains("secret"));
    assert!(facts.runs.is_empty());
}
