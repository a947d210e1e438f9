//! Stages after the commit, hooks of migrations outside transactions, and death at every call of both.

use super::{
    hooks::{act, acting},
    *,
};
use confiture_model::migration::StepState;

const DOWN: &str =
    "  rollback:\n    after_ddl: [{type: act, steps: [r1]}]\n    after_migration: [{type: act, steps: [r2, r3]}]\n";

fn staged() -> Files {
    let hooks = [
        act("before_ddl", &["steps: [b]"]),
        act("after_ddl", &["steps: [d]", "steps: [+s1, s2], place: own-transaction", "steps: [s3]"]),
        act("after_migration", &["steps: [concurrently m], place: autocommit", "steps: [n]"]),
    ]
    .concat();
    files(&[
        ("1_a.up.sql", "one; two"),
        ("1_a.down.sql", "not two; not one"),
        ("1_a.hooks.yaml", &format!("hooks:\n{hooks}{DOWN}")),
        ("2_b.sql", "three"),
    ])
}

const STAGED: [&str; 10] = ["b", "one", "two", "d", "s1", "s1 found", "s2", "s3", "concurrently m", "n"];

fn effects(server: &Server) -> Vec<String> {
    server.state().database.effects.clone()
}

fn progress(server: &Server) -> Option<Progress> {
    server.state().database.entries.get("1").map(|entry| entry.progress.clone())
}

#[test]
fn stages_run_behind_the_commit_in_order() {
    let server = Server::new();
    let (outcome, notes) = up_with(&server, &staged(), &acting(&server).0);
    let report = outcome.expect("applies");
    assert_eq!(effects(&server), [&STAGED[..], &["three"]].concat());
    assert_eq!(report.migrations[0].hooks.len(), 6);
    assert_eq!(progress(&server), Some(Progress::Applied));
    assert_eq!(server.state().database.steps.len(), 0);
    let expected = ["applied", "stage-done", "stage-done", "stage-done", "stage-done", "stages-done", "applied"];
    assert_eq!(kinds(&server), expected);
    assert!(notes.iter().any(|note| note == "committed"));
}

#[test]
fn a_stage_that_fails_keeps_the_ddl_and_goes_on_later() {
    let server = Server::new();
    let (hooks, plugin) = acting(&server);
    server.state().errors.insert("s2".into(), vec![error("57014"); 3].into());
    let failed = up_with(&server, &staged(), &hooks).0.expect_err("stops");
    assert_eq!(failed.failure.exit_code(), 9);
    let text = failed.to_string();
    assert!(text.contains("at step `s2`"), "{text}");
    assert!(text.contains("1_a is applied, and 0 of its 4 stages after the commit are done"), "{text}");
    assert!(text.contains("`confiture migrate down` undoes 1_a"), "{text}");
    assert_eq!(effects(&server), STAGED[..6]);
    assert_eq!(progress(&server), Some(Progress::StagesPending { done: 0 }));
    plugin.told.lock().expect("nobody panicked").clear();
    let report = up_with(&server, &staged(), &hooks).0.expect("goes on");
    assert_eq!(report.migrations[0].action, crate::migrate::plan::Action::ResumeStages { done: 0 });
    assert_eq!(effects(&server), [&STAGED[..], &["three"]].concat());
    // What earlier hooks measured is known again.
    let told = plugin.told.lock().expect("nobody panicked");
    assert_eq!(told[0]["context"]["statistics"], serde_json::json!({"act": {"b": 1}, "act-2": {"d": 1}}));
}

#[test]
fn a_stage_that_fails_runs_on_error() {
    let server = Server::new();
    let hooks = [act("after_migration", &["steps: ['!check']"]), act("on_error", &["steps: [e]"])].concat();
    let all = files(&[("1_a.sql", "one"), ("1_a.hooks.yaml", &format!("hooks:\n{hooks}"))]);
    let failed = up_with(&server, &all, &acting(&server).0).0.expect_err("stops");
    assert_eq!(failed.failure.exit_code(), 9);
    assert_eq!(effects(&server), ["one", "e"]);
    assert_eq!(kinds(&server), ["applied", "stage-failed", "on-error"]);
}

#[test]
fn what_is_pending_can_be_undone() {
    let server = Server::new();
    let hooks = acting(&server).0;
    server.state().errors.insert("s2".into(), vec![error("57014"); 3].into());
    up_with(&server, &staged(), &hooks).0.expect_err("stops");
    server.state().database.effects.clear();
    down_with(&server, &staged(), &hooks, &Undo::Steps(1)).expect("undoes");
    assert_eq!(effects(&server), ["not two", "not one", "r1", "r2", "r3"]);
    assert_eq!((progress(&server), server.state().database.steps.len()), (None, 0));
}

#[test]
fn ctrl_c_in_a_stage_keeps_what_is_done() {
    let server = Server::new();
    let hooks = act("after_migration", &["steps: [s1, '~', s2]"]);
    let all = files(&[("1_a.sql", "one"), ("1_a.hooks.yaml", &format!("hooks:\n{hooks}"))]);
    let failed = up_with(&server, &all, &acting(&server).0).0.expect_err("is interrupted");
    assert_eq!(failed.failure.exit_code(), 9);
    assert!(failed.to_string().starts_with("interrupted\n1_a is applied, and 0 of its 1 stages"), "{failed}");
    assert_eq!(effects(&server), ["one", "s1"]);
}

#[test]
fn parallel_steps_have_connections_of_their_own() {
    let server = Server::new();
    let hooks = act("after_migration", &["steps: [s1, +s2, s3, s4], parallel_workers: 3"]);
    let all = files(&[("1_a.sql", "one"), ("1_a.hooks.yaml", &format!("hooks:\n{hooks}"))]);
    let hooks = acting(&server).0;
    server.state().errors.insert("s4".into(), [error("40P01"), error("57014")].into());
    let report = up_with(&server, &all, &hooks).0.expect("applies");
    assert_eq!((report.migrations[0].hooks[0].steps, report.migrations[0].hooks[0].rows), (5, 5));
    assert_eq!(server.state().sessions, 4);
    assert_eq!(effects(&server), ["one", "s1", "s2", "s3", "s4", "s2 found"]);
}

#[test]
fn a_session_that_a_stage_changes_is_a_fault() {
    let server = Server::new();
    let hooks = act("after_migration", &["steps: [set role other]"]);
    let all = files(&[("1_a.sql", "one"), ("1_a.hooks.yaml", &format!("hooks:\n{hooks}"))]);
    let failed = up_with(&server, &all, &acting(&server).0).0.expect_err("stops");
    assert!(failed.to_string().contains("it changed role of the session"), "{failed}");
    assert_eq!(failed.failure.exit_code(), 9);
}

const FAULTS: [Fault; 5] = [Fault::DieBefore, Fault::DieAfter, Fault::LoseBefore, Fault::LoseAfter, Fault::Error];

#[test]
fn death_of_parallel_steps() {
    let hooks = act("after_migration", &["steps: [s1, +s2, s3, s4], parallel_workers: 3"]);
    let all = files(&[("1_a.sql", "one"), ("1_a.hooks.yaml", &format!("hooks:\n{hooks}"))]);
    let whole = Server::new();
    up_with(&whole, &all, &acting(&whole).0).0.expect("applies");
    for at in 1..=whole.state().calls {
        for fault in FAULTS {
            let server = Server::new();
            server.state().fault = Some((at, fault));
            drop(up_with(&server, &all, &acting(&server).0).0);
            server.mend();
            up_with(&server, &all, &acting(&server).0).0.unwrap_or_else(|failed| panic!("{fault:?} at {at}: {failed}"));
            let mut found = effects(&server);
            found.sort();
            assert_eq!(found, ["one", "s1", "s2", "s2 found", "s3", "s4"], "{fault:?} at {at}");
        }
    }
}

#[test]
fn an_approved_plan_goes_on_with_its_stages() {
    use crate::migrate::plan::{Approval, RefusalCode, plan_up};
    let all = staged();
    let count = {
        let server = Server::new();
        up_with(&server, &all, &acting(&server).0).0.expect("applies");
        server.state().calls
    };
    for at in 1..=count {
        let server = Server::new();
        let hooks = acting(&server).0;
        let plan = block_on(plan_up(&all, &[], &request(), &hooks));
        let database = block_on(async { server.connect().await?.identity().await }).expect("is known");
        let request = UpRequest { approval: Some(Approval::of(&plan, &[], &request(), database)), ..request() };
        server.state().fault = Some((at, Fault::LoseAfter));
        let (options, mut notes) = (RunOptions::default(), Notes::default());
        let surroundings = Surroundings {
            connector: &server,
            files: &all,
            hooks: &hooks,
            options: &options,
            pace: &server,
            observer: &mut notes,
        };
        if let Err(failed) = block_on(up(surroundings, &request)) {
            let RunFailure::Refused(plan) = &failed.failure else { continue };
            assert!(plan.refusals.iter().all(|refusal| refusal.code != RefusalCode::NotApproved), "{at}: {failed}");
        } else if notes.0.iter().any(|note| note == "outcome-found") {
            assert_eq!(effects(&server), [&STAGED[..], &["three"]].concat(), "{at}");
        }
    }
}

/// Dies at every call; every effect is there once in the end, but those outside of transactions, which may be repeated.
fn die_everywhere(
    run: &dyn Fn(&Server) -> Result<RunReport, RunError>,
    server: &dyn Fn() -> Server,
    expected: &[&str],
) {
    let whole = server();
    let before = whole.state().calls;
    run(&whole).unwrap_or_else(|failed| panic!("{failed}"));
    let calls = whole.state().calls - before;
    assert_eq!(effects(&whole), expected);
    for at in 1..=calls {
        for fault in FAULTS {
            let what = format!("{fault:?} at call {at} of {calls}");
            let server = server();
            server.state().fault = Some((before + at, fault));
            let outcome = run(&server);
            if let Err(failed) = &outcome {
                let is_begun =
                    server.state().database.entries.values().any(|entry| entry.progress != Progress::Applied);
                assert!(!(is_begun && failed.failure.exit_code() == 5), "{what}: {failed}");
            }
            server.mend();
            run(&server).unwrap_or_else(|failed| panic!("{what}: {failed}"));
            let mut found = effects(&server);
            found.dedup_by(|a, b| a == b && a.starts_with("concurrently"));
            assert_eq!(found, expected, "{what}");
            assert_eq!(server.state().database.steps.len(), 0, "{what}");
            let pending = |entry: &LedgerEntry| entry.progress != Progress::Applied;
            assert!(!server.state().database.entries.values().any(pending), "{what}");
        }
    }
}

#[test]
fn death_in_a_migration_with_stages() {
    let all = staged();
    let run = |server: &Server| up_with(server, &all, &acting(server).0).0;
    die_everywhere(&run, &Server::new, &[&STAGED[..], &["three"]].concat());
}

#[test]
fn death_on_the_way_down() {
    let all =
        files(&[("1_a.up.sql", "one"), ("1_a.down.sql", "not one"), ("1_a.hooks.yaml", &format!("hooks:\n{DOWN}"))]);
    let applied = || {
        let server = Server::new();
        up_with(&server, &all, &acting(&server).0).0.expect("applies");
        server.state().database.effects.clear();
        server
    };
    let run = |server: &Server| down_with(server, &all, &acting(server).0, &Undo::Steps(1));
    die_everywhere(&run, &applied, &["not one", "r1", "r2", "r3"]);
}

fn outside() -> Files {
    let sql = "-- confiture: transaction = false\none;\ncreate index concurrently i on t (a);\ntwo";
    let hooks = [
        act("before_ddl", &["steps: [b1]", "steps: [b2]"]),
        act("after_ddl", &["steps: [+d]"]),
        act("cleanup", &["steps: [c]"]),
        act("after_migration", &["steps: [m]"]),
    ]
    .concat();
    files(&[("1_a.sql", sql), ("1_a.hooks.yaml", &format!("hooks:\n{hooks}"))])
}

const OUTSIDE: [&str; 9] = ["b1", "b2", "one", "create index concurrently i on t (a)", "two", "d", "d found", "c", "m"];

#[test]
fn death_in_a_migration_outside_a_transaction() {
    let all = outside();
    let run = |server: &Server| up_with(server, &all, &acting(server).0).0;
    die_everywhere(&run, &Server::new, &OUTSIDE);
}

#[test]
fn hooks_of_a_migration_outside_a_transaction_do_not_run_twice() {
    let server = Server::new();
    let hooks = acting(&server).0;
    server.state().errors.insert("c".into(), [error("23505")].into());
    let failed = up_with(&server, &outside(), &hooks).0.expect_err("stops");
    assert_eq!(failed.failure.exit_code(), 9);
    assert_eq!(effects(&server), OUTSIDE[..7]);
    assert_eq!(progress(&server), Some(Progress::Partial { done: 3, started: false }));
    let done = server.state().database.steps.values().filter(|step| step.state == StepState::Done).count();
    assert_eq!(done, 3);
    up_with(&server, &outside(), &hooks).0.expect("goes on");
    assert_eq!(effects(&server), OUTSIDE);
}

#[test]
fn one_whose_first_hook_fails_was_never_begun() {
    let server = Server::new();
    let hooks = acting(&server).0;
    server.state().errors.insert("b1".into(), [error("23505")].into());
    let failed = up_with(&server, &outside(), &hooks).0.expect_err("fails");
    assert_eq!(failed.failure.exit_code(), 5);
    assert_eq!(server.state().database.entries.len(), 0);
    assert_eq!(effects(&server), Vec::<String>::new());
}
