//! What a hook with a `write` grant tries, as a superuser and as a login that is none: each is refused, and nothing is
//! changed.

use crate::{
    loan::{both, lend_step, take_back},
    support::{Database, database},
};
use confiture_model::{
    database::QueryError,
    migration::{Footing, MigrationConnection as _},
    plugin::DatabaseAccess,
};

/// What must be the same before and after.
async fn state(database: &Database) -> String {
    let sql = "SELECT concat_ws(' ', (SELECT count(*) FROM t), (SELECT count(*) FROM pg_class), (SELECT count(*) FROM \
               pg_proc), (SELECT count(*) FROM pg_roles WHERE rolsuper), (SELECT count(*) FROM \
               pg_largeobject_metadata), (SELECT count(*) FROM confiture.event), (SELECT count(*) FROM pg_extension))";
    database.value(sql).await
}

const TRICKS: &[&str] = &[
    "COMMIT",
    "COMMIT; DROP TABLE t",
    "ROLLBACK",
    "SAVEPOINT x",
    "PREPARE TRANSACTION 'x'",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION DEFAULT",
    "SET TRANSACTION READ WRITE",
    "SET LOCAL statement_timeout = 0",
    "RESET ALL",
    "SELECT set_config('ro'||'le', 'postgres', false)",
    "SELECT pg_catalog.\"set_config\"('search_path', 'x', false)",
    "UPDATE pg_settings SET setting = 'postgres' WHERE name = 'role'",
    "COPY t TO PROGRAM 'true'",
    "COPY t FROM stdin",
    "COPY t TO stdout",
    "DO $$ BEGIN COMMIT; END $$",
    "DO $$ BEGIN EXECUTE 'COP' || 'Y t TO PROGRAM ''true'''; END $$",
    "DO $$ BEGIN PERFORM set_config('role', 'postgres', false); END $$",
    "CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'libc', 'system'",
    "CREATE EXTENSION dblink",
    "LOAD 'auto_explain'",
    "ALTER SYSTEM SET work_mem = '1GB'",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "CREATE ROLE evil SUPERUSER LOGIN",
    "SELECT pg_sleep(3600)",
    "SELECT pg_read_file('PG_VERSION')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_create(0)",
    "SELECT pg_terminate_backend(pg_backend_pid())",
    "SELECT pg_stat_reset()",
    "SELECT pg_notify('a', 'b')",
    "SELECT pg_create_physical_replication_slot('evil')",
    "SELECT pg_logical_emit_message(false, 'a', 'b')",
    "SELECT query_to_xml('delete from t', true, true, '')",
    "SELECT pg_switch_wal()",
    "SELECT pg_stat_statements_reset()",
    "SELECT pg_export_snapshot()",
    "LISTEN x",
    "NOTIFY x",
    "DELETE FROM confiture.event",
    "DROP SCHEMA confiture CASCADE",
    "UPDATE pg_authid SET rolsuper = true",
];

#[tokio::test]
async fn every_trick_is_refused_and_leaves_nothing() {
    let database = database().await;
    let connections = both(&database).await;
    database.client().await.batch_execute("CREATE TABLE t (a int); INSERT INTO t VALUES (1)").await.unwrap();
    let before = state(&database).await;
    for mut connection in connections {
        for open in [true, false] {
            if open {
                connection.begin(2000, 0).await.unwrap();
            }
            let footing = if open { Footing::Savepoint } else { Footing::Outside };
            let loan = connection.lend(DatabaseAccess::Write, false, footing).await.unwrap();
            loan.database.execute("SELECT 1", &[]).await.unwrap();
            for trick in TRICKS {
                let executed = loan.database.execute(trick, &[]).await;
                let undefined = |error: &QueryError| matches!(error, QueryError::Database(e) if e.sqlstate == "42883");
                let refused = |error: &QueryError| matches!(error, QueryError::Denied(_)) || undefined(error);
                assert!(executed.as_ref().is_err_and(refused), "{trick}: {executed:?}");
                let queried = loan.database.query(trick, &[]).await.map(|_| ());
                assert!(queried.as_ref().is_err_and(refused), "{trick}: {queried:?}");
            }
            drop(loan);
            assert_eq!(take_back(&mut connection, !open).await, [""; 0]);
            if open {
                connection.commit().await.unwrap();
            }
            connection.execute("SELECT 1").await.unwrap();
        }
    }
    assert_eq!(state(&database).await, before);
}

#[tokio::test]
async fn a_procedure_that_commits_does_not_end_the_transaction() {
    let database = database().await;
    let mut connection = database.ready().await;
    let procedure = "CREATE PROCEDURE commits() LANGUAGE plpgsql AS 'BEGIN COMMIT; END'";
    connection.execute(procedure).await.unwrap();
    connection.begin(2000, 0).await.unwrap();
    connection.execute("CREATE TABLE t ()").await.unwrap();
    let loan = lend_step(&mut connection, DatabaseAccess::Write).await;
    let called = loan.database.execute("CALL commits()", &[]).await;
    assert!(matches!(&called, Err(QueryError::Database(error)) if error.sqlstate == "2D000"), "{called:?}");
    drop(loan);
    assert_eq!(take_back(&mut connection, false).await, [""; 0]);
    connection.rollback().await.unwrap();
    assert_eq!(database.value("SELECT to_regclass('t') IS NULL").await, "t");
}

#[tokio::test]
async fn a_function_of_the_project_that_changes_the_role_is_noticed() {
    let database = database().await;
    let mut connection = database.ready().await;
    database.client().await.batch_execute(&format!("CREATE ROLE weak_{}", database.name)).await.unwrap();
    let climbs = format!(
        "CREATE FUNCTION climbs() RETURNS text LANGUAGE sql AS $$ SELECT set_config('role', 'weak_{}', false) $$",
        database.name
    );
    connection.execute(&climbs).await.unwrap();
    connection.begin(2000, 0).await.unwrap();
    let loan = lend_step(&mut connection, DatabaseAccess::Write).await;
    loan.database.execute("SELECT climbs()", &[]).await.unwrap();
    drop(loan);
    assert_eq!(take_back(&mut connection, true).await, ["current_user", "role"]);
    connection.rollback().await.unwrap();
}
