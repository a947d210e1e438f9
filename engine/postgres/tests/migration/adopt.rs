//! The ledgers of other tools, as those tools make them.

use crate::support::database;
use confiture_model::migration::{ForeignLedger, MigrationConnection as _};

async fn ledgers(sql: &str) -> Vec<ForeignLedger> {
    let database = database().await;
    database.client().await.batch_execute(sql).await.unwrap();
    let mut connection = database.open().await;
    let found = connection.foreign_ledgers().await.unwrap();
    assert!(found.iter().flat_map(|ledger| &ledger.entries).all(|entry| entry.origin.starts_with("adopted:")));
    found
}

fn versions(ledger: &ForeignLedger) -> Vec<&str> {
    ledger.entries.iter().map(|entry| entry.version.as_str()).collect()
}

#[tokio::test]
async fn none() {
    // The tables of other programs, which only look alike.
    let sql = "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, inserted_at timestamp);
        CREATE SCHEMA rails; CREATE TABLE rails.schema_migrations (version varchar PRIMARY KEY);
        CREATE TABLE rails.ar_internal_metadata (key varchar);";
    assert_eq!(ledgers(sql).await, []);
}

#[tokio::test]
async fn flyway() {
    let sql = r#"CREATE SCHEMA "My App";
        CREATE TABLE "My App".flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50), description varchar(200),
            type varchar(20), script varchar(1000), checksum int, installed_by varchar(100), installed_on timestamp DEFAULT now(),
            execution_time int, success bool);
        INSERT INTO "My App".flyway_schema_history VALUES
            (0, NULL, '<< Flyway Schema Creation >>', 'SCHEMA', '"My App"', NULL, 'bo', '2024-01-02 03:04:05', 0, true),
            (1, '1', 'make tables', 'SQL', 'V1__make_tables.sql', 1, 'bo', '2024-01-02 03:04:05', 17, true),
            (2, '2', 'more', 'SQL', 'V2__more.sql', 1, 'bo', '2024-01-02 03:04:05', 1, true),
            (3, NULL, 'all views', 'SQL', 'R__all_views.sql', 1, 'bo', '2024-01-02 03:04:05', 1, true),
            (4, NULL, 'all views', 'SQL', 'R__all_views.sql', 2, 'bo', '2024-01-02 03:04:05', 1, true),
            (5, '2', 'more', 'UNDO_SQL', 'U2__more.sql', 1, 'bo', '2024-01-02 03:04:05', 1, true),
            (6, '3.1', 'dots', 'SQL', 'V3.1__dots.sql', 1, 'bo', '2024-01-02 03:04:05', 1, true),
            (7, '4', 'broken', 'SQL', 'V4__broken.sql', 1, 'bo', '2024-01-02 03:04:05', 1, false);"#;
    let found = ledgers(sql).await;
    assert_eq!((found[0].tool.as_str(), found[0].table.as_str()), ("flyway", "\"My App\".flyway_schema_history"));
    assert_eq!(versions(&found[0]), ["1", "R__all_views"]);
    let first = &found[0].entries[0];
    assert_eq!((first.name.as_str(), first.applied_by.as_str(), first.duration_ms), ("make_tables", "bo", 17));
    assert_eq!(first.applied_at, "2024-01-02T03:04:05.000000Z");
    assert_eq!(found[0].problems.len(), 2, "{:?}", found[0].problems);
    assert!(found[0].problems[0].contains("V3.1__dots.sql") && found[0].problems[1].contains("V4__broken.sql failed"));
}

#[tokio::test]
async fn sqlx_and_diesel_side_by_side() {
    let sql = "CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description text NOT NULL,
            installed_on timestamptz NOT NULL DEFAULT now(), success bool NOT NULL, checksum bytea NOT NULL, execution_time bigint NOT NULL);
        INSERT INTO _sqlx_migrations VALUES (20240102030405, 'first one', '2024-01-02 03:04:05+00', true, '', 42000000),
            (20240102030406, 'second', now(), false, '', -1);
        CREATE TABLE __diesel_schema_migrations (version varchar(50) PRIMARY KEY, run_on timestamp NOT NULL DEFAULT now());
        INSERT INTO __diesel_schema_migrations VALUES ('00000000000000'), ('20170923182408'), ('20140924113530');";
    let found = ledgers(sql).await;
    assert_eq!(found.iter().map(|ledger| ledger.tool.as_str()).collect::<Vec<_>>(), ["sqlx", "diesel"]);
    assert_eq!(versions(&found[0]), ["20240102030405"]);
    assert_eq!((found[0].entries[0].name.as_str(), found[0].entries[0].duration_ms), ("first_one", 42));
    assert!(found[0].problems[0].contains("20240102030406"));
    assert_eq!(versions(&found[1]), ["00000000000000", "20140924113530", "20170923182408"]);
}

#[tokio::test]
async fn golang_migrate_and_dbmate_are_told_apart() {
    let golang = "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);
        INSERT INTO schema_migrations VALUES (7, ";
    let clean = ledgers(&format!("{golang} false)")).await;
    assert_eq!((clean[0].tool.as_str(), clean[0].through.as_deref()), ("golang-migrate", Some("7")));
    assert!(clean[0].problems.is_empty());
    let dirty = ledgers(&format!("{golang} true)")).await;
    assert_eq!(dirty[0].through, None);
    assert!(dirty[0].problems[0].contains("version 7 is dirty"));

    let sql = "CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY);
        INSERT INTO schema_migrations VALUES ('20240102030405'), ('003'), ('2024-x')";
    let found = ledgers(sql).await;
    assert_eq!(found[0].tool, "dbmate");
    assert_eq!(versions(&found[0]), ["003", "20240102030405"]);
    assert!(found[0].problems[0].contains("`2024-x` is no number"));
}

#[tokio::test]
async fn one_that_may_not_be_read_says_so() {
    let database = database().await;
    let sql = "CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY);
        DO $$ BEGIN CREATE ROLE reader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$";
    database.client().await.batch_execute(sql).await.unwrap();
    let mut connection = database.connector_as("reader").open().await.unwrap();
    let found = connection.foreign_ledgers().await.unwrap();
    assert!(found[0].problems[0].contains("grant SELECT"), "{found:?}");
}
