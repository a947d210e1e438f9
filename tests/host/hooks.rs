//! Hooks at work: what they are told and answer, and what a call may use.

use crate::host::{limits, run};
use confiture_host::{Directories, HookGrant, Host, HostOptions};
use confiture_model::{
    BoxFuture,
    database::{QueryError, ReadDatabase, Rows, Value},
    fault::{Fault, FaultKind, PluginError},
    hook::{
        HookCall, HookContext, HookDatabase, HookOutcome, HookPlugin, HookPowers, HookStep, Phase, Placement,
        ProgressSink,
    },
    migration::Direction,
    plugin::{Capabilities, DatabaseAccess, DirectoryAccess},
};
use confiture_tests::plugin_wasm;
use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

pub fn granted() -> Capabilities {
    let mut grant = Capabilities { database: DatabaseAccess::Write, backup: true, ..Capabilities::default() };
    grant.directories.insert("backups".to_owned(), DirectoryAccess::Write);
    grant
}

/// The guest with all that it asks for.
pub async fn hooking(backups: &Path, grant: HookGrant) -> Arc<dyn HookPlugin> {
    let host = Host::new(HostOptions { cache_dir: None, limits: limits() }).unwrap();
    let plugin = host.open("hooking", &plugin_wasm("hooking"), None).await.unwrap();
    let mut directories = Directories::default();
    directories.grant("backups", backups, DirectoryAccess::Write).unwrap();
    plugin.hooks(HookGrant { capabilities: granted(), directories, ..grant }).await.unwrap()
}

pub fn context() -> HookContext {
    HookContext {
        migration: "add_orders".to_owned(),
        version: "1".to_owned(),
        direction: Direction::Up,
        phase: Phase::AfterDdl,
        environment: "test".to_owned(),
        dry_run: true,
        statistics: serde_json::json!({"a": 1}),
        failure: None,
    }
}

pub fn powers(database: Option<Arc<dyn HookDatabase>>) -> HookPowers {
    HookPowers { database, progress: None, timeout: Duration::from_secs(120) }
}

/// Runs a hook whose one step has this text for arguments.
pub async fn ran(
    plugin: &Arc<dyn HookPlugin>,
    hook: &str,
    text: &str,
    powers: HookPowers,
) -> Result<HookOutcome, Fault> {
    let step =
        HookStep { title: "a step".to_owned(), arguments: text.to_owned(), estimated_rows: None, parallel: false };
    plugin.run(HookCall { hook, options: "{}", context: &context() }, &step, powers).await
}

/// A hook without a database.
fn alone(hook: &str, text: &str) -> Result<HookOutcome, Fault> {
    let directory = tempfile::tempdir().unwrap();
    run(async { ran(&hooking(directory.path(), HookGrant::default()).await, hook, text, powers(None)).await })
}

#[test]
fn hooks_are_listed_placed_and_planned() {
    let directory = tempfile::tempdir().unwrap();
    run(async {
        let plugin = hooking(directory.path(), HookGrant::default()).await;
        let hook = &plugin.hooks()[0];
        assert_eq!((hook.id.as_str(), hook.phases.as_slice()), ("execute", &Phase::ALL[..]));
        let placing = plugin.place("execute", "autocommit").await.unwrap();
        assert_eq!((placing.placement, placing.rehearsable), (Placement::Autocommit, false));
        let denied = plugin.place("execute", "ask").await.unwrap_err();
        assert!(denied.to_string().contains("asked before anything exists"), "{denied}");
        let call = HookCall { hook: "execute", options: "SELECT 1", context: &context() };
        let steps = plugin.plan(call, powers(None)).await.unwrap();
        assert_eq!(
            (steps[0].title.as_str(), steps[0].arguments.as_str(), steps[0].estimated_rows),
            ("execute once", "SELECT 1", Some(7))
        );
    });
}

#[test]
fn lies_are_malformed() {
    for (hook, text, why) in [
        ("lie-rows", "", "more than any table"),
        ("lie-json", "[1]", "no JSON object"),
        ("lie-json", "{\"a\": NaN}", "no JSON"),
    ] {
        match alone(hook, text).unwrap_err() {
            Fault { kind: FaultKind::Malformed(said), item: Some(item), call, .. } => {
                assert!(said.contains(why), "{said}");
                assert_eq!((item.as_str(), call.as_str()), (hook, "run"));
            }
            other => panic!("{other}"),
        }
    }
    let directory = tempfile::tempdir().unwrap();
    let planned = run(async {
        let plugin = hooking(directory.path(), HookGrant::default()).await;
        let call = HookCall { hook: "lie-steps", options: "", context: &context() };
        plugin.plan(call, powers(None)).await
    });
    assert!(planned.unwrap_err().to_string().contains("without a title"));
}

#[test]
fn a_hook_that_breaks_is_replaced() {
    let directory = tempfile::tempdir().unwrap();
    run(async {
        let plugin = hooking(directory.path(), HookGrant::default()).await;
        let spin = HookPowers { timeout: Duration::from_millis(300), ..powers(None) };
        assert_eq!(ran(&plugin, "spin", "", spin).await.unwrap_err().code(), "timed-out");
        assert_eq!(ran(&plugin, "trap", "", powers(None)).await.unwrap_err().code(), "trap");
        assert_eq!(ran(&plugin, "grow", "", powers(None)).await.unwrap_err().code(), "memory-exceeded");
        assert_eq!(ran(&plugin, "lie-json", "{}", powers(None)).await.unwrap().rows_affected, 1);
    });
}

/// Remembers the last report.
#[derive(Default)]
struct Bar(Mutex<String>);

impl ProgressSink for Bar {
    fn report(&self, done: u64, total: Option<u64>, what: &str) {
        *self.0.lock().unwrap() = format!("{done} of {total:?} {what}");
    }
}

#[test]
fn progress_is_passed_on_and_the_context_arrives() {
    let directory = tempfile::tempdir().unwrap();
    let bar = Arc::new(Bar::default());
    let progress: Option<Arc<dyn ProgressSink>> = Some(bar.clone());
    let outcome = run(async {
        let plugin = hooking(directory.path(), HookGrant::default()).await;
        ran(&plugin, "report", "", HookPowers { progress, ..powers(None) }).await
    });
    assert_eq!(outcome.unwrap().rows_affected, 1);
    assert_eq!(*bar.0.lock().unwrap(), "3 of Some(7) things");
}

#[test]
fn without_a_database_or_a_backup_tool_the_call_is_denied() {
    for hook in ["execute", "query", "dump", "prune"] {
        match alone(hook, "name").unwrap_err().kind {
            FaultKind::Reported(PluginError::Denied(_)) => {}
            other => panic!("{hook}: {other:?}"),
        }
    }
}

#[test]
fn files_are_those_of_granted_directories() {
    let outcome = alone("files", "hello").unwrap();
    assert_eq!((outcome.rows_affected, outcome.statistics), (1, serde_json::json!({"bytes": 5})));
}

/// Takes whatever is executed, and never answers.
struct Silent;

impl ReadDatabase for Silent {
    fn query<'a>(&'a self, _: &'a str, _: &'a [Value]) -> BoxFuture<'a, Result<Box<dyn Rows>, QueryError>> {
        Box::pin(std::future::pending())
    }

    fn split(&self, _: &str) -> Result<Vec<String>, QueryError> {
        Ok(Vec::new())
    }
}

impl HookDatabase for Silent {
    fn execute<'a>(&'a self, _: &'a str, _: &'a [Value]) -> BoxFuture<'a, Result<u64, QueryError>> {
        Box::pin(std::future::pending())
    }
}

#[test]
fn a_hook_that_waits_for_a_statement_is_stopped() {
    let directory = tempfile::tempdir().unwrap();
    let fault = run(async {
        let plugin = hooking(directory.path(), HookGrant::default()).await;
        let powers = HookPowers { timeout: Duration::from_millis(200), ..powers(Some(Arc::new(Silent))) };
        ran(&plugin, "execute", "SELECT 1", powers).await.unwrap_err()
    });
    assert_eq!(fault.kind, FaultKind::TimedOut { seconds: 0.2 });
}

#[test]
fn without_the_grant_there_are_no_hooks() {
    let fault = run(async {
        let host = Host::new(HostOptions { cache_dir: None, limits: limits() }).unwrap();
        let plugin = host.open("hooking", &plugin_wasm("hooking"), None).await.unwrap();
        plugin.hooks(HookGrant::default()).await.err().unwrap()
    });
    let text = fault.to_string();
    assert!(text.contains("database = \"write\"") && text.contains("backup = true"), "{text}");
}
