//! A guest that carries WASI finds nothing behind it.

use crate::host::{active, load, run, view};
use confiture_engine::lint;
use confiture_host::LintGrant;
use serde_json::json;

fn found(rule: &str) -> Vec<String> {
    let report = run(async {
        let plugin = load("prying", "prying", LintGrant::default()).await.unwrap();
        lint::run(&[plugin], &[active("prying", rule, json!({}))], &view()).await
    });
    assert_eq!(report.faults, []);
    report.findings.into_iter().map(|finding| finding.message).collect()
}

#[test]
fn there_are_no_files() {
    assert_eq!(found("files"), Vec::<String>::new());
}

#[test]
fn there_are_no_sockets() {
    assert_eq!(found("sockets"), Vec::<String>::new());
}

#[test]
fn there_are_no_names() {
    assert_eq!(found("names"), Vec::<String>::new());
}

#[test]
fn there_is_no_environment() {
    assert!(std::env::vars().next().is_some(), "this process has an environment that could leak");
    assert_eq!(found("environment"), Vec::<String>::new());
}
