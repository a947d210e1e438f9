//! The bundled hooks: the component, in the real host, on the connection of a migration on a real server.

mod backfill;
mod checks;
mod upkeep;

use confiture_host::{Directories, HookGrant, Host, HostOptions, Limits};
use confiture_model::{
    fault::Fault,
    hook::{HookCall, HookContext, HookOutcome, HookPlugin, HookPowers, HookStep, Phase},
    migration::{Direction, Footing, Loan, MigrationConnection as _},
    plugin::{Capabilities, DatabaseAccess, DirectoryAccess},
};
use confiture_postgres::{
    connect::{ConnectOptions, ProcessEnvironment},
    migration::{PgMigrationConnection, PgMigrationConnector},
    session::PgSession,
};
use confiture_tests::{cluster::database, plugin_wasm};
use serde_json::{Value, json};
use std::{collections::VecDeque, path::Path, sync::Arc, time::Duration};

/// The bundled plugin with the grant that it ships with, and a directory of queries to read.
pub async fn hooks_core(queries: Option<&Path>) -> Arc<dyn HookPlugin> {
    let limits = Limits {
        call_timeout: Duration::from_secs(120),
        describe_timeout: Duration::from_secs(60),
        ..Limits::default()
    };
    let host = Host::new(HostOptions { cache_dir: None, limits }).expect("a host");
    let plugin = host.open("hooks-core", &plugin_wasm("hooks-core"), None).await.expect("the bundled plugin");
    let mut capabilities = Capabilities { database: DatabaseAccess::Write, backup: true, ..Capabilities::default() };
    capabilities.directories.insert("tests/queries".to_owned(), DirectoryAccess::Read);
    let mut directories = Directories::default();
    if let Some(path) = queries {
        directories.grant("tests/queries", path, DirectoryAccess::Read).expect("a directory");
    }
    plugin
        .hooks(HookGrant { capabilities, directories, ..HookGrant::default() })
        .await
        .unwrap_or_else(|f| panic!("{f}"))
}

/// A migration that is under way on a database of its own.
struct Migration {
    plugin: Arc<dyn HookPlugin>,
    connection: PgMigrationConnection,
    context: HookContext,
}

impl Migration {
    /// After these statements.
    async fn begun(sql: &[&str]) -> Self {
        Self::with(hooks_core(None).await, sql).await
    }

    async fn with(plugin: Arc<dyn HookPlugin>, sql: &[&str]) -> Self {
        let (url, _) = database(&[]).await;
        let options = ConnectOptions::from_url(&url, &ProcessEnvironment).expect("options");
        let mut connection = PgMigrationConnector::new(options, "test@test").open().await.expect("a connection");
        connection.begin(10_000, 0).await.expect("a transaction");
        for statement in sql {
            connection.execute(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
        let context = HookContext {
            migration: "003_example".to_owned(),
            version: "003".to_owned(),
            direction: Direction::Up,
            phase: Phase::AfterDdl,
            environment: "test".to_owned(),
            dry_run: false,
            statistics: json!({}),
            failure: None,
        };
        Self { plugin, connection, context }
    }

    /// In the transaction that is open, or outside one.
    async fn lend(&mut self) -> Loan {
        let is_open = self.connection.in_transaction().await.expect("an answer");
        let footing = if is_open { Footing::Transaction } else { Footing::Outside };
        self.connection.lend(DatabaseAccess::Write, false, footing).await.expect("the connection")
    }

    async fn plan(&mut self, hook: &str, options: &Value) -> Result<Vec<HookStep>, Fault> {
        let loan = self.lend().await;
        let powers =
            HookPowers { database: Some(loan.database.clone()), progress: None, timeout: Duration::from_secs(120) };
        let options = options.to_string();
        self.plugin.plan(HookCall { hook, options: &options, context: &self.context }, powers).await
    }

    async fn step(&mut self, hook: &str, options: &Value, step: &HookStep) -> Result<HookOutcome, Fault> {
        let loan = self.lend().await;
        let powers =
            HookPowers { database: Some(loan.database.clone()), progress: None, timeout: Duration::from_secs(120) };
        let options = options.to_string();
        self.plugin.run(HookCall { hook, options: &options, context: &self.context }, step, powers).await
    }

    /// Plans and runs a hook.
    async fn run(&mut self, hook: &str, options: Value) -> Result<Vec<HookOutcome>, Fault> {
        let placed = self.plugin.place(hook, &options.to_string()).await?;
        assert!(placed.notes.iter().all(|note| !note.is_empty()));
        let mut steps: VecDeque<_> = self.plan(hook, &options).await?.into();
        let mut outcomes = Vec::new();
        while let Some(step) = steps.pop_front() {
            let mut outcome = self.step(hook, &options, &step).await?;
            outcome.next.drain(..).rev().for_each(|next| steps.push_front(next));
            outcomes.push(outcome);
        }
        Ok(outcomes)
    }

    /// Runs a hook that must succeed: how many rows it changed.
    async fn rows(&mut self, hook: &str, options: Value) -> u64 {
        let outcomes = self.run(hook, options).await.unwrap_or_else(|fault| panic!("{fault}"));
        outcomes.iter().map(|outcome| outcome.rows_affected).sum()
    }

    /// A statement of the migration's own.
    async fn statement(&mut self, sql: &str) {
        self.connection.execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// Whether a query finds a row.
    async fn holds(&mut self, condition: &str) -> bool {
        let sql = format!("CREATE TEMP TABLE IF NOT EXISTS held AS SELECT WHERE {condition}");
        self.connection.execute("DROP TABLE IF EXISTS pg_temp.held").await.expect("a statement");
        self.connection.execute(&sql).await.unwrap_or_else(|error| panic!("{condition}: {error}"));
        let held = self.connection.execute("DELETE FROM pg_temp.held").await.expect("a statement");
        self.connection.execute("DROP TABLE pg_temp.held").await.expect("a statement");
        held > 0
    }
}

/// What a hook said when it failed.
#[track_caller]
fn said(result: Result<Vec<HookOutcome>, Fault>) -> String {
    match result {
        Err(fault) => fault.to_string(),
        Ok(outcomes) => panic!("expected a failure, got {outcomes:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hooks_are_those_of_the_specification() {
    let plugin = hooks_core(None).await;
    let ids: Vec<&str> = plugin.hooks().iter().map(|hook| hook.id.as_str()).collect();
    for id in [
        "analyze_statistics",
        "backfill_read_model",
        "backup_database",
        "capture_statistics",
        "drop_temporary_tables",
        "rebuild_index",
        "rebuild_read_models",
        "restore_from_backup",
        "sql",
        "test_application_queries",
        "verify_consistency",
    ] {
        assert!(ids.contains(&id), "{id} is missing");
    }
    let wrong = plugin.place("rebuild_index", r#"{"indexes": ["a"], "concurent": true}"#).await.unwrap_err();
    assert!(wrong.to_string().contains("`/concurent`"), "{wrong}");
}

/// A session beside a migration's, on a database of its own.
async fn beside(sql: &[&str]) -> (PgSession, Migration) {
    let (url, session) = database(sql).await;
    let options = ConnectOptions::from_url(&url, &ProcessEnvironment).expect("options");
    let connection = PgMigrationConnector::new(options, "test@test").open().await.expect("a connection");
    let Migration { plugin, context, .. } = Migration::begun(&[]).await;
    (session, Migration { plugin, connection, context })
}

/// Each bundled plugin is opened only for what it is said to offer.
#[tokio::test(flavor = "multi_thread")]
async fn the_bundled_plugins_offer_what_is_said_of_them() {
    let limits = Limits { describe_timeout: Duration::from_secs(60), ..Limits::default() };
    let host = Host::new(HostOptions { cache_dir: None, limits }).expect("a host");
    for bundled in confiture_bundled::plugins() {
        let plugin = host.open(bundled.name, &plugin_wasm(bundled.name), None).await.expect("the bundled plugin");
        let offers: Vec<String> = plugin.offers().iter().map(|offer| format!("{offer:?}").to_lowercase()).collect();
        assert_eq!(offers, [bundled.offers], "{}", bundled.name);
    }
}
