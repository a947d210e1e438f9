//! The migration's own connection as a hook has it.

use crate::support::{Database, database, sqlstate, until, value};
use confiture_model::{
    database::{QueryError, Value},
    hook::{HookBudget, HookDatabase},
    migration::{Footing, Loan, MigrationConnection as _},
    plugin::DatabaseAccess,
};
use confiture_postgres::migration::PgMigrationConnection;
use std::{sync::Arc, time::Duration};

/// Every row of a query.
pub async fn all(database: &dyn HookDatabase, sql: &str) -> Result<Vec<Vec<Value>>, QueryError> {
    let mut rows = database.query(sql, &[]).await?;
    let mut found = Vec::new();
    loop {
        let batch = rows.next(100).await?;
        if batch.is_empty() {
            return Ok(found);
        }
        found.extend(batch);
    }
}

/// The only value of a query.
pub async fn one(database: &dyn HookDatabase, sql: &str) -> Value {
    let rows = all(database, sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    rows.into_iter().flatten().next().unwrap_or_else(|| panic!("no value: {sql}"))
}

/// In the transaction that is open, or outside one.
pub async fn lend(connection: &mut PgMigrationConnection, access: DatabaseAccess) -> Loan {
    let footing = if connection.in_transaction().await.unwrap() { Footing::Transaction } else { Footing::Outside };
    connection.lend(access, false, footing).await.unwrap()
}

/// Behind a savepoint.
pub async fn lend_step(connection: &mut PgMigrationConnection, access: DatabaseAccess) -> Loan {
    connection.lend(access, false, Footing::Savepoint).await.unwrap()
}

/// What a hook left otherwise than it found it.
pub async fn take_back(connection: &mut PgMigrationConnection, keep: bool) -> Vec<String> {
    connection.take_back(keep).await.unwrap()
}

/// A login that is no superuser, owns schema `public`, and might even change the ledger.
pub async fn plain(database: &Database) -> PgMigrationConnection {
    let role = format!("plain_{}", database.name);
    let sql = format!(
        "CREATE ROLE {role} LOGIN; ALTER SCHEMA public OWNER TO {role}; GRANT CREATE ON DATABASE {} TO {role};
         GRANT ALL ON SCHEMA confiture TO {role}; GRANT ALL ON ALL TABLES IN SCHEMA confiture TO {role}",
        database.name
    );
    database.client().await.batch_execute(&sql).await.unwrap();
    database.connector_as(&role).open().await.unwrap()
}

/// As a superuser and as a login that is none.
pub async fn both(database: &Database) -> [PgMigrationConnection; 2] {
    [database.ready().await, plain(database).await]
}

fn integer(value: i64) -> Value {
    Value::Integer(value)
}

#[tokio::test]
async fn a_reading_hook_sees_the_migrations_own_changes_and_changes_nothing() {
    let database = database().await;
    for mut connection in both(&database).await.into_iter().rev() {
        connection.begin(2000, 0).await.unwrap();
        connection.execute("CREATE TABLE t (a int, b numeric)").await.unwrap();
        connection.execute("INSERT INTO t SELECT i, i / 10.0 FROM generate_series(1, 250) i").await.unwrap();
        let loan = lend_step(&mut connection, DatabaseAccess::Read).await;
        assert_eq!(one(&*loan.database, "SELECT count(*) FROM t").await, integer(250));
        assert_eq!(all(&*loan.database, "SELECT * FROM t").await.unwrap().len(), 250);
        let written = loan.database.execute("DELETE FROM t", &[]).await;
        assert!(matches!(written, Err(QueryError::Denied(_))), "{written:?}");
        for sql in [
            "DELETE FROM t",
            "SELECT nextval('s')",
            "SET ROLE postgres",
            "COMMIT",
            "SELECT set_config('a.b', '', true)",
        ] {
            let refused = all(&*loan.database, sql).await;
            assert!(matches!(refused, Err(QueryError::Denied(_))), "{sql}: {refused:?}");
        }
        // A failure is that of the query alone.
        let failed = all(&*loan.database, "SELECT 1 / (a - a) FROM t").await;
        assert!(matches!(&failed, Err(QueryError::Database(error)) if error.sqlstate == "22012"), "{failed:?}");
        assert_eq!(one(&*loan.database, "SELECT $$x$$::text").await, Value::Text("x".into()));
        drop(loan);
        assert_eq!(take_back(&mut connection, true).await, [""; 0]);
        // The transaction is writable again.
        connection.execute("INSERT INTO t VALUES (251)").await.unwrap();
        connection.rollback().await.unwrap();
    }
}

#[tokio::test]
async fn a_function_that_says_it_is_stable_writes_nothing_through_a_reading_hook() {
    let database = database().await;
    let mut connection = database.ready().await;
    connection.begin(2000, 0).await.unwrap();
    connection.execute("CREATE TABLE t (a int)").await.unwrap();
    let sneaky =
        "CREATE FUNCTION sneaky() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN PERFORM loud(); RETURN 1; END'";
    let loud = "CREATE FUNCTION loud() RETURNS int LANGUAGE plpgsql AS 'BEGIN INSERT INTO t VALUES (1); RETURN 1; END'";
    connection.execute(loud).await.unwrap();
    connection.execute(sneaky).await.unwrap();
    let loan = lend(&mut connection, DatabaseAccess::Read).await;
    let failed = all(&*loan.database, "SELECT sneaky()").await;
    assert!(matches!(&failed, Err(QueryError::Database(error)) if error.sqlstate == "25006"), "{failed:?}");
    assert!(matches!(all(&*loan.database, "SELECT loud()").await, Err(QueryError::Denied(_))));
    assert_eq!(one(&*loan.database, "SELECT count(*) FROM t").await, integer(0));
}

#[tokio::test]
async fn what_a_hook_writes_is_undone_with_its_step() {
    let database = database().await;
    for mut connection in both(&database).await {
        connection.begin(2000, 0).await.unwrap();
        connection.execute("CREATE TABLE t (id uuid PRIMARY KEY, at timestamptz, n int)").await.unwrap();
        let loan = lend_step(&mut connection, DatabaseAccess::Write).await;
        let insert = "INSERT INTO t SELECT $1, now(), generate_series(1, $2) LIMIT 1 RETURNING id, n";
        let id = Value::Text("6f9619ff-8b86-4d01-b42d-00cf4fc964ff".into());
        let mut rows = loan.database.query(insert, &[id.clone(), integer(3)]).await.unwrap();
        let row = rows.next(9).await.unwrap().remove(0);
        let uuid = Value::Other { text: "6f9619ff-8b86-4d01-b42d-00cf4fc964ff".into(), type_name: "uuid".into() };
        assert_eq!(row, [uuid, integer(1)]);
        // A failed statement leaves the others.
        let twice = loan.database.execute("INSERT INTO t VALUES ($1)", &[id]).await;
        assert!(matches!(&twice, Err(QueryError::Database(error)) if error.sqlstate == "23505"), "{twice:?}");
        assert_eq!(loan.database.execute("UPDATE t SET n = n + 1", &[]).await, Ok(1));
        assert_eq!(loan.database.execute("SELECT * FROM t", &[]).await, Ok(0));
        assert_eq!(loan.database.execute("CREATE TABLE u AS SELECT * FROM t", &[]).await, Ok(1));
        let body = "DO $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM t LOOP UPDATE t SET n = 9; END LOOP; END $$";
        loan.database.execute(body, &[]).await.unwrap();
        assert_eq!(one(&*loan.database, "SELECT n FROM t").await, integer(9));
        let cte = "WITH x AS (DELETE FROM t RETURNING n) INSERT INTO u (n) SELECT n FROM x RETURNING n";
        assert_eq!(one(&*loan.database, cte).await, integer(9));
        drop(loan);
        assert_eq!(take_back(&mut connection, false).await, [""; 0]);
        let loan = lend(&mut connection, DatabaseAccess::Read).await;
        assert_eq!(one(&*loan.database, "SELECT count(*) FROM t").await, integer(0));
        assert_eq!(one(&*loan.database, "SELECT to_regclass('u') IS NULL").await, Value::Boolean(true));
        drop(loan);
        connection.rollback().await.unwrap();
    }
}

#[tokio::test]
async fn a_loan_that_has_ended_answers_nothing() {
    let database = database().await;
    let mut connection = database.ready().await;
    connection.begin(2000, 0).await.unwrap();
    let Loan { database: lent, guard } = lend(&mut connection, DatabaseAccess::Write).await;
    let mut rows = lent.query("SELECT generate_series(1, 10)", &[]).await.unwrap();
    assert_eq!(rows.next(2).await.unwrap().len(), 2);
    drop(guard);
    assert!(matches!(rows.next(2).await, Err(QueryError::Denied(_))));
    assert!(matches!(lent.execute("SELECT 1", &[]).await, Err(QueryError::Denied(_))));
    assert!(matches!(all(&*lent, "SELECT 1").await, Err(QueryError::Denied(_))));
    connection.execute("SELECT 1").await.unwrap();
    connection.rollback().await.unwrap();
}

async fn running(database: &Database) -> String {
    let sql = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND state = 'active' AND query LIKE '%generate_series(1, 100000000000)%' AND pid <> pg_backend_pid()",
        database.name
    );
    database.value(&sql).await
}

const ENDLESS: &str = "SELECT count(*) FROM generate_series(1, 100000000000)";

#[tokio::test]
async fn a_statement_that_runs_when_the_loan_ends_is_stopped() {
    let database = database().await;
    let mut connection = database.ready().await;
    connection.begin(2000, 0).await.unwrap();
    connection.execute("CREATE TABLE t (a int)").await.unwrap();
    let Loan { database: lent, guard } = lend_step(&mut connection, DatabaseAccess::Write).await;
    let other = Arc::clone(&lent);
    let call = tokio::spawn(async move { other.execute(ENDLESS, &[]).await });
    until("it runs", async || running(&database).await == "1").await;
    drop(guard);
    connection.execute("INSERT INTO t VALUES (1)").await.unwrap();
    assert_eq!(running(&database).await, "0");
    assert!(matches!(call.await.unwrap(), Err(QueryError::Denied(_))));
    assert_eq!(take_back(&mut connection, false).await, [""; 0]);
    connection.commit().await.unwrap();
    assert_eq!(database.value("SELECT count(*) FROM t").await, "0");
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_is_stopped() {
    let database = database().await;
    let mut connection = database.ready().await;
    for open in [true, false] {
        if open {
            connection.begin(2000, 0).await.unwrap();
        }
        let loan = lend(&mut connection, DatabaseAccess::Write).await;
        {
            let call = loan.database.execute(ENDLESS, &[]);
            let started = until("it runs", async || running(&database).await == "1");
            tokio::select! { ended = call => panic!("{ended:?}"), () = started => {} }
        }
        // The next call of the same loan waits for its end.
        assert_eq!(one(&*loan.database, "SELECT 7").await, integer(7));
        assert_eq!(running(&database).await, "0");
        drop(loan);
        connection.rollback().await.unwrap();
    }
}

#[tokio::test]
async fn budgets_hold() {
    let database = database().await;
    let budget = HookBudget { statement_timeout_ms: 3_000, rows: 100, bytes: 10_000 };
    let mut connection = database.connector().with_hook_budget(budget).open().await.unwrap();
    connection.begin(2000, 0).await.unwrap();
    for access in [DatabaseAccess::Read, DatabaseAccess::Write] {
        let loan = lend(&mut connection, access).await;
        let many = all(&*loan.database, "SELECT generate_series(1, 100000000000)").await;
        assert!(matches!(many, Err(QueryError::LimitExceeded(_))), "{many:?}");
        let large = all(&*loan.database, "SELECT repeat('x', 500) FROM generate_series(1, 50)").await;
        assert!(matches!(large, Err(QueryError::LimitExceeded(_))), "{large:?}");
        let huge = all(&*loan.database, "SELECT repeat('x', 5000000)").await;
        assert!(matches!(huge, Err(QueryError::LimitExceeded(_))), "{huge:?}");
        let endless = all(&*loan.database, ENDLESS).await;
        assert_eq!(endless, Err(QueryError::TimedOut));
        assert_eq!(all(&*loan.database, "SELECT generate_series(1, 100)").await.unwrap().len(), 100);
    }
    let endless = lend(&mut connection, DatabaseAccess::Write).await.database.execute(ENDLESS, &[]).await;
    assert!(endless.is_err());
    connection.rollback().await.unwrap();
}

#[tokio::test]
async fn outside_a_transaction_a_hook_may_do_what_only_goes_there() {
    let database = database().await;
    for mut connection in both(&database).await {
        connection.execute("CREATE TABLE t (a int)").await.unwrap();
        let loan = lend(&mut connection, DatabaseAccess::Write).await;
        assert_eq!(loan.database.execute("INSERT INTO t SELECT generate_series(1, 10)", &[]).await, Ok(10));
        assert_eq!(database.value("SELECT count(*) FROM t").await, "10");
        loan.database.execute("CREATE INDEX CONCURRENTLY i ON t (a)", &[]).await.unwrap();
        loan.database.execute("REINDEX INDEX CONCURRENTLY i", &[]).await.unwrap();
        loan.database.execute("VACUUM (ANALYZE) t", &[]).await.unwrap();
        let rows = all(&*loan.database, "DELETE FROM t WHERE a > 5 RETURNING a").await.unwrap();
        assert_eq!(rows.len(), 5);
        assert_eq!(database.value("SELECT count(*) FROM t").await, "5");
        let failed = all(&*loan.database, "INSERT INTO t VALUES (1) RETURNING 1 / (a - a)").await;
        assert!(matches!(failed, Err(QueryError::Database(_))));
        drop(loan);
        let loan = lend(&mut connection, DatabaseAccess::Read).await;
        assert_eq!(one(&*loan.database, "SELECT count(*) FROM t").await, integer(5));
        assert!(matches!(loan.database.execute("VACUUM t", &[]).await, Err(QueryError::Denied(_))));
        drop(loan);
        assert!(!connection.in_transaction().await.unwrap());
        connection.execute("DROP TABLE t").await.unwrap();
    }
}

#[tokio::test]
async fn a_concurrent_build_that_nobody_waits_for_is_stopped() {
    let database = database().await;
    let mut connection = database.ready().await;
    connection.execute("CREATE TABLE t (a int)").await.unwrap();
    let other = database.client().await;
    other.batch_execute("BEGIN; INSERT INTO t VALUES (1)").await.unwrap();
    let loan = lend(&mut connection, DatabaseAccess::Write).await;
    let build = loan.database.execute("CREATE INDEX CONCURRENTLY i ON t (a)", &[]);
    assert!(tokio::time::timeout(Duration::from_millis(300), build).await.is_err());
    drop(loan);
    assert_eq!(connection.index_state(None, "i").await.unwrap(), Some(false));
    other.batch_execute("ROLLBACK").await.unwrap();
}

/// What a statement of the migration's own, in the middle of a loan, is seen to change.
async fn noticed(connection: &mut PgMigrationConnection, keep: bool, statements: &[&str]) -> Vec<String> {
    let footing = if connection.in_transaction().await.unwrap() { Footing::Savepoint } else { Footing::Outside };
    let loan = connection.lend(DatabaseAccess::Write, false, footing).await.unwrap();
    assert_eq!(one(&*loan.database, "SELECT 1").await, integer(1));
    for statement in statements {
        connection.execute(statement).await.unwrap();
    }
    drop(loan);
    take_back(connection, keep).await
}

async fn setting(connection: &mut PgMigrationConnection, name: &str) -> String {
    let loan = lend(connection, DatabaseAccess::Read).await;
    match one(&*loan.database, &format!("SELECT current_setting('{name}')")).await {
        Value::Text(text) => text,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_stands_is_compared_and_put_back() {
    let database = database().await;
    let mut connection = database.ready().await;
    database.client().await.batch_execute(&format!("CREATE ROLE other_{}", database.name)).await.unwrap();
    let role = format!("SET ROLE other_{}", database.name);
    let changes = [role.as_str(), "SET search_path = pg_catalog", "SET statement_timeout = 70"];
    for open in [true, false] {
        if open {
            connection.begin(2000, 7000).await.unwrap();
        }
        assert_eq!(noticed(&mut connection, true, &[]).await, [""; 0]);
        let before = setting(&mut connection, "search_path").await;
        let expected = ["current_user", "role", "search_path", "statement_timeout"];
        assert_eq!(noticed(&mut connection, true, &changes).await, expected);
        assert_eq!(setting(&mut connection, "search_path").await, before);
        assert_eq!(setting(&mut connection, "role").await, "none");
        // Undone with the savepoint, where there is one.
        let undone = noticed(&mut connection, false, &changes).await;
        assert_eq!(undone.is_empty(), open, "{undone:?}");
        connection.rollback().await.unwrap();
        connection.reset().await.unwrap();
    }
}

#[tokio::test]
async fn another_transaction_and_a_changed_ledger_are_noticed() {
    let database = database().await;
    let mut connection = database.ready().await;
    connection.begin(2000, 0).await.unwrap();
    let writes = "INSERT INTO confiture.event (kind, run, client, role, details) VALUES ('x', \
                  '00000000-0000-0000-0000-000000000000', 'c', 'r', '{}')";
    assert_eq!(noticed(&mut connection, true, &[writes]).await, ["ledger"]);
    assert_eq!(noticed(&mut connection, false, &[writes]).await, [""; 0]);
    let empties = "TRUNCATE confiture.migration, confiture.step";
    assert_eq!(noticed(&mut connection, true, &[empties]).await, ["ledger"]);
    let another = ["COMMIT", "BEGIN", "SAVEPOINT confiture_step"];
    let changed = noticed(&mut connection, true, &another).await;
    assert!(changed.contains(&"transaction".to_owned()), "{changed:?}");
    connection.rollback().await.unwrap();
}

#[tokio::test]
async fn a_hook_that_makes_no_call_costs_no_message() {
    let database = database().await;
    let mut connection = database.ready().await;
    connection.begin(2000, 0).await.unwrap();
    let pid = connection.execute("SET LOCAL application_name = 'the last message'").await;
    pid.unwrap();
    for keep in [true, false] {
        drop(lend_step(&mut connection, DatabaseAccess::Write).await);
        assert_eq!(take_back(&mut connection, keep).await, [""; 0]);
    }
    let sql = format!(
        "SELECT query FROM pg_stat_activity WHERE datname = '{}' AND application_name = 'the last message'",
        database.name
    );
    assert_eq!(database.value(&sql).await, "SET LOCAL application_name = 'the last message'");
    connection.rollback().await.unwrap();
}

#[tokio::test]
async fn a_session_in_which_texts_mean_something_else_is_not_lent() {
    let database = database().await;
    let mut connection = database.ready().await;
    connection.execute("SET standard_conforming_strings = off").await.unwrap();
    let loan = lend(&mut connection, DatabaseAccess::Write).await;
    for _ in 0..2 {
        let refused = loan.database.execute("SELECT 1", &[]).await;
        assert!(matches!(&refused, Err(QueryError::Database(error)) if error.sqlstate == "55000"), "{refused:?}");
    }
    drop(loan);
    assert_eq!(sqlstate(connection.take_back(true).await.map(|_| ())), "55000");
    connection.execute("RESET standard_conforming_strings").await.unwrap();
    let loan = lend(&mut connection, DatabaseAccess::Write).await;
    loan.database.execute("SELECT 1", &[]).await.unwrap();
    drop(loan);
    let client = database.client().await;
    assert_eq!(value(&client, "SELECT 1").await, "1");
}

#[tokio::test]
async fn lock_timeouts_are_set_where_they_belong() {
    let database = database().await;
    let mut connection = database.ready().await;
    connection.begin(2000, 0).await.unwrap();
    connection.set_lock_timeout(0).await.unwrap();
    assert_eq!(setting(&mut connection, "lock_timeout").await, "0");
    connection.savepoint().await.unwrap();
    connection.set_lock_timeout(5).await.unwrap();
    connection.savepoint().await.unwrap();
    connection.release().await.unwrap();
    connection.undo_to_savepoint().await.unwrap();
    assert_eq!(setting(&mut connection, "lock_timeout").await, "0");
    connection.rollback().await.unwrap();
    connection.set_lock_timeout(1234).await.unwrap();
    assert_eq!(setting(&mut connection, "lock_timeout").await, "1234ms");
}
