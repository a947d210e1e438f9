//! Hooks in the migration's transaction, before it, and after it failed.

use super::*;
use crate::{config, migrate::run::fake::plugin::FakePlugin};
use confiture_model::database::DbError;
use std::sync::Arc;

pub(super) fn acting(server: &Server) -> (Hooks, Arc<FakePlugin>) {
    let plugin = FakePlugin::act(server);
    let plugins: Vec<Arc<dyn confiture_model::hook::HookPlugin>> = vec![Arc::clone(&plugin) as _];
    (Hooks::new(plugins, &config::Config::defaults("."), Some("production")), plugin)
}

pub(super) fn act(phase: &str, hooks: &[&str]) -> String {
    let lines: String = hooks.iter().map(|hook| format!("    - {{type: act, {hook}}}\n")).collect();
    format!("  {phase}:\n{lines}")
}

fn one(hooks: &str) -> Files {
    files(&[
        ("1_a.up.sql", "one; two"),
        ("1_a.down.sql", "not two; not one"),
        ("1_a.hooks.yaml", &format!("hooks:\n{hooks}")),
    ])
}

fn every_phase() -> String {
    [
        act("before_ddl", &["steps: [b1, b2]"]),
        act("after_ddl", &["steps: [+d1, d2]"]),
        act("after_validation", &["steps: [v]"]),
        act("cleanup", &["steps: [c]"]),
        act("on_error", &["steps: [e]"]),
    ]
    .concat()
}

fn effects(server: &Server) -> Vec<String> {
    server.state().database.effects.clone()
}

fn up_one(server: &Server, hooks: &str) -> (Result<RunReport, RunError>, Vec<String>) {
    up_with(server, &one(hooks), &acting(server).0)
}

#[test]
fn every_phase_runs_in_its_place() {
    let server = Server::new();
    let (outcome, notes) = up_one(&server, &every_phase());
    let report = outcome.expect("applies");
    assert_eq!(effects(&server), ["b1", "b2", "one", "two", "d1", "d1 found", "d2", "v", "c"]);
    // Off while hooks run, on for the statements.
    assert_eq!(server.state().lock_timeouts, [0, 2_000, 0, 2_000]);
    let record = &report.migrations[0].hooks[1];
    assert_eq!((record.steps, record.rows, record.tries), (3, 3, 1));
    assert_eq!(record.notes, ["did d1", "did d1 found", "did d2"]);
    assert_eq!(record.timings.len(), 3);
    let events = server.state().database.events.clone();
    assert_eq!(events[0].details["hooks"][1]["statistics"], serde_json::json!({"d1": 1, "d1 found": 1, "d2": 1}));
    for note in ["hook-started", "step-started", "step-finished", "hook-progress", "hook-finished"] {
        assert!(notes.iter().any(|other| other == note), "{note}");
    }
}

#[test]
fn statistics_reach_later_hooks() {
    let server = Server::new();
    let (hooks, plugin) = acting(&server);
    let condition = "condition: 'statistics.act.b == 1', steps: [d]";
    let never = "when: \"environment contains 'stag'\", steps: [never]";
    let all = [act("before_ddl", &["steps: [b]"]), act("after_ddl", &[condition, never])].concat();
    let report = up_with(&server, &one(&all), &hooks).0.expect("applies");
    let told = plugin.told.lock().expect("nobody panicked");
    assert_eq!(told[1]["context"]["statistics"], serde_json::json!({"act": {"b": 1}}));
    assert_eq!(told[1]["context"]["environment"], "production");
    assert_eq!(told[1]["context"]["migration"], "1_a");
    assert_eq!(effects(&server), ["b", "one", "two", "d"]);
    assert_eq!(report.migrations[0].hooks[2].skipped.as_deref(), Some("its condition does not hold"));
}

#[test]
fn a_condition_that_fails_fails_the_hook() {
    let server = Server::new();
    let failed = up_one(&server, &act("after_ddl", &["when: statistics.other > 1, steps: [d]"])).0.expect_err("fails");
    assert_eq!(failed.failure.exit_code(), 5);
    let text = "1_a: m/1_a.hooks.yaml:3:14: hook `act` in after_ddl failed: its condition: there is no `other`; `has(...)` \
                asks whether there is";
    assert_eq!(failed.to_string(), text);
    assert_eq!(effects(&server), Vec::<String>::new());
}

#[test]
fn a_failure_in_any_phase_undoes_everything() {
    for phase in ["before_validation", "before_ddl", "after_ddl", "after_validation", "cleanup"] {
        for (step, code, tries) in [("!check", 5, 1), ("!failed", 5, 3), ("!trap", 7, 3)] {
            let server = Server::new();
            let hooks = [act(phase, &[&format!("steps: ['{step}']")]), act("on_error", &["steps: [e]"])].concat();
            let failed = up_one(&server, &hooks).0.expect_err("fails");
            assert_eq!(failed.failure.exit_code(), code, "{phase} {step}");
            let hook = failed.failure.hook().expect("names the hook");
            assert_eq!((hook.phase.as_str(), hook.attempts, hook.step.as_deref()), (phase, tries, Some(step)));
            // Nothing is left but what the on_error hook did.
            assert_eq!(effects(&server), ["e"], "{phase} {step}");
            assert_eq!(server.state().database.entries.len(), 0);
            assert_eq!(kinds(&server), ["failed", "on-error"]);
        }
    }
}

#[test]
fn on_error_is_told_and_fails_beside_the_failure() {
    let server = Server::new();
    let (hooks, plugin) = acting(&server);
    let all = one(&act("on_error", &["steps: ['!check']", "steps: [e]"]));
    server.state().errors.insert("two".into(), [error("53100")].into());
    let failed = up_with(&server, &all, &hooks).0.expect_err("fails");
    assert_eq!(failed.failure.exit_code(), 5);
    let text = failed.to_string();
    assert!(text.starts_with("m/1_a.up.sql:1:6: error 53100"), "{text}");
    assert!(
        text.contains("the on_error hook `act` failed as well: hook act in on_error: a check did not hold: 7 is not 8"),
        "{text}"
    );
    assert!(text.ends_with("the on_error hook `act` ran"), "{text}");
    let told = plugin.told.lock().expect("nobody panicked");
    assert_eq!(told[0]["context"]["failure"], "1_a: statement 2 of 2 failed: error 53100 (SQLSTATE 53100)");
    assert_eq!(effects(&server), ["e"]);
}

#[test]
fn on_error_does_not_run_when_the_connection_is_gone() {
    let server = Server::new();
    let calls = {
        up_one(&server, &every_phase()).0.expect("applies");
        server.state().calls
    };
    for at in 1..=calls {
        let server = Server::new();
        server.state().fault = Some((at, Fault::DieBefore));
        drop(up_one(&server, &every_phase()).0);
        assert!(!effects(&server).contains(&"e".to_owned()), "{at}");
    }
}

#[test]
fn a_step_is_tried_again_from_its_savepoint() {
    let server = Server::new();
    server.state().errors.insert("d2".into(), [error("57014"), error("53000")].into());
    let (outcome, notes) = up_one(&server, &every_phase());
    assert_eq!(outcome.expect("applies").migrations[0].hooks[1].tries, 3);
    assert_eq!(notes.iter().filter(|note| *note == "step-retry").count(), 2);
    assert_eq!(effects(&server), ["b1", "b2", "one", "two", "d1", "d1 found", "d2", "v", "c"]);
}

#[test]
fn a_lock_that_is_not_to_be_had_starts_again_at_before_ddl() {
    let server = Server::new();
    server.state().errors.insert("d2".into(), [error("40P01")].into());
    server.state().errors.insert("two".into(), [error("55P03")].into());
    let (hooks, plugin) = acting(&server);
    let (outcome, _) =
        up_with(&server, &one(&[act("before_validation", &["steps: []"]), every_phase()].concat()), &hooks);
    let report = outcome.expect("applies");
    assert_eq!(report.migrations[0].attempts, 3);
    // What was rolled back is not kept twice.
    assert_eq!(report.migrations[0].hooks.len(), 5);
    assert_eq!(effects(&server), ["b1", "b2", "one", "two", "d1", "d1 found", "d2", "v", "c"]);
    let begun = plugin.told.lock().expect("nobody panicked").iter().filter(|told| told["step"] == "b1").count();
    assert_eq!(begun, 3);
}

#[test]
fn a_hook_that_changes_how_the_session_stands_is_at_fault() {
    let server = Server::new();
    let failed = up_one(&server, &act("after_ddl", &["steps: [set role other]"])).0.expect_err("fails");
    assert_eq!(failed.failure.exit_code(), 7);
    assert!(failed.to_string().contains("it changed role of the session and left it so"), "{failed}");
    assert_eq!(effects(&server), Vec::<String>::new());
}

#[test]
fn before_validation_only_reads() {
    let server = Server::new();
    let failed = up_one(&server, &act("before_validation", &["steps: [write]"])).0.expect_err("fails");
    assert_eq!(failed.failure.exit_code(), 7);
    assert!(failed.to_string().contains("it was refused: it only reads"), "{failed}");
    assert_eq!(effects(&server), Vec::<String>::new());
}

#[test]
fn ctrl_c_stops_a_hook_and_rolls_back() {
    let server = Server::new();
    let hooks = [act("after_ddl", &["steps: ['~']"]), act("on_error", &["steps: [e]"])].concat();
    let failed = up_one(&server, &hooks).0.expect_err("is interrupted");
    assert_eq!(failed.failure.exit_code(), 130);
    assert_eq!(effects(&server), Vec::<String>::new());
    assert_eq!(kinds(&server), ["interrupted"]);
}

#[test]
fn an_error_that_a_hook_keeps_to_itself_is_found_out() {
    let error: DbError = error("23505");
    let server = Server::new();
    server.state().errors.insert("d2".into(), [error].into());
    let failed = up_one(&server, &every_phase()).0.expect_err("fails");
    let report = serde_json::to_string(&failed.failure.report()).expect("can be written");
    assert!(report.contains("23505") && !report.contains("a row"), "{report}");
    assert_eq!(failed.failure.hook().expect("names it").attempts, 1);
}

#[test]
fn the_way_down_has_hooks_of_its_own() {
    let server = Server::new();
    let all = one(&[
        act("after_ddl", &["steps: [d]"]),
        "  rollback:\n    before_ddl: [{type: act, steps: [r1]}]\n    after_ddl: [{type: act, steps: [r2]}]\n"
            .to_owned(),
    ]
    .concat());
    let hooks = acting(&server).0;
    up_with(&server, &all, &hooks).0.expect("applies");
    server.state().database.effects.clear();
    down_with(&server, &all, &hooks, &Undo::Steps(1)).expect("undoes");
    assert_eq!(effects(&server), ["r1", "not two", "not one", "r2"]);
    assert_eq!(server.state().database.entries.len(), 0);
}
