//! Scripts that change their session: the ledger is written all the same, and nothing of theirs is lost or kept.

use crate::support::{database, entry, event, sqlstate, value, versions};
use confiture_model::migration::MigrationConnection as _;

/// Everything that a script may do to what our SQL rests on.
const HOSTILE: [&str; 14] = [
    "CREATE SCHEMA app",
    "CREATE FUNCTION app.false_text(text, text) RETURNS bool LANGUAGE sql AS 'SELECT false'",
    "CREATE OPERATOR app.= (LEFTARG = text, RIGHTARG = text, FUNCTION = app.false_text)",
    "CREATE FUNCTION app.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS 'SELECT 1/0, now()::timestamptz'",
    "SET search_path = app, pg_catalog",
    "SET standard_conforming_strings = off",
    "SET client_encoding = 'LATIN1'",
    "SET DateStyle = 'German'",
    "SET TimeZone = 'Asia/Kathmandu'",
    "SET lock_timeout = 1",
    "SET default_transaction_read_only = on",
    "SET default_transaction_isolation = 'serializable'",
    "SET session_replication_role = replica",
    "SET ROLE powerless",
];

async fn set_up() -> (crate::support::Database, confiture_postgres::migration::PgMigrationConnection) {
    let database = database().await;
    // Roles belong to the whole server, which other tests use at the same moment.
    let make =
        "DO $$ BEGIN CREATE ROLE powerless; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$";
    database.client().await.batch_execute(make).await.unwrap();
    let connection = database.ready().await;
    (database, connection)
}

fn hostile() -> impl Iterator<Item = &'static str> {
    HOSTILE.into_iter().filter(|sql| !sql.contains("1/0"))
}

#[tokio::test]
async fn a_script_that_changes_its_session_is_recorded() {
    let (database, mut connection) = set_up().await;
    connection.begin(2000, 0).await.unwrap();
    for sql in hostile() {
        connection.execute(sql).await.unwrap();
    }
    connection.record(&entry("1"), &event("applied", "1")).await.unwrap();
    // As the script left it.
    assert_eq!(sqlstate(connection.execute("CREATE TABLE app.refused ()").await), "42501");
    connection.rollback().await.unwrap();

    connection.begin(2000, 0).await.unwrap();
    for sql in hostile() {
        connection.execute(sql).await.unwrap();
    }
    let address = connection.store_snapshot().await.unwrap();
    let mut recorded = entry("1");
    recorded.snapshot = Some(address.clone());
    connection.record(&recorded, &event("applied", "1")).await.unwrap();
    connection.commit().await.unwrap();

    // The session is still the script's: what we read is right, and so is what we write.
    let entries = connection.entries().await.unwrap();
    assert_eq!(entries[0].name, recorded.name);
    assert!(entries[0].applied_at.starts_with("20"), "{}", entries[0].applied_at);
    assert_eq!(entries[0].applied_by, format!("{}, role postgres", crate::support::CLIENT));
    assert!(connection.load_snapshot(&address).await.unwrap().is_some());
    connection.record(&entry("2"), &event("applied", "2")).await.unwrap();
    assert_eq!(versions(&mut connection).await, ["1", "2"]);
    assert!(connection.outcome_of(crate::support::RUN, "2", "applied").await.unwrap());

    // A statement outside a transaction relies on the one before.
    let assert_role = "DO $$ BEGIN ASSERT current_user = 'powerless'; ASSERT current_setting('search_path') = 'app, pg_catalog'; END $$";
    connection.execute(assert_role).await.unwrap();
    connection.begin(0, 0).await.unwrap();
    connection.execute("RESET ROLE").await.unwrap();
    connection.execute("CREATE TABLE public.made_after_it ()").await.unwrap();
    connection.commit().await.unwrap();
    assert_eq!(database.value("SELECT to_regclass('public.made_after_it') IS NOT NULL").await, "t");
}

#[tokio::test]
async fn a_reset_undoes_what_a_script_left() {
    let (database, mut connection) = set_up().await;
    for sql in hostile() {
        connection.execute(sql).await.unwrap();
    }
    for sql in [
        "RESET ROLE",
        "SET default_transaction_read_only = off",
        "SET SESSION AUTHORIZATION powerless",
        "SET statement_timeout = 1234",
        "PREPARE \"my Plan\" AS SELECT 1",
        "LISTEN news",
        "SELECT pg_advisory_lock(42)",
        "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
    ] {
        connection.execute(sql).await.unwrap();
    }
    connection.reset().await.unwrap();
    let checks = "DO $$ BEGIN
        ASSERT session_user = 'postgres' AND current_user = 'postgres';
        ASSERT current_setting('search_path') = '\"$user\", public';
        ASSERT current_setting('statement_timeout') = '0' AND current_setting('lock_timeout') = '0';
        ASSERT current_setting('client_encoding') = 'UTF8';
        ASSERT current_setting('default_transaction_read_only') = 'off';
        ASSERT NOT EXISTS (SELECT FROM pg_prepared_statements WHERE from_sql);
        ASSERT NOT EXISTS (SELECT FROM pg_cursors WHERE name = 'c');
        ASSERT NOT EXISTS (SELECT FROM pg_listening_channels());
        ASSERT NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid());
    END $$";
    connection.execute(checks).await.unwrap();
    // And the driver's own statements are still there.
    connection.current_snapshot().await.unwrap();
    assert_eq!(database.value("SELECT 1").await, "1");
}

#[tokio::test]
async fn a_local_setting_ends_with_its_transaction() {
    let (_database, mut connection) = set_up().await;
    connection.begin(2000, 5000).await.unwrap();
    let timeouts = "DO $$ BEGIN ASSERT current_setting('lock_timeout') = '2s' AND current_setting('statement_timeout') = '5s'; END $$";
    connection.execute(timeouts).await.unwrap();
    connection.note(&event("resumed", "1")).await.unwrap();
    connection.execute(timeouts).await.unwrap();
    connection.execute("SET LOCAL statement_timeout = 1234").await.unwrap();
    connection.execute("SET SESSION search_path = pg_temp").await.unwrap();
    connection.note(&event("resumed", "1")).await.unwrap();
    connection.commit().await.unwrap();
    let after =
        "DO $$ BEGIN ASSERT current_setting('statement_timeout') = '0' AND current_setting('lock_timeout') = '0'
        AND current_setting('search_path') = 'pg_temp'; END $$";
    connection.execute(after).await.unwrap();
}

#[tokio::test]
async fn a_script_may_drop_public_choose_its_isolation_and_time_out() {
    let (database, mut connection) = set_up().await;
    connection.begin(2000, 0).await.unwrap();
    connection.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE").await.unwrap();
    connection.execute("DROP SCHEMA public CASCADE").await.unwrap();
    connection.record(&entry("1"), &event("applied", "1")).await.unwrap();
    connection.commit().await.unwrap();
    assert_eq!(versions(&mut connection).await, ["1"]);
    assert_eq!(value(&database.client().await, "SELECT to_regnamespace('public') IS NULL").await, "t");

    connection.begin(2000, 50).await.unwrap();
    assert_eq!(sqlstate(connection.execute("SELECT pg_sleep(60)").await), "57014");
    connection.rollback().await.unwrap();
    connection.execute("CREATE SCHEMA s CREATE TABLE t ()").await.unwrap();
    let mut other = database.ready().await;
    other.begin(0, 0).await.unwrap();
    other.execute("LOCK TABLE s.t").await.unwrap();
    connection.begin(50, 0).await.unwrap();
    assert_eq!(sqlstate(connection.execute("DROP TABLE s.t").await), "55P03");
    connection.rollback().await.unwrap();
    // u64 is more than PostgreSQL's setting holds.
    connection.begin(u64::MAX, u64::MAX).await.unwrap();
    connection.rollback().await.unwrap();
}

#[tokio::test]
async fn a_script_that_takes_the_ledger_away_fails_whole() {
    let (_database, mut connection) = set_up().await;
    connection.begin(2000, 0).await.unwrap();
    connection.execute("DROP SCHEMA confiture CASCADE").await.unwrap();
    assert_eq!(sqlstate(connection.record(&entry("1"), &event("applied", "1")).await), "42P01");
    connection.rollback().await.unwrap();
    connection.record(&entry("1"), &event("applied", "1")).await.unwrap();
}
