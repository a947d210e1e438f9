//! What a guest sends to a real database that it may read: each ends in its own answer, the database is unchanged, and
//! the other plugin still reports.

use crate::host::{active, found_by, limits, load, run, view};
use confiture_engine::lint;
use confiture_host::{Limits, LintGrant};
use confiture_model::{
    database::{ReadBudget, ReadDatabase},
    plugin::{Capabilities, DatabaseAccess},
    session::Session,
};
use confiture_postgres::{
    connect::{ConnectOptions, ProcessEnvironment, connect},
    plugin_database::PluginDatabase,
    scratch::{Scratch, ScratchOptions},
};
use serde_json::json;
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

const SETUP: [&str; 6] = [
    "CREATE TABLE t (id int PRIMARY KEY, name text)",
    "INSERT INTO t SELECT i, 'name ' || i FROM generate_series(1, 100) i",
    "CREATE FUNCTION writes() RETURNS int LANGUAGE sql AS 'INSERT INTO t VALUES (1000); SELECT 1'",
    "CREATE ROLE boss",
    "CREATE ROLE reader LOGIN IN ROLE boss",
    "GRANT ALL ON t TO reader, boss",
];

/// One cluster for all tests of this file; its guard ends it with the process.
fn cluster() -> &'static Scratch {
    static CLUSTER: OnceLock<Scratch> = OnceLock::new();
    CLUSTER.get_or_init(|| {
        run(async {
            let cluster = Scratch::start(ScratchOptions::default()).await.unwrap();
            let mut session = cluster.session("postgres").await.unwrap();
            for statement in SETUP {
                session.execute(statement).await.unwrap();
            }
            cluster
        })
    })
}

fn login(user: &str) -> ConnectOptions {
    ConnectOptions::from_url(&cluster().url("postgres"), &ProcessEnvironment).unwrap().with_user(user)
}

/// What must be the same before and after: rows, relations, functions, large objects, roles and their settings.
async fn state() -> String {
    let connection = connect(&login("postgres")).await.unwrap();
    let sql = "SELECT concat_ws(' ', (SELECT count(*) || md5(string_agg(t::text, ',' ORDER BY id)) FROM t), \
               (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_proc), \
               (SELECT count(*) FROM pg_largeobject_metadata), (SELECT count(*) FROM pg_db_role_setting))";
    connection.client.query_one(sql, &[]).await.unwrap().get(0)
}

/// What the guest was answered to `sql`: the kind and the text.
fn answer(call: &str, sql: &str) -> (String, String) {
    answer_within(Duration::from_secs(60), call, sql)
}

fn answer_within(statement_timeout: Duration, call: &str, sql: &str) -> (String, String) {
    cluster();
    run(async {
        let before = state().await;
        let budget = ReadBudget { statement_timeout_ms: statement_timeout.as_millis() as u64, ..ReadBudget::default() };
        let database: Arc<dyn ReadDatabase> = Arc::new(PluginDatabase::open(login("reader"), budget).await.unwrap());
        let capabilities = Capabilities { database: DatabaseAccess::Read, ..Capabilities::default() };
        let grant = LintGrant { capabilities, database: Some(database), limits: None };
        let plugins = [
            load("asking", "asking", grant).await.unwrap(),
            load("good", "hostile", LintGrant::default()).await.unwrap(),
        ];
        let rules =
            [active("asking", "sql", json!({ "call": call, "sql": sql })), active("good", "well-behaved", json!({}))];
        let report = lint::run(&plugins, &rules, &view()).await;
        assert_eq!(report.faults, [], "{sql}");
        assert_eq!(found_by(&report, "good"), ["customers", "orders"], "{sql}");
        assert_eq!(state().await, before, "the database changed after: {sql}");
        let mut asked = report.findings.into_iter().filter(|finding| finding.plugin == "asking");
        let finding = asked.next().unwrap();
        (finding.subject.name, finding.message)
    })
}

fn refused(sql: &str, expected_kind: &str) {
    let (kind, text) = answer("query", sql);
    assert_eq!(kind, expected_kind, "{sql}: {text}");
    assert!(text.len() > 10, "{sql}: the answer says too little: {text}");
}

#[test]
fn reading_is_answered() {
    assert_eq!(
        answer("query", "select name from t order by id"),
        ("rows".to_owned(), "100 rows, first name 1".to_owned())
    );
}

#[test]
fn a_number_that_is_none_comes_back() {
    assert_eq!(answer("nan", "select $1::float8"), ("rows".to_owned(), "1 rows, first NaN".to_owned()));
}

#[test]
fn two_statements() {
    refused("COMMIT; DROP TABLE t", "denied");
}

#[test]
fn the_transaction() {
    refused("COMMIT", "denied");
    refused("SET TRANSACTION READ WRITE", "denied");
}

#[test]
fn the_role() {
    refused("SET ROLE boss", "denied");
    refused("select set_config('role', 'boss', false)", "denied");
}

#[test]
fn writing() {
    refused("delete from t", "denied");
    refused("with gone as (delete from t returning id) select * from gone", "denied");
    refused("select writes()", "denied");
    let (kind, text) = answer("execute", "delete from t");
    assert_eq!(kind, "denied", "{text}");
}

#[test]
fn a_program() {
    refused("COPY t TO PROGRAM 'true'", "denied");
    refused("COPY (select 1) TO STDOUT", "denied");
}

#[test]
fn sleeping() {
    refused("select pg_sleep(3600)", "denied");
}

#[test]
fn a_query_that_does_not_end() {
    let sql = "select count(*) from generate_series(1, 1000000000) a, generate_series(1, 1000000000) b";
    let (kind, text) = answer_within(Duration::from_secs(1), "query", sql);
    assert_eq!(kind, "timed-out", "{text}");
}

#[test]
fn ten_million_rows() {
    refused("select i from generate_series(1, 10000000) i", "limit-exceeded");
}

#[test]
fn a_syntax_error_keeps_its_code() {
    let (kind, text) = answer("query", "select nothing from nowhere");
    assert_eq!((kind.as_str(), text.starts_with("42P01: ")), ("database", true), "{text}");
}

/// The plugin's own time limit also ends a query, and the connection is not left running it.
#[test]
fn the_time_limit_of_the_call_stops_a_query() {
    cluster();
    let fault = run(async {
        let budget = ReadBudget { statement_timeout_ms: 600_000, ..ReadBudget::default() };
        let options = login("reader").with_application_name("stopped");
        let database: Arc<dyn ReadDatabase> = Arc::new(PluginDatabase::open(options, budget).await.unwrap());
        let capabilities = Capabilities { database: DatabaseAccess::Read, ..Capabilities::default() };
        let limits = Limits { call_timeout: Duration::from_secs(2), ..limits() };
        let grant = LintGrant { capabilities, database: Some(database), limits: Some(limits) };
        let plugin = load("asking", "asking", grant).await.unwrap();
        let sql = "select count(*) from generate_series(1, 1000000000) a, generate_series(1, 1000000000) b";
        let report = lint::run(&[plugin], &[active("asking", "sql", json!({ "sql": sql }))], &view()).await;
        wait_until_idle("stopped").await;
        report.faults.into_iter().next().unwrap()
    });
    assert_eq!(fault.code(), "timed-out", "{fault}");
}

/// Waits until no session of this name runs a statement.
async fn wait_until_idle(application: &str) {
    let connection = connect(&login("postgres")).await.unwrap();
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND state = 'active'";
    for _ in 0..600 {
        let row = connection.client.query_one(sql, &[&application]).await.unwrap();
        if row.get::<_, i64>(0) == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the query still runs");
}
