//! A capability that the plugin did not declare.

use crate::host::{active, load, run, view};
use confiture_engine::lint;
use confiture_host::LintGrant;
use confiture_model::{
    fault::{FaultKind, PluginError},
    plugin::{Capabilities, DatabaseAccess},
};
use serde_json::json;

#[test]
fn it_is_refused_before_it_runs() {
    let fault = run(load("sneaky", "undeclared", LintGrant::default())).err().unwrap();
    let expected = "plugin `sneaky`, in `load`: reading the database was refused: not granted; this would grant it: \
                    `grant = { database = \"read\" }` under `[plugins.sneaky]`";
    assert_eq!((fault.code(), fault.to_string().as_str()), ("denied", expected));
}

#[test]
fn a_grant_alone_does_not_help() {
    let capabilities = Capabilities { database: DatabaseAccess::Read, ..Capabilities::default() };
    let report = run(async {
        let plugin = load("sneaky", "undeclared", LintGrant { capabilities, ..LintGrant::default() }).await.unwrap();
        lint::run(&[plugin], &[active("sneaky", "peek", json!({}))], &view()).await
    });
    let [fault] = report.faults.as_slice() else { panic!("{:?}", report.faults) };
    let FaultKind::Reported(PluginError::Denied(why)) = &fault.kind else { panic!("{fault}") };
    assert!(why.contains("does not ask for the database"), "{why}");
}
