//! Hooks with a `write` grant that try to get out, on the connection of a migration: each step fails with a fault of its
//! own, the database is as it was before, and the migration goes on with its connection. Their backups are real, too.

use crate::host::{
    hooks::{hooking, powers, ran},
    run,
};
use confiture_host::HookGrant;
use confiture_model::{
    backup::BackupTool,
    fault::{Fault, FaultKind, PluginError},
    hook::{HookOutcome, HookPlugin, HookPowers},
    migration::{Footing, Loan, MigrationConnection},
    plugin::DatabaseAccess,
    session::Session,
};
use confiture_postgres::{
    backup::{PgBackupTool, Programs},
    connect::{ConnectOptions, ProcessEnvironment, connect},
    migration::{PgMigrationConnection, PgMigrationConnector},
    scratch::{Scratch, ScratchOptions},
};
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

const SETUP: [&str; 5] = [
    "CREATE TABLE t (id int PRIMARY KEY, name text)",
    "INSERT INTO t SELECT i, 'name ' || i FROM generate_series(1, 100) i",
    "CREATE ROLE boss",
    "CREATE ROLE plain LOGIN IN ROLE boss",
    "GRANT ALL ON t TO plain, boss; GRANT ALL ON SCHEMA public TO plain",
];

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

async fn connection(user: &str) -> PgMigrationConnection {
    PgMigrationConnector::new(login(user), "someone@here").open().await.unwrap()
}

async fn state() -> String {
    let connection = connect(&login("postgres")).await.unwrap();
    let sql = "SELECT concat_ws(' ', (SELECT count(*) || md5(string_agg(t::text, ',' ORDER BY id)) FROM t), \
               (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_proc), \
               (SELECT count(*) FROM pg_largeobject_metadata), (SELECT count(*) FROM pg_db_role_setting), \
               (SELECT count(*) FROM pg_roles WHERE rolsuper), (SELECT count(*) FROM pg_replication_slots))";
    connection.client.query_one(sql, &[]).await.unwrap().get(0)
}

/// Runs a step as a migration does: behind a savepoint, with the connection lent, which a fault undoes.
async fn step(
    connection: &mut PgMigrationConnection,
    plugin: &Arc<dyn HookPlugin>,
    hook: &str,
    text: &str,
    timeout: Duration,
) -> Result<HookOutcome, Fault> {
    let Loan { database, guard } = connection.lend(DatabaseAccess::Write, false, Footing::Savepoint).await.unwrap();
    let result = ran(plugin, hook, text, HookPowers { timeout, ..powers(Some(database)) }).await;
    drop(guard);
    let changed = connection.take_back(result.is_ok()).await.unwrap();
    assert_eq!(changed, Vec::<String>::new(), "{text}");
    result
}

/// What becomes of a hook that writes first, as it may, and then does this; as a superuser and as a plain login.
fn tried(hook: &str, text: &str, timeout: Duration) -> Vec<Fault> {
    cluster();
    let directory = tempfile::tempdir().unwrap();
    run(async {
        let before = state().await;
        let plugin = hooking(directory.path(), HookGrant::default()).await;
        let mut faults = Vec::new();
        for user in ["postgres", "plain"] {
            let mut connection = connection(user).await;
            connection.begin(5000, 0).await.unwrap();
            connection.execute("CREATE TABLE made_by_the_migration ()").await.unwrap();
            let fault = step(&mut connection, &plugin, hook, text, timeout).await.expect_err(text);
            // The next hook works, on the same connection, in the same transaction.
            let next = step(&mut connection, &plugin, "query", "SELECT count(*)::int FROM t", Duration::from_secs(60));
            assert_eq!(next.await.unwrap().statistics, serde_json::json!({"first": 100}), "{text}");
            connection.execute("SELECT 'x' FROM made_by_the_migration").await.unwrap();
            connection.rollback().await.unwrap();
            faults.push(fault);
        }
        assert_eq!(state().await, before, "{text}");
        faults
    })
}

const LONG: Duration = Duration::from_secs(120);

/// Refused by us, before PostgreSQL sees it, although something was written before.
fn refused(sql: &str) {
    for text in [sql.to_owned(), format!("DELETE FROM t\n;;\n{sql}")] {
        for fault in tried("many", &text, LONG) {
            assert!(matches!(fault.kind, FaultKind::Reported(PluginError::Denied(_))), "{sql}: {fault}");
            assert_eq!((fault.item.as_deref(), fault.call.as_str()), (Some("many"), "run"));
        }
    }
}

#[test]
fn the_transaction() {
    refused("COMMIT; DROP TABLE t");
    refused("COMMIT");
    refused("PREPARE TRANSACTION 'x'");
    refused("SET TRANSACTION READ WRITE");
    refused("DO $$ BEGIN COMMIT; END $$");
}

#[test]
fn the_role() {
    refused("SET ROLE boss");
    refused("select set_config('ro'||'le', 'boss', false)");
    refused("UPDATE pg_settings SET setting = 'boss' WHERE name = 'role'");
    refused("DO $$ BEGIN EXECUTE 'SET RO' || 'LE boss'; END $$");
}

#[test]
fn programs_and_files() {
    refused("COPY t TO PROGRAM 'true'");
    refused("COPY t FROM '/etc/passwd'");
    refused("DO $$ BEGIN EXECUTE 'COPY t TO PRO' || 'GRAM ''true'''; END $$");
    refused("SELECT lo_import('/etc/passwd')");
    refused("SELECT pg_read_file('PG_VERSION')");
    refused("CREATE FUNCTION system(cstring) RETURNS int LANGUAGE c AS 'libc.so.6', 'system'");
}

#[test]
fn other_sessions_and_waiting() {
    refused("SELECT pg_terminate_backend(pg_backend_pid())");
    refused("SELECT pg_create_physical_replication_slot('mine')");
    refused("SELECT pg_sleep(3600)");
    refused("DELETE FROM confiture.event");
}

#[test]
fn a_function_that_writes_is_undone_with_the_step() {
    let text = "CREATE FUNCTION writes() RETURNS int LANGUAGE sql AS 'DELETE FROM t; SELECT 1'\n;;\nSELECT \
                writes()\n;;\nSELECT 1 / 0";
    for fault in tried("many", text, LONG) {
        match fault.kind {
            FaultKind::Reported(PluginError::Database(error)) => assert_eq!(error.sqlstate, "22012"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn ten_million_rows() {
    for fault in tried("query", "select i from generate_series(1, 10000000) i", LONG) {
        assert!(matches!(fault.kind, FaultKind::Reported(PluginError::LimitExceeded(_))), "{fault}");
    }
}

#[test]
fn what_does_not_end() {
    let sql = "select count(*) from generate_series(1, 1000000000) a, generate_series(1, 1000000000) b";
    for (hook, text) in [("query", sql), ("execute", sql), ("spin", "")] {
        for fault in tried(hook, text, Duration::from_secs(1)) {
            assert_eq!(fault.kind, FaultKind::TimedOut { seconds: 1.0 }, "{hook}");
        }
    }
}

#[test]
fn what_breaks() {
    assert!(tried("trap", "", LONG).iter().all(|fault| fault.code() == "trap"));
    assert!(tried("lie-rows", "", LONG).iter().all(|fault| fault.code() == "malformed"));
    assert!(tried("lie-json", "{", LONG).iter().all(|fault| fault.code() == "malformed"));
}

#[test]
fn backups_are_made_verified_and_pruned() {
    cluster();
    let directory = tempfile::tempdir().unwrap();
    run(async {
        cluster().create_database("backups").await.unwrap();
        let options = login("postgres").with_database("backups");
        let client = connect(&options).await.unwrap().client;
        client.batch_execute("CREATE TABLE kept AS SELECT generate_series(1, 50) AS id").await.unwrap();
        let tool = PgBackupTool::new(options, Programs::new(|name| std::env::var_os(name)));
        if let Err(why) = tool.check().await {
            return confiture_tests::skipped(&why.to_string());
        }
        let backup: Arc<dyn BackupTool> = Arc::new(tool);
        let grant = HookGrant { backup: Some(backup), ..HookGrant::default() };
        let plugin = hooking(directory.path(), grant).await;
        let call = async |hook: &str, text: &str| ran(&plugin, hook, text, powers(None)).await;
        let made = call("dump", "pre_1,gzip").await.unwrap();
        assert_eq!(made.statistics["file"], "pre_1.confiture.dump");
        assert_eq!(made.rows_affected, 1);
        client.batch_execute("DELETE FROM kept").await.unwrap();
        let unasked = call("restore-unasked", "pre_1,kept").await.unwrap_err().to_string();
        assert!(unasked.contains("`restore-directory`"), "{unasked}");
        call("restore", "pre_1,kept").await.unwrap();
        let count: i64 = client.query_one("SELECT count(*) FROM kept", &[]).await.unwrap().get(0);
        assert_eq!(count, 50);
        let again = call("dump", "pre_1,gzip").await.unwrap_err().to_string();
        assert!(again.contains("exists already"), "{again}");
        for name in ["../x", ".x", "", "a/b"] {
            assert!(call("dump", name).await.unwrap_err().to_string().contains("name of a backup"));
        }
        let missing = call("restore", "pre_1,public.nothing").await.unwrap_err().to_string();
        assert!(missing.contains("holds no rows of table public.nothing"), "{missing}");
        assert!(call("restore", "pre_1").await.unwrap_err().to_string().contains("names its tables"));
        std::fs::write(directory.path().join("mine.confiture.dump"), "no archive").unwrap();
        std::fs::write(directory.path().join("mine.dump"), "PGDMP").unwrap();
        assert_eq!(call("prune", "1").await.unwrap().rows_affected, 0);
        let long_ago = std::time::SystemTime::now() - Duration::from_secs(3 * 86_400);
        for entry in std::fs::read_dir(directory.path()).unwrap() {
            std::fs::File::options().write(true).open(entry.unwrap().path()).unwrap().set_modified(long_ago).unwrap();
        }
        assert_eq!(call("prune", "1").await.unwrap().rows_affected, 1);
        let mut left: Vec<_> =
            std::fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["mine.confiture.dump", "mine.dump"]);
    });
}
