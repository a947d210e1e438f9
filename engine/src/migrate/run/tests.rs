use super::{
    fake::{Fault, Notes, Server, error},
    *,
};
use crate::migrate::{Version, files::discover, plan::RefusalCode};
use confiture_model::migration::Progress;

mod hooks;
mod kill_points;
mod stages;

fn files(all: &[(&str, &str)]) -> Files {
    let directory = tempfile::TempDir::new().expect("a directory");
    for (name, text) in all {
        std::fs::write(directory.path().join(name), text).expect("is written");
    }
    discover(directory.path(), "m").expect("reads")
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

fn request() -> UpRequest {
    UpRequest { lock_timeout_ms: 2_000, ..UpRequest::default() }
}

fn run_up(server: &Server, files: &Files) -> (Result<RunReport, RunError>, Vec<String>) {
    up_with(server, files, &Hooks::none())
}

fn up_with(server: &Server, files: &Files, hooks: &Hooks) -> (Result<RunReport, RunError>, Vec<String>) {
    let (options, mut notes) = (RunOptions::default(), Notes::default());
    let surroundings =
        Surroundings { connector: server, files, hooks, options: &options, pace: server, observer: &mut notes };
    let outcome = block_on(up(surroundings, &request()));
    (outcome, notes.0)
}

fn run_down(server: &Server, files: &Files, undo: &Undo) -> Result<RunReport, RunError> {
    down_with(server, files, &Hooks::none(), undo)
}

fn down_with(server: &Server, files: &Files, hooks: &Hooks, undo: &Undo) -> Result<RunReport, RunError> {
    let (options, mut notes) = (RunOptions::default(), Notes::default());
    let surroundings =
        Surroundings { connector: server, files, hooks, options: &options, pace: server, observer: &mut notes };
    block_on(down(surroundings, undo, 2_000))
}

fn titles(report: &RunReport) -> Vec<&str> {
    report.migrations.iter().map(|done| done.title.as_str()).collect()
}

fn kinds(server: &Server) -> Vec<String> {
    server.state().database.events.iter().map(|event| event.kind.clone()).collect()
}

const PAIR: [(&str, &str); 4] = [
    ("1_a.up.sql", "one;\ntwo;\n"),
    ("1_a.down.sql", "not two;\nnot one;\n"),
    ("2_b.up.sql", "three"),
    ("2_b.down.sql", "not three"),
];

#[test]
fn up_and_down_change_database_and_ledger_together() {
    let (server, files) = (Server::new(), files(&PAIR));
    let (outcome, notes) = run_up(&server, &files);
    let report = outcome.expect("applies");
    assert_eq!(titles(&report), ["1_a", "2_b"]);
    assert_eq!((report.migrations[0].statements, report.migrations[0].attempts), (2, 1));
    assert_eq!(report.migrations[0].snapshot, None);
    assert_eq!(report.migrations[1].snapshot.as_deref(), Some("schema of 3 statements"));
    let expected = [
        "planned",
        "migration-started",
        "statement-started",
        "statement-finished",
        "statement-started",
        "statement-finished",
        "migration-finished",
        "migration-started",
        "statement-started",
        "statement-finished",
        "migration-finished",
    ];
    assert_eq!(notes, expected);
    assert_eq!(kinds(&server), ["applied", "applied"]);
    assert_eq!(server.state().lock, None);
    assert_eq!(titles(&run_up(&server, &files).0.expect("nothing to do")), Vec::<&str>::new());
    let report = run_down(&server, &files, &Undo::Steps(2)).expect("undoes");
    assert_eq!(titles(&report), ["2_b", "1_a"]);
    assert_eq!(server.state().database.entries.len(), 0);
    assert_eq!(server.state().database.effects, ["one", "two", "three", "not three", "not two", "not one"]);
}

#[test]
fn what_another_tool_applied_does_not_run_again() {
    let (server, files) = (Server::new(), files(&PAIR));
    let other = ForeignLedger {
        tool: "golang-migrate".to_owned(),
        table: "public.schema_migrations".to_owned(),
        entries: Vec::new(),
        through: Some("1".to_owned()),
        problems: Vec::new(),
    };
    server.state().foreign = vec![other];
    let refused = run_up(&server, &files).0.expect_err("is refused");
    assert_eq!(refused.failure.exit_code(), 8);
    assert!(refused.to_string().contains("migrate adopt"), "{refused}");
    assert!(server.state().database.effects.is_empty());
    server.state().foreign.clear();
    assert_eq!(titles(&run_up(&server, &files).0.expect("applies")), ["1_a", "2_b"]);
}

#[test]
fn a_failing_statement_is_named_and_leaves_nothing() {
    let (server, files) = (Server::new(), files(&PAIR));
    server.state().errors.insert("three".into(), [error("53100")].into());
    let failed = run_up(&server, &files).0.expect_err("fails");
    assert_eq!((failed.failure.exit_code(), titles(&failed.report)), (5, vec!["1_a"]));
    assert_eq!(
        failed.to_string(),
        "m/2_b.up.sql:1:1: error 53100 (SQLSTATE 53100)\n1 | three\n  | ^^^^^\nDETAIL: a row\n\
         help: make room on the server's disk, then run again"
    );
    let report = serde_json::to_string(&failed.failure.report()).expect("can be written");
    assert!(report.contains("53100") && !report.contains("a row"), "{report}");
    // What was done before stays, its schema stored after all; the failure is on record.
    assert_eq!(server.state().database.effects, ["one", "two"]);
    assert_eq!(kinds(&server), ["applied", "failed", "snapshot"]);
    assert_eq!(server.state().lock, None);
    assert_eq!(titles(&run_up(&server, &files).0.expect("goes on")), ["2_b"]);
}

#[test]
fn a_lock_that_is_not_to_be_had_is_tried_again_from_the_start() {
    let (server, files) = (Server::new(), files(&PAIR));
    server.state().errors.insert("two".into(), [error("55P03"), error("40P01"), error("55P03")].into());
    let (outcome, notes) = run_up(&server, &files);
    assert_eq!(outcome.expect("applies").migrations[0].attempts, 4);
    assert_eq!(notes.iter().filter(|note| *note == "retry").count(), 3);
    assert_eq!(server.state().database.effects, ["one", "two", "three"]);
}

#[test]
fn after_ten_tries_nothing_is_left() {
    let (server, files) = (Server::new(), files(&PAIR));
    server.state().errors.insert("two".into(), vec![error("55P03"); 10].into());
    let failed = run_up(&server, &files).0.expect_err("gives up");
    assert_eq!(failed.failure.exit_code(), 5);
    assert!(failed.to_string().contains("tried 10 times"), "{failed}");
    assert!(failed.to_string().contains("lock_timeout = 10s"), "{failed}");
    assert_eq!(server.state().database.effects, Vec::<String>::new());
    assert_eq!(server.state().database.entries.len(), 0);
    assert_eq!(kinds(&server), ["failed"]);
}

#[test]
fn a_second_run_waits_and_names_the_holder() {
    let (server, files) = (Server::new(), files(&PAIR));
    server.state().lock_busy = 3;
    let (outcome, notes) = run_up(&server, &files);
    assert_eq!(titles(&outcome.expect("applies")).len(), 2);
    assert_eq!(notes[..2], ["waiting-for-lock", "planned"]);
    server.state().lock_busy = 1_000;
    let failed = run_up(&server, &files).0.expect_err("gives up");
    assert_eq!(failed.failure.exit_code(), 6);
    let text = failed.to_string();
    assert!(text.contains("process 4711, user deploy, from 10.0.0.7, connected 12 s ago); waited 60.0 s"), "{text}");
}

#[test]
fn a_lost_run_lock_rolls_back() {
    let (server, files) = (Server::new(), files(&PAIR));
    server.state().lock_lost = true;
    let failed = run_up(&server, &files).0.expect_err("is undone");
    assert_eq!(failed.failure.exit_code(), 5);
    assert!(failed.to_string().contains("the run lock was lost; all of it was rolled back"), "{failed}");
    assert_eq!(server.state().database.effects, Vec::<String>::new());
}

#[test]
fn a_script_that_ends_the_transaction_is_found_out() {
    let (server, files) = (Server::new(), files(&[("1_a.sql", "call commits()")]));
    let failed = run_up(&server, &files).0.expect_err("is undone");
    assert!(failed.to_string().contains("it ended the transaction around it"), "{failed}");
    assert_eq!(server.state().database.entries.len(), 0);
}

#[test]
fn ctrl_c_cancels_and_rolls_back() {
    let (server, files) = (Server::new(), files(&[("1_a.sql", "one"), ("2_b.sql", "two; hang; three")]));
    let failed = run_up(&server, &files).0.expect_err("is interrupted");
    assert_eq!((failed.failure.exit_code(), titles(&failed.report)), (130, vec!["1_a"]));
    assert_eq!(failed.to_string(), "interrupted: 2_b was rolled back");
    assert_eq!(server.state().database.effects, ["one"]);
    assert_eq!(kinds(&server), ["applied", "interrupted", "snapshot"]);
}

#[test]
fn what_the_plan_refuses_does_not_begin() {
    let (server, files) = (Server::new(), files(&[("1_a.sql", "one"), ("2_b.sql", "two; commit; three")]));
    let failed = run_up(&server, &files).0.expect_err("is refused");
    assert_eq!(failed.failure.exit_code(), 8);
    let RunFailure::Refused(plan) = &failed.failure else { panic!("{failed}") };
    assert_eq!(plan.refusals[0].code, RefusalCode::TransactionControl);
    assert!(failed.to_string().starts_with("2_b: m/2_b.sql:1:6: COMMIT cannot stand here"), "{failed}");
    assert_eq!(server.state().database.effects, Vec::<String>::new());
}

#[test]
fn a_commit_whose_connection_is_lost_is_asked_about() {
    let all = files(&PAIR);
    let server = Server::new();
    run_up(&server, &all).0.expect("applies");
    let (calls, mut found) = (server.state().calls, 0);
    for at in 1..=calls {
        for fault in [Fault::LoseBefore, Fault::LoseAfter] {
            let server = Server::new();
            server.state().fault = Some((at, fault));
            let (outcome, notes) = run_up(&server, &all);
            if notes.iter().any(|note| note == "outcome-found") {
                let report = outcome.expect("goes on");
                assert_eq!(titles(&report), ["1_a", "2_b"], "{at} {fault:?}");
                found += 1;
            }
            server.mend();
            run_up(&server, &all).0.expect("goes on");
            assert_eq!(server.state().database.effects, ["one", "two", "three"], "{at} {fault:?}");
            let applied = kinds(&server).iter().filter(|kind| *kind == "applied").count();
            assert_eq!(applied, 2, "{at} {fault:?}");
        }
    }
    // Two commits, each lost before and after it took effect.
    assert_eq!(found, 4);
}

#[test]
fn of_two_downs_one_lost_commit_undoes_no_third() {
    let all = files(&[PAIR[0], PAIR[1], PAIR[2], PAIR[3], ("3_c.up.sql", "four"), ("3_c.down.sql", "not four")]);
    let server = Server::new();
    run_up(&server, &all).0.expect("applies");
    let before = server.state().calls;
    run_down(&server, &all, &Undo::Steps(2)).expect("undoes");
    let calls = server.state().calls - before;
    for undo in [Undo::Steps(2), Undo::Migration(Version::parse("3").expect("is one"))] {
        for at in 1..=calls {
            let server = Server::new();
            run_up(&server, &all).0.expect("applies");
            let now = server.state().calls;
            server.state().fault = Some((now + at, Fault::LoseAfter));
            if run_down(&server, &all, &undo).is_ok() {
                let left = if undo == Undo::Steps(2) { 1 } else { 2 };
                assert_eq!(server.state().database.entries.len(), left, "{at}");
            }
        }
    }
}

const OUTSIDE: &str =
    "-- confiture: transaction = false\ncreate table t;\ncreate index concurrently i on t (a);\ninsert;\n";

#[test]
fn statements_outside_a_transaction_run_on_record() {
    let (server, files) = (Server::new(), files(&[("1_a.sql", OUTSIDE)]));
    let report = run_up(&server, &files).0.expect("applies");
    assert_eq!(report.migrations[0].statements, 3);
    assert_eq!(kinds(&server), ["statement-1", "statement-sent", "statement-2", "applied"]);
    let state = server.state();
    assert_eq!(state.database.entries["1"].progress, Progress::Applied);
    assert_eq!(state.database.entries["1"].checksum, files.migrations[0].up.checksum());
    assert!(state.database.indexes["i"]);
}

#[test]
fn one_that_fails_stops_there_and_may_be_mended() {
    let (server, all) = (Server::new(), files(&[("1_a.sql", OUTSIDE)]));
    server.state().errors.insert("create index concurrently i on t (a)".into(), [error("23505")].into());
    let failed = run_up(&server, &all).0.expect_err("stops");
    assert_eq!(failed.failure.exit_code(), 9);
    let text = failed.to_string();
    assert!(text.starts_with("m/1_a.sql:3:1: error 23505"), "{text}");
    assert!(
        text.contains("1_a stopped part-way: 1 of its 3 statements are done\nhelp: what ran is recorded"),
        "{text}"
    );
    assert_eq!(server.state().database.indexes.len(), 0);
    assert_eq!(server.state().database.entries["1"].progress, Progress::Partial { done: 1, started: false });
    let mended = files(&[("1_a.sql", &OUTSIDE.replace("(a)", "(b)"))]);
    run_up(&server, &mended).0.expect("goes on");
    let effects = ["create table t", "create index concurrently i on t (b)", "insert"];
    assert_eq!(server.state().database.effects, effects);
    assert_eq!(server.state().database.entries["1"].checksum, mended.migrations[0].up.checksum());
}

#[test]
fn one_whose_first_statement_fails_was_never_begun() {
    let sql = "create index concurrently i on t (a)";
    let (server, files) = (Server::new(), files(&[("1_a.sql", sql)]));
    server.state().errors.insert(sql.into(), [error("42703")].into());
    let failed = run_up(&server, &files).0.expect_err("fails");
    assert_eq!(failed.failure.exit_code(), 5);
    assert_eq!(server.state().database.entries.len(), 0);
    assert_eq!(server.state().database.indexes.len(), 0);
    server.state().errors.insert(sql.into(), vec![error("55P03"); 3].into());
    assert_eq!(run_up(&server, &files).0.expect("applies").migrations[0].attempts, 4);
}

#[test]
fn an_invalid_index_of_somebody_else_is_not_touched() {
    let sql = "create index concurrently if not exists i on t (a)";
    let (server, files) = (Server::new(), files(&[("1_a.sql", sql)]));
    server.state().database.indexes.insert("i".into(), false);
    let failed = run_up(&server, &files).0.expect_err("is refused");
    assert!(failed.to_string().contains("index i is there and INVALID"), "{failed}");
    assert!(!server.state().database.indexes["i"]);
    assert_eq!(server.state().database.entries.len(), 0);
}

#[test]
fn ctrl_c_in_an_index_build_takes_it_away() {
    let sql = "-- confiture: transaction = false\none;\ncreate index concurrently i on hang (a)";
    let (server, all) = (Server::new(), files(&[("1_a.sql", sql)]));
    let failed = run_up(&server, &all).0.expect_err("is interrupted");
    assert_eq!(failed.failure.exit_code(), 9);
    assert_eq!(server.state().database.indexes.len(), 0);
    assert_eq!(server.state().database.entries["1"].progress, Progress::Partial { done: 1, started: false });
    server.mend();
    let alone = files(&[("2_a.sql", "create index concurrently i on hang (a)")]);
    let server = Server::new();
    let failed = run_up(&server, &alone).0.expect_err("is interrupted");
    assert_eq!((failed.failure.exit_code(), server.state().database.entries.len()), (130, 0));
}

#[test]
fn what_the_catalog_does_not_tell_is_not_guessed() {
    let sql = "-- confiture: transaction = false\none;\ncreate database d;\ntwo";
    let (server, files) = (Server::new(), files(&[("1_a.sql", sql)]));
    let (mut entry, migration) = (None, &files.migrations[0]);
    run_up(&server, &files).0.expect("applies");
    if let Some(applied) = server.state().database.entries.get_mut("1") {
        applied.progress = Progress::Partial { done: 1, started: true };
        applied.checksum = migration.up.checksum_of_first(2);
        entry = Some(applied.clone());
    }
    let failed = run_up(&server, &files).0.expect_err("is uncertain");
    assert_eq!(failed.failure.exit_code(), 8);
    assert_eq!(
        failed.to_string(),
        "1_a: CREATE DATABASE was sent, and nobody recorded how it ended\nhelp: look whether the statement at m/1_a.sql:3:1 \
         took effect, then say so with `confiture migrate repair`"
    );
    assert_eq!(server.state().database.entries.get("1"), entry.as_ref());
}
