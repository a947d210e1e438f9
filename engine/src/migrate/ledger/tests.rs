use super::*;
use crate::migrate::{
    Version,
    diff::Change,
    files::{Files, discover},
    hooks::Hooks,
    plan::UpRequest,
    run::{
        RunOptions, Surroundings,
        fake::{Notes, Server},
        up,
    },
    status::{State, status},
    verify::{Drift, verify},
};
use confiture_model::{
    migration::{ForeignLedger, Progress},
    schema::{Extension, Snapshot},
};

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

fn change(server: &Server, changes: &[LedgerChange], kind: &str) -> Result<usize, RunFailure> {
    block_on(change_ledger(server, changes, kind, Duration::from_secs(1), server, &mut Notes::default()))
}

fn run_up(server: &Server, files: &Files) -> Vec<String> {
    let (options, mut notes) = (RunOptions::default(), Notes::default());
    let hooks = Hooks::none();
    let surroundings =
        Surroundings { connector: server, files, hooks: &hooks, options: &options, pace: server, observer: &mut notes };
    let report = block_on(up(surroundings, &UpRequest::default())).expect("applies");
    report.migrations.into_iter().map(|done| done.title).collect()
}

fn entries(server: &Server) -> Vec<LedgerEntry> {
    server.state().database.entries.values().cloned().collect()
}

fn states(files: &Files, server: &Server) -> Vec<State> {
    status(files, &entries(server), None).migrations.iter().map(|row| row.state).collect()
}

const THREE: [(&str, &str); 3] = [("1_a.sql", "one"), ("2_b.sql", "two"), ("3_c.sql", "three")];

#[test]
fn a_baseline_takes_what_is_there_as_applied() {
    let (server, files) = (Server::new(), files(&THREE));
    let through = Version::parse("2").expect("is one");
    let changes = baseline(&files, &[], &through);
    assert_eq!(change(&server, &changes, "baselined").ok(), Some(2));
    assert_eq!(states(&files, &server), [State::Applied, State::Applied, State::Pending]);
    assert_eq!(baseline(&files, &entries(&server), &through), []);
    assert_eq!(run_up(&server, &files), ["3_c"]);
    assert_eq!(server.state().database.effects, ["three"]);
    let alone = baseline(&Files::default(), &[], &through);
    assert_eq!((alone.len(), alone[0].version()), (1, "2"));
}

#[test]
fn a_ledger_that_changed_meanwhile_is_left_alone() {
    let (server, files) = (Server::new(), files(&THREE));
    let changes = baseline(&files, &[], &Version::parse("2").expect("is one"));
    run_up(&server, &files);
    let before = server.state().database.clone();
    let failed = change(&server, &changes, "baselined").expect_err("is stale");
    assert!(failed.to_string().contains("holds something else by now"), "{failed}");
    assert_eq!(server.state().database, before);
    server.state().lock_busy = 100;
    assert_eq!(change(&server, &[], "baselined").expect_err("is busy").exit_code(), 6);
}

#[test]
fn repairs_name_what_is_wrong_and_put_it_right() {
    let (server, before) = (Server::new(), files(&THREE));
    run_up(&server, &before);
    let after = files(&[("1_a.sql", "one, changed"), ("3_c.sql", "three")]);
    assert_eq!(states(&after, &server), [State::Changed, State::Missing, State::Applied]);
    let found = repairs(&after, &entries(&server));
    let told: Vec<_> = found.iter().map(|repair| (&*repair.migration, &*repair.what, repair.answers[0].name)).collect();
    let expected = [
        ("1_a", "it was changed after it was applied", "accept"),
        ("2_b", "it is applied, and its file is gone", "forget"),
    ];
    assert_eq!(told, expected);
    let changes: Vec<_> = found.into_iter().map(|repair| repair.answers[0].change.clone()).collect();
    change(&server, &changes, "repaired").expect("repairs");
    assert_eq!(repairs(&after, &entries(&server)), []);
    assert_eq!(states(&after, &server), [State::Applied, State::Applied]);
    assert_eq!(run_up(&server, &after), Vec::<String>::new());
}

#[test]
fn an_uncertain_statement_is_settled_by_an_answer() {
    let all = files(&[("1_a.sql", "-- confiture: transaction = false\none;\ncreate database d;\ntwo")]);
    for (name, effects) in [("done", vec!["two"]), ("not-done", vec!["create database d", "two"]), ("applied", vec![])]
    {
        let server = Server::new();
        run_up(&server, &all);
        let mut stopped = entries(&server).remove(0);
        stopped.progress = Progress::Partial { done: 1, started: true };
        stopped.checksum = all.migrations[0].up.checksum_of_first(2);
        server.state().database.entries.insert("1".into(), stopped);
        server.state().database.effects.clear();
        let found = repairs(&all, &entries(&server)).remove(0);
        assert!(found.what.ends_with("1 statements are done; how statement 2 ended is not known"), "{}", found.what);
        let answer = found.answers.into_iter().find(|answer| answer.name == name).expect("is an answer");
        change(&server, &[answer.change], "repaired").expect("repairs");
        run_up(&server, &all);
        assert_eq!(server.state().database.effects, effects, "{name}");
        assert_eq!(states(&all, &server), [State::Applied], "{name}");
    }
}

#[test]
fn another_tools_ledger_is_taken_over() {
    let (server, files) = (Server::new(), files(&THREE));
    run_up(&server, &files);
    let theirs: Vec<LedgerEntry> = entries(&server).into_iter().take(2).collect();
    let server = Server::new();
    let mut foreign = ForeignLedger {
        tool: "diesel".into(),
        table: "public.__diesel_schema_migrations".into(),
        entries: theirs,
        through: None,
        problems: Vec::new(),
    };
    let found = adoption(&files, &[], &foreign);
    assert_eq!((found.changes.len(), found.problems.len()), (2, 0));
    change(&server, &found.changes, "adopted").expect("adopts");
    assert_eq!(server.state().database.entries["1"].origin, "adopted:diesel");
    assert_eq!(run_up(&server, &files), ["3_c"]);
    foreign.entries[0].version = "77".into();
    assert_eq!(adoption(&files, &[], &foreign).problems.len(), 1);
    foreign.entries.clear();
    foreign.through = Some("2".into());
    assert_eq!(adoption(&files, &[], &foreign).changes.len(), 2);
}

#[test]
fn verify_tells_what_changed_behind_our_back() {
    let (server, files) = (Server::new(), files(&THREE));
    let found = block_on(verify(&server, &files, None)).expect("reads");
    assert_eq!(found.drift, Drift::Unknown { reason: "no migration is applied".into() });
    run_up(&server, &files);
    let found = block_on(verify(&server, &files, None)).expect("reads");
    assert_eq!((found.drift.clone(), found.holds()), (Drift::None, true));
    let mut schema = Snapshot::empty(150_000);
    schema.extensions.push(Extension { name: "x".into(), schema: "public".into(), version: "1".into() });
    server.state().schema = Some(schema);
    let found = block_on(verify(&server, &files, None)).expect("reads");
    assert!(!found.holds());
    let Drift::Found { differences } = found.drift else { panic!("{:?}", found.drift) };
    assert_eq!((differences.len(), differences[0].change), (1, Change::Added));
    // The last change left no schema: there is nothing to compare with.
    server.state().database.events.last_mut().expect("is one").details = json!({});
    let found = block_on(verify(&server, &files, None)).expect("reads");
    assert_eq!(found.drift, Drift::Unknown { reason: "the schema was not stored after the last change, 3_c".into() });
}

#[test]
fn verify_misses_a_repeatable_file_that_is_gone() {
    let all = [("1_a.sql", "one"), ("R__views.sql", "views")];
    let server = Server::new();
    run_up(&server, &files(&all));
    assert!(block_on(verify(&server, &files(&all), None)).expect("reads").holds());
    let found = block_on(verify(&server, &files(&all[..1]), None)).expect("reads");
    let problems: Vec<_> = found.problems.iter().map(|problem| problem.migration.as_deref()).collect();
    assert_eq!(problems, [Some("R__views")]);
}

#[test]
fn verify_compares_nothing_while_stages_are_to_do() {
    let (server, files) = (Server::new(), files(&THREE));
    run_up(&server, &files);
    if let Some(entry) = server.state().database.entries.values_mut().last() {
        entry.progress = Progress::StagesPending { done: 1 };
    }
    let found = block_on(verify(&server, &files, None)).expect("reads");
    assert!(matches!(found.drift, Drift::Unknown { .. }), "{:?}", found.drift);
    assert!(!found.holds());
}
