//! Hostile guests: each ends in its own clear error, and the other rules and plugins still report.

mod database;
mod hooks;
mod hooks_hostile;
mod live_database;
mod masking;
mod memory;
mod results;
mod time;
mod undeclared;
mod wasi;

use confiture_engine::lint::{
    self,
    report::LintReport,
    rule::{ActiveRule, Scope},
};
use confiture_host::{Host, HostOptions, Limits, LintGrant};
use confiture_model::{
    fault::{Fault, FaultKind},
    finding::Severity,
    plugin::{LintPlugin, SchemaView},
    rule::RuleSetting,
    schema::{Persistence, Relation, RelationKind, Snapshot},
};
use confiture_tests::plugin_wasm;
use serde_json::{Value, json};
use std::{future::Future, sync::Arc, time::Duration};

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// Bounds that a busy machine keeps. Tests of the time limit bring their own.
fn limits() -> Limits {
    Limits { call_timeout: Duration::from_secs(120), describe_timeout: Duration::from_secs(60), ..Limits::default() }
}

async fn load(name: &str, guest: &str, grant: LintGrant) -> Result<Arc<dyn LintPlugin>, Fault> {
    let host = Host::new(HostOptions { cache_dir: None, limits: limits() }).unwrap();
    host.open(name, &plugin_wasm(guest), None).await?.lint(grant).await
}

fn active(plugin: &str, rule: &str, options: Value) -> ActiveRule {
    ActiveRule {
        plugin: plugin.to_owned(),
        setting: RuleSetting { instance: rule.to_owned(), id: rule.to_owned(), options },
        severity: Severity::Warning,
        severity_chosen: false,
        message: None,
        scope: Scope::default(),
        origin: None,
    }
}

/// Two tables.
fn view() -> SchemaView {
    let relations = ["customers", "orders"].map(table).to_vec();
    SchemaView {
        snapshot: Arc::new(Snapshot { relations, ..Snapshot::empty(150_000) }),
        environment: "test".to_owned(),
        masked_columns: Default::default(),
    }
}

fn table(name: &str) -> Relation {
    Relation {
        schema: "public".to_owned(),
        name: name.to_owned(),
        kind: RelationKind::Table,
        persistence: Persistence::Permanent,
        owner: "shop".to_owned(),
        comment: None,
        columns: Vec::new(),
        constraints: Vec::new(),
        indexes: Vec::new(),
        depends_on: Vec::new(),
        definition: None,
        row_security: false,
        row_security_forced: false,
        policies: Vec::new(),
        settings: Vec::new(),
        estimated_rows: None,
        bytes: None,
        sequential_scans: None,
        index_scans: None,
        rows_inserted: None,
        rows_updated: None,
        rows_deleted: None,
        partition_of: None,
        source: None,
        extra: None,
    }
}

/// Runs one bad rule beside a good one of its own plugin and a good one of another, and checks that both of these report.
/// What became of the bad one is the answer.
fn beside_good_ones(rule: &str, limits: Limits) -> FaultKind {
    let report = run(async {
        let grant = || LintGrant { limits: Some(limits.clone()), ..LintGrant::default() };
        let plugins = [load("bad", "hostile", grant()).await.unwrap(), load("good", "hostile", grant()).await.unwrap()];
        let rules = [
            active("bad", rule, json!({})),
            active("bad", "well-behaved", json!({})),
            active("good", "well-behaved", json!({})),
        ];
        lint::run(&plugins, &rules, &view()).await
    });
    for plugin in ["bad", "good"] {
        assert_eq!(found_by(&report, plugin), ["customers", "orders"], "of plugin `{plugin}`: {:?}", report.faults);
    }
    let [fault] = report.faults.as_slice() else { panic!("{:?}", report.faults) };
    assert_eq!((fault.plugin.as_str(), fault.item.as_deref()), ("bad", Some(rule)), "{fault}");
    assert_eq!(fault.call, "check-schema");
    fault.kind.clone()
}

fn found_by<'r>(report: &'r LintReport, plugin: &str) -> Vec<&'r str> {
    let of_plugin = report.findings.iter().filter(|finding| finding.plugin == plugin);
    of_plugin.map(|finding| finding.subject.name.as_str()).collect()
}
