//! What a plugin may read, and what it may not do, on a real server as a role that is no superuser.
#![cfg(unix)]

mod server;

use confiture_model::database::{QueryError, ReadBudget, ReadDatabase, Value};
use confiture_postgres::{
    connect::{ConnectOptions, connect},
    plugin_database::{PluginDatabase, PluginDatabaseError},
};
use server::{Server, Surroundings};
use std::sync::OnceLock;

/// One server for all tests of this file; it ends with the process.
fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let made = SERVER.get_or_init(|| {
        let server = Server::start("local all all trust\n", "", &[])?;
        std::thread::scope(|scope| scope.spawn(|| prepare(&server)).join()).expect("tables and roles");
        Some(server)
    });
    made.as_ref()
}

#[tokio::main(flavor = "current_thread")]
async fn prepare(server: &Server) {
    let statements = [
        "CREATE ROLE reader LOGIN",
        "CREATE TABLE t (id int PRIMARY KEY, name text)",
        "INSERT INTO t SELECT i, 'name ' || i FROM generate_series(1, 100) i",
        "CREATE SEQUENCE s",
        "GRANT ALL ON t, s TO reader",
        "GRANT ALL ON SCHEMA public TO reader",
        "CREATE FUNCTION writes() RETURNS int LANGUAGE sql AS 'INSERT INTO t VALUES (1000); SELECT 1'",
        "CREATE FUNCTION sneaky() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN DELETE FROM t; RETURN 1; END'",
        "CREATE FUNCTION sly() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN writes(); END'",
        "CREATE FUNCTION climbs() RETURNS text LANGUAGE plpgsql STABLE AS \
         'BEGIN PERFORM set_config(''transaction_read_only'', ''off'', false); DELETE FROM t; RETURN 1; END'",
        "CREATE FUNCTION locks() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN PERFORM pg_advisory_lock(7); RETURN 1; END'",
        "CREATE FUNCTION settles() RETURNS text LANGUAGE plpgsql STABLE AS \
         'BEGIN RETURN set_config(''statement_timeout'', ''0'', false); END'",
        "CREATE FUNCTION reads(int) RETURNS text LANGUAGE sql STABLE AS 'SELECT name FROM t WHERE id = $1'",
        "CREATE FUNCTION of_row(t) RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1'",
        "CREATE FUNCTION step(int, int) RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1'",
        "CREATE AGGREGATE adds(int) (SFUNC = step, STYPE = int, INITCOND = '0')",
        "CREATE FUNCTION faces(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'",
        "CREATE FUNCTION faces(text) RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1'",
        "CREATE TYPE mood AS ENUM ('sad', 'happy')",
        "CREATE TYPE pair AS (a int, b text)",
        "CREATE DOMAIN positive AS int CHECK (VALUE > 0)",
        "CREATE ROLE programs LOGIN; GRANT pg_execute_server_program TO programs",
        "CREATE ROLE files LOGIN; GRANT pg_read_server_files TO files",
        "CREATE ROLE replicates LOGIN REPLICATION",
        "CREATE ROLE boss SUPERUSER; CREATE ROLE climber LOGIN NOINHERIT; GRANT boss TO climber",
        "CREATE ROLE watcher LOGIN; GRANT pg_monitor TO watcher",
        "CREATE ROLE signals LOGIN; GRANT pg_signal_backend TO signals",
    ];
    server.sql(&statements).await;
}

fn login(server: &Server, user: &str) -> ConnectOptions {
    let text = format!("host={} port={} user={user} dbname=postgres", server.directory.display(), server.port);
    ConnectOptions::from_url(&text, &Surroundings::default()).expect("options")
}

async fn database(server: &Server, budget: ReadBudget) -> PluginDatabase {
    PluginDatabase::open(login(server, "reader"), budget).await.expect("the reader")
}

/// Every row of a query.
async fn all(database: &PluginDatabase, sql: &str, params: &[Value]) -> Result<Vec<Vec<Value>>, QueryError> {
    let mut rows = database.query(sql, params).await?;
    let mut found = Vec::new();
    loop {
        let batch = rows.next(64).await?;
        if batch.is_empty() {
            return Ok(found);
        }
        found.extend(batch);
    }
}

async fn one(database: &PluginDatabase, sql: &str, params: &[Value]) -> Value {
    let rows = all(database, sql, params).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    rows.into_iter().next().and_then(|row| row.into_iter().next()).expect("a value")
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn other(text: &str, type_name: &str) -> Value {
    Value::Other { text: text.to_owned(), type_name: type_name.to_owned() }
}

/// What must be the same after a hostile test as before.
async fn state(server: &Server) -> String {
    let sql = "SELECT (SELECT count(*) || ':' || md5(string_agg(t::text, ',' ORDER BY id)) FROM t) || (SELECT last_value \
               || ':' || is_called FROM s) || (SELECT count(*) FROM pg_class) || ':' || (SELECT count(*) FROM pg_proc) \
               || ':' || (SELECT count(*) FROM pg_largeobject_metadata)";
    let connection = connect(&server.superuser()).await.expect("a superuser");
    connection.client.query_one(sql, &[]).await.expect("a row").get(0)
}

#[tokio::test]
async fn values_come_in_their_forms() {
    let Some(server) = server() else { return };
    let db = database(server, ReadBudget::default()).await;
    for (sql, expected) in [
        ("SELECT true", Value::Boolean(true)),
        ("SELECT 7::smallint", Value::Integer(7)),
        ("SELECT -7", Value::Integer(-7)),
        ("SELECT 9007199254740991", Value::Integer(9_007_199_254_740_991)),
        ("SELECT 9007199254740992", other("9007199254740992", "bigint")),
        ("SELECT 't'::regclass::oid > 0", Value::Boolean(true)),
        ("SELECT 0.1::real", Value::Float(0.1)),
        ("SELECT 1.5::float8", Value::Float(1.5)),
        ("SELECT 'a'", text("a")),
        ("SELECT 'a'::char(3)", text("a  ")),
        ("SELECT 'a'::name", text("a")),
        ("SELECT '\\x00ff'::bytea", Value::Bytes(vec![0, 255])),
        ("SELECT NULL::int", Value::Null),
        ("SELECT 1.10", other("1.10", "numeric")),
        ("SELECT '10.0.0.1'::inet", other("10.0.0.1", "inet")),
        ("SELECT '2024-01-02 03:04:05+00'::timestamptz", other("2024-01-02 03:04:05+00", "timestamp with time zone")),
        ("SELECT '{\"a\": 1}'::jsonb", other("{\"a\": 1}", "jsonb")),
        ("SELECT ARRAY['a', NULL]", other("{a,NULL}", "text[]")),
        ("SELECT 'happy'::mood", other("happy", "mood")),
        ("SELECT ROW(1, 'x')::pair", other("(1,x)", "pair")),
        ("SELECT ROW(NULL, NULL)::pair", other("(,)", "pair")),
        ("SELECT 5::positive", Value::Integer(5)),
        ("SELECT 't'::regclass", other("t", "regclass")),
        ("SELECT '1 day'::interval", other("1 day", "interval")),
        ("VALUES ('a')", text("a")),
        ("SHOW transaction_read_only", text("on")),
        ("SHOW lock_timeout", text("2s")),
        ("TABLE t", Value::Integer(1)),
        ("WITH x AS (SELECT 3 AS a) SELECT a FROM x", Value::Integer(3)),
        ("SELECT reads(5)", text("name 5")),
        ("SELECT count(*) FROM t", Value::Integer(100)),
        ("SELECT sum(id) FROM t", Value::Integer(5050)),
        ("SELECT 1 -- the end", Value::Integer(1)),
        ("SELECT 'a' /* x */ ; ", text("a")),
        ("SELECT random() < 2", Value::Boolean(true)),
        ("SELECT pg_relation_size('t') > 0", Value::Boolean(true)),
    ] {
        assert_eq!(one(&db, sql, &[]).await, expected, "{sql}");
    }
    assert!(matches!(one(&db, "EXPLAIN SELECT * FROM t", &[]).await, Value::Text(_)));
    assert!(matches!(one(&db, "EXPLAIN (FORMAT json) SELECT * FROM t", &[]).await, Value::Other { .. }));
}

#[tokio::test]
async fn columns_keep_names_order_and_duplicates() {
    let Some(server) = server() else { return };
    let db = database(server, ReadBudget::default()).await;
    let sql = "SELECT id AS a, name AS \"B c\", id::numeric AS a, NULL FROM t ORDER BY id DESC";
    let mut rows = db.query(sql, &[]).await.expect("rows");
    let columns: Vec<(&str, &str)> = rows.columns().iter().map(|c| (c.name.as_str(), c.type_name.as_str())).collect();
    assert_eq!(columns, [("a", "integer"), ("B c", "text"), ("a", "numeric"), ("?column?", "text")]);
    let first = rows.next(1).await.expect("a row");
    assert_eq!(first, [vec![Value::Integer(100), text("name 100"), other("100", "numeric"), Value::Null]]);
    let rest = rows.next(1000).await.expect("rows");
    assert_eq!(rest.len(), 99);
    assert_eq!(rest[98][0], Value::Integer(1));
    assert!(rows.next(1000).await.expect("the end").is_empty());
    assert!(rows.next(1000).await.expect("still the end").is_empty());
    // Rows of no columns are rows.
    assert_eq!(all(&db, "SELECT FROM t WHERE id < 4", &[]).await.expect("rows"), vec![Vec::<Value>::new(); 3]);
}

#[tokio::test]
async fn parameters_fit_whatever_type_is_inferred() {
    let Some(server) = server() else { return };
    let db = database(server, ReadBudget::default()).await;
    for (sql, param, expected) in [
        ("SELECT name FROM t WHERE id = $1", Value::Integer(3), text("name 3")),
        ("SELECT name FROM t WHERE id = $1", text("3"), text("name 3")),
        ("SELECT $1::numeric + 1", other("1.50", "numeric"), other("2.50", "numeric")),
        ("SELECT $1::bool", Value::Boolean(false), Value::Boolean(false)),
        ("SELECT $1::float8", Value::Float(0.25), Value::Float(0.25)),
        ("SELECT $1::float8", Value::Float(f64::INFINITY), Value::Float(f64::INFINITY)),
        ("SELECT $1::bytea", Value::Bytes(vec![1, 255]), Value::Bytes(vec![1, 255])),
        ("SELECT id FROM t WHERE id = ANY ($1)", text("{7}"), Value::Integer(7)),
        ("SELECT $1", text("a'b\\"), text("a'b\\")),
        ("SELECT $1::int", Value::Null, Value::Null),
        ("SELECT $1::mood", text("sad"), other("sad", "mood")),
    ] {
        assert_eq!(one(&db, sql, &[param]).await, expected, "{sql}");
    }
    let QueryError::Database(error) = all(&db, "SELECT $1::int", &[text("x")]).await.expect_err("no number") else {
        panic!()
    };
    assert_eq!(error.sqlstate, "22P02");
    let QueryError::Database(error) = all(&db, "SELECT $1::int", &[]).await.expect_err("no value") else { panic!() };
    assert_eq!(error.sqlstate, "08P01");
}

#[tokio::test]
async fn errors_keep_their_sqlstate_and_place() {
    let Some(server) = server() else { return };
    let db = database(server, ReadBudget::default()).await;
    for (sql, sqlstate, position) in [
        ("SELECT missing FROM t", "42703", Some(8)),
        ("  /* é */ SELECT missing FROM t", "42703", Some(18)),
        ("SELECT * FROM nowhere", "42P01", Some(15)),
        ("SELECT 1 / 0", "22012", None),
        ("SELECT no_such_function(1)", "42883", Some(8)),
        ("SELECT * FROM pg_authid", "42501", None),
        ("SELECT 'x'::regclass", "42P01", Some(8)),
    ] {
        match all(&db, sql, &[]).await {
            Err(QueryError::Database(error)) => {
                assert_eq!((error.sqlstate.as_str(), error.position), (sqlstate, position), "{sql}: {error}");
            }
            result => panic!("{sql}: {result:?}"),
        }
        assert_eq!(one(&db, "SELECT 1", &[]).await, Value::Integer(1), "after {sql}");
    }
}

#[tokio::test]
async fn whoever_wants_more_than_reading_is_denied() {
    let Some(server) = server() else { return };
    let db = database(server, ReadBudget { statement_timeout_ms: 3_000, ..ReadBudget::default() }).await;
    let before = state(server).await;
    for sql in [
        "COMMIT; DROP TABLE t",
        "COMMIT",
        "SELECT 1; DELETE FROM t",
        "SET TRANSACTION READ WRITE",
        "SET ROLE postgres",
        "SET SESSION AUTHORIZATION DEFAULT",
        "RESET ROLE",
        "SELECT set_config('role', 'postgres', false)",
        "SELECT pg_catalog.\"set_config\"('transaction_read_only', 'off', false)",
        "SELECT set_config('ro' || 'le', 'postgres', false)",
        "COPY t TO PROGRAM 'cat'",
        "COPY t TO '/tmp/x'",
        "SELECT pg_sleep(3600)",
        "SELECT pg_catalog.pg_sleep(3600)",
        "SELECT writes()",
        "SELECT public.writes()",
        "SELECT * FROM writes()",
        "SELECT lo_create(0)",
        "SELECT pg_advisory_lock(1)",
        "SELECT pg_try_advisory_xact_lock(1)",
        "SELECT setval('s', 99)",
        "SELECT nextval('s')",
        "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x",
        "EXPLAIN ANALYZE DELETE FROM t",
        "EXPLAIN (ANALYZE true) DELETE FROM t",
        "PREPARE p AS DELETE FROM t",
        "EXECUTE p",
        "DEALLOCATE ALL",
        "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
        "LISTEN x",
        "SELECT pg_notify('a', 'b')",
        "LOCK t",
        "SELECT * FROM t FOR UPDATE",
        "SELECT * INTO x FROM t",
        "CREATE TEMP TABLE x ()",
        "DO $$ BEGIN DELETE FROM t; END $$",
        "CALL p()",
        "SELECT t.of_row FROM t",
        "SELECT (t).of_row FROM t",
        "SELECT of_row(t) FROM t",
        "SELECT adds(id) FROM t",
        "SELECT faces(1)",
        "SELECT pg_temp.f()",
        "SELECT query_to_xml('DELETE FROM t', true, true, '')",
        "SELECT pg_terminate_backend(pg_backend_pid())",
        "SELECT pg_read_file('postgresql.conf')",
        "SELECT pg_create_logical_replication_slot('a', 'pgoutput')",
        "SELECT pg_stat_reset()",
        "SELECT currval('s')",
        "SELECT txid_current() FROM t, LATERAL writes()",
        "SELECT 1 -- \r, writes()",
    ] {
        match all(&db, sql, &[]).await {
            Err(QueryError::Denied(_)) => {}
            result => panic!("{sql}: {result:?}"),
        }
    }
    // These are declared STABLE, and PostgreSQL itself stops them.
    for (sql, sqlstate) in [
        ("SELECT sneaky()", "0A000"),
        ("SELECT sly()", "25006"),
        ("SELECT climbs()", ""),
        // In parentheses only a query may stand: our own reading is not the last word.
        ("SELECT 1 FROM t AS x(a) WHERE sneaky() = 1", "0A000"),
    ] {
        match all(&db, sql, &[]).await {
            Err(QueryError::Database(error)) if sqlstate.is_empty() || error.sqlstate == sqlstate => {}
            result => panic!("{sql}: {result:?}"),
        }
    }
    assert_eq!(state(server).await, before);
    assert_eq!(one(&db, "SHOW transaction_read_only", &[]).await, text("on"));
}

#[tokio::test]
async fn nothing_outlives_a_query() {
    let Some(server) = server() else { return };
    let db = database(server, ReadBudget::default()).await;
    assert_eq!(one(&db, "SELECT locks()", &[]).await, Value::Integer(1));
    assert_eq!(one(&db, "SELECT settles()", &[]).await, text("0"));
    // The same connection, or another: none kept the lock or the setting.
    let sql = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7";
    for _ in 0..3 {
        assert_eq!(one(&db, sql, &[]).await, Value::Integer(0));
        assert_eq!(one(&db, "SHOW statement_timeout", &[]).await, text("5s"));
    }
}

#[tokio::test]
async fn budgets_of_rows_bytes_and_time() {
    let Some(server) = server() else { return };
    let small = ReadBudget { statement_timeout_ms: 1_000, rows: 50, bytes: 10_000 };
    let db = database(server, small).await;
    let exceeded = |result: Result<Vec<Vec<Value>>, QueryError>, sql: &str| match result {
        Err(QueryError::LimitExceeded(_)) => {}
        result => panic!("{sql}: {result:?}"),
    };
    for sql in [
        "SELECT generate_series(1, 10000000)",
        "SELECT * FROM t",
        "SELECT repeat('x', 10001)",
        "SELECT repeat('x', 5000000)",
        "SELECT decode(repeat('00', 10001), 'hex')",
        "SELECT array_agg(i) FROM generate_series(1, 100000) i",
        "SELECT repeat('x', 400) FROM generate_series(1, 40)",
    ] {
        exceeded(all(&db, sql, &[]).await, sql);
        assert_eq!(one(&db, "SELECT 1", &[]).await, Value::Integer(1), "after {sql}");
    }
    assert_eq!(all(&db, "SELECT * FROM generate_series(1, 50)", &[]).await.expect("as many as allowed").len(), 50);
    assert!(all(&db, "SELECT repeat('x', 9000)", &[]).await.is_ok());
    for sql in
        ["SELECT count(*) FROM generate_series(1, 10000000000)", "SELECT sum(a.id) FROM t a, t b, t c, t d, t e, t f"]
    {
        assert_eq!(all(&db, sql, &[]).await, Err(QueryError::TimedOut), "{sql}");
    }
    assert_eq!(one(&db, "SELECT 1", &[]).await, Value::Integer(1));
}

#[tokio::test]
async fn rows_that_are_dropped_free_their_connection() {
    let Some(server) = server() else { return };
    let db = database(server, ReadBudget { statement_timeout_ms: 60_000, ..ReadBudget::default() }).await;
    for _ in 0..20 {
        let mut rows = db.query("SELECT generate_series(1, 10000000)", &[]).await.expect("rows");
        assert_eq!(rows.next(3).await.expect("three").len(), 3);
    }
    // A query that nobody waits for any more is stopped.
    let endless = "SELECT count(*) AS endless FROM generate_series(1, 10000000000)";
    {
        let mut rows = db.query(endless, &[]).await.expect("rows");
        let limit = std::time::Duration::from_millis(300);
        assert!(tokio::time::timeout(limit, rows.next(1)).await.is_err());
    }
    let superuser = connect(&server.superuser()).await.expect("a superuser");
    let running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%AS endless%' AND state = 'active' AND pid <> \
                   pg_backend_pid()";
    for _ in 0..100 {
        let count: i64 = superuser.client.query_one(running, &[]).await.expect("a row").get(0);
        if count == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the query still runs");
}

#[tokio::test]
async fn several_queries_at_once() {
    let Some(server) = server() else { return };
    let db = database(server, ReadBudget::default()).await;
    let sql = "SELECT id FROM t ORDER BY id";
    let mut open = Vec::new();
    for _ in 0..4 {
        open.push(db.query(sql, &[]).await.expect("rows"));
    }
    let Err(QueryError::LimitExceeded(why)) = db.query(sql, &[]).await.map(|_| ()) else { panic!("a fifth") };
    assert!(why.contains('4'), "{why}");
    for step in 0..5 {
        for rows in &mut open {
            assert_eq!(rows.next(1).await.expect("a row"), [vec![Value::Integer(step + 1)]]);
        }
    }
    open.pop();
    assert_eq!(one(&db, "SELECT 1", &[]).await, Value::Integer(1));
}

#[tokio::test]
async fn a_lost_connection_is_replaced() {
    let Some(server) = server() else { return };
    let options = login(server, "reader").with_application_name("victim");
    let db = PluginDatabase::open(options, ReadBudget::default()).await.expect("the reader");
    assert_eq!(one(&db, "SELECT 1", &[]).await, Value::Integer(1));
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'";
    server.sql(&[kill]).await;
    // The first query may still meet the connection that just ended; it says so.
    if let Err(error) = all(&db, "SELECT 1", &[]).await {
        let QueryError::Database(error) = error else { panic!("{error:?}") };
        assert!(["57P01", "08006", "08000"].contains(&error.sqlstate.as_str()), "{error:?}");
    }
    assert_eq!(one(&db, "SELECT 1", &[]).await, Value::Integer(1));
}

#[tokio::test]
async fn logins_that_may_too_much() {
    let Some(server) = server() else { return };
    for (user, part) in [
        ("postgres", "is a superuser"),
        ("climber", "can become the superuser `boss`"),
        ("replicates", "may replicate"),
        ("programs", "pg_execute_server_program"),
        ("files", "pg_read_server_files"),
        ("signals", "pg_signal_backend"),
    ] {
        match PluginDatabase::open(login(server, user), ReadBudget::default()).await {
            Err(PluginDatabaseError::Privileged(why)) => {
                assert!(why.contains(part), "{user}: {why}");
                assert!(why.contains("reader = ") && why.contains("CREATE ROLE confiture_reader"), "{why}");
            }
            result => panic!("{user}: {result:?}"),
        }
    }
    for user in ["reader", "watcher"] {
        PluginDatabase::open(login(server, user), ReadBudget::default()).await.expect(user);
    }
    let nobody = PluginDatabase::open(login(server, "nobody"), ReadBudget::default()).await;
    assert!(matches!(nobody, Err(PluginDatabaseError::Connection(_))));
}

#[tokio::test]
async fn texts_are_split() {
    let Some(server) = server() else { return };
    let db = database(server, ReadBudget::default()).await;
    assert_eq!(db.split("SELECT 1; SELECT ';'; -- end").expect("two"), ["SELECT 1", "SELECT ';'"]);
    let QueryError::Database(error) = db.split("SELECT 'é'; SELECT $$ x").expect_err("unfinished") else { panic!() };
    assert_eq!((error.sqlstate.as_str(), error.position), ("42601", Some(20)));
}
