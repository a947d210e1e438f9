use super::*;
use crate::migrate::{
    Version,
    files::{Files, Id, discover},
    hooks::Hooks,
};
use confiture_model::migration::Progress;
use futures_util::FutureExt;

/// A directory of files, read.
fn files(all: &[(&str, &str)]) -> Files {
    let directory = tempfile::TempDir::new().expect("a directory");
    for (name, text) in all {
        std::fs::write(directory.path().join(name), text).expect("is written");
    }
    discover(directory.path(), "m").expect("reads")
}

fn entry(files: &Files, version: &str, progress: Progress) -> LedgerEntry {
    let migration = files.find(&Id::of_ledger(version)).expect("is there");
    let checksum = match progress {
        Progress::Partial { done, started } => migration.up.checksum_of_first(done as usize + usize::from(started)),
        _ => migration.up.checksum(),
    };
    LedgerEntry {
        version: version.to_owned(),
        name: migration.name.clone(),
        checksum,
        progress,
        applied_at: String::new(),
        applied_by: String::new(),
        duration_ms: 1,
        snapshot: None,
        origin: "run".to_owned(),
    }
}

fn applied(files: &Files, version: &str) -> LedgerEntry {
    entry(files, version, Progress::Applied)
}

/// Without hooks a plan waits for nothing.
fn plan_up(files: &Files, entries: &[LedgerEntry], request: &UpRequest) -> Plan {
    super::plan_up(files, entries, request, &Hooks::none()).now_or_never().expect("is made at once")
}

fn plan_down(files: &Files, entries: &[LedgerEntry], undo: &Undo, lock_timeout_ms: u64) -> Plan {
    super::plan_down(files, entries, undo, lock_timeout_ms, &Hooks::none()).now_or_never().expect("is made at once")
}

fn up(files: &Files, entries: &[LedgerEntry]) -> Plan {
    plan_up(files, entries, &UpRequest { lock_timeout_ms: 2_000, ..UpRequest::default() })
}

fn steps(plan: &Plan) -> Vec<(&str, Action)> {
    plan.steps.iter().map(|step| (step.title.as_str(), step.action)).collect()
}

fn codes(plan: &Plan) -> Vec<RefusalCode> {
    plan.refusals.iter().map(|refusal| refusal.code).collect()
}

const THREE: [(&str, &str); 4] =
    [("1_a.sql", "select 1"), ("2_b.sql", "select 2"), ("3_c.sql", "select 3"), ("R__v.sql", "select 4")];

#[test]
fn what_is_pending_runs_in_order() {
    let files = files(&THREE);
    let plan = up(&files, &[applied(&files, "1")]);
    assert_eq!(steps(&plan), [("2_b", Action::Apply), ("3_c", Action::Apply), ("R__v", Action::Apply)]);
    assert_eq!((plan.refusals.as_slice(), plan.applied), (&[][..], 1));
    let all: Vec<_> = ["1", "2", "3", "R__v"].iter().map(|version| applied(&files, version)).collect();
    assert_eq!(steps(&up(&files, &all)), []);
    let request = UpRequest { target: Version::parse("002"), ..UpRequest::default() };
    let plan = plan_up(&files, &[], &request);
    assert_eq!(steps(&plan), [("1_a", Action::Apply), ("2_b", Action::Apply)]);
    assert_eq!(plan.skipped[0].title, "R__v");
    let request = UpRequest { target: Version::parse("9"), ..UpRequest::default() };
    assert_eq!(codes(&plan_up(&files, &[], &request)), [RefusalCode::UnknownVersion]);
}

#[test]
fn a_ledger_that_disagrees_is_refused() {
    let files = files(&THREE);
    let changed = LedgerEntry { checksum: "0".repeat(64), ..applied(&files, "1") };
    let missing = LedgerEntry { version: "0".into(), ..applied(&files, "1") };
    let again = LedgerEntry { checksum: "0".repeat(64), ..applied(&files, "R__v") };
    let plan = up(&files, &[changed, missing, applied(&files, "3"), again]);
    assert_eq!(codes(&plan), [RefusalCode::Changed, RefusalCode::Missing, RefusalCode::OutOfOrder]);
    assert_eq!(steps(&plan), [("2_b", Action::Apply), ("R__v", Action::Reapply)]);
    let request = UpRequest { allow_out_of_order: true, ..UpRequest::default() };
    assert_eq!(codes(&plan_up(&files, &[applied(&files, "3")], &request)), []);
    let baseline = LedgerEntry { version: "0".into(), checksum: String::new(), ..applied(&files, "1") };
    assert_eq!(codes(&up(&files, &[baseline])), []);
    let renamed = LedgerEntry { version: "001".into(), ..applied(&files, "1") };
    assert_eq!(steps(&up(&files, &[renamed])).len(), 3);
}

#[test]
fn how_each_runs_is_known_before() {
    let concurrently = "create index concurrently i on t (a)";
    let mode = |text: &str| up(&files(&[("1_a.sql", text)]), &[]);
    assert_eq!(mode("select 1").steps[0].mode, Mode::Transaction);
    let why = Mode::Statements { why: "CREATE INDEX CONCURRENTLY cannot run in a transaction".into() };
    assert_eq!(mode(concurrently).steps[0].mode, why);
    assert_eq!(mode(&format!("-- confiture: transaction = false\nselect 1;\n{concurrently}")).steps[0].mode, why);
    let mixed = mode(&format!("select 1;\n{concurrently}"));
    assert_eq!(codes(&mixed), [RefusalCode::Mixed]);
    let text = mixed.refusals[0].problem.to_string();
    assert!(
        text.starts_with("m/1_a.sql:2:1: CREATE INDEX CONCURRENTLY cannot run in a transaction, and other"),
        "{text}"
    );
    assert!(text.contains("write `-- confiture: transaction = false` in the first line"), "{text}");
    assert_eq!(codes(&mode(&format!("-- confiture: transaction = true\n{concurrently}"))), [RefusalCode::Mixed]);
    assert_eq!(codes(&mode("select 1; commit; select 2")), [RefusalCode::TransactionControl]);
    assert_eq!(codes(&mode("begin; select 2; commit;")), []);
}

#[test]
fn hooks_are_refused_where_no_plugin_offers_them() {
    let yaml = "migration:\n  ddl: select 1\n  hooks:\n    after_ddl:\n      - type: backfill\n  rollback:\n    ddl: select 2\n    hooks:\n      - type: restore\n";
    let files = files(&[("1_a.yaml", yaml)]);
    let plan = up(&files, &[]);
    assert_eq!(codes(&plan), [RefusalCode::Hooks]);
    let text = plan.refusals[0].problem.to_string();
    assert!(text.starts_with("m/1_a.yaml:5:15: unknown hook `backfill`: no loaded plugin offers it"), "{text}");
    let plan = plan_down(&files, &[applied(&files, "1")], &Undo::Steps(1), 0);
    assert_eq!(codes(&plan), [RefusalCode::Hooks]);
    assert_eq!(codes(&up(&files, &[applied(&files, "1")])), []);
}

#[test]
fn environments_decide_who_is_skipped() {
    let files = files(&[("1_a.yaml", "migration:\n  applies_to: [production]\n  ddl: select 1\n")]);
    let plan = |environment: Option<&str>| {
        plan_up(&files, &[], &UpRequest { environment: environment.map(str::to_owned), ..UpRequest::default() })
    };
    assert_eq!(plan(Some("production")).steps.len(), 1);
    assert_eq!(plan(Some("qa")).skipped[0].reason, "it applies to production, and this is qa");
    assert_eq!(plan(None).skipped[0].reason, "it applies to production, and no environment is named");
}

const STATEMENTS: &str = "-- confiture: transaction = false\nselect 1;\nvacuum;\nselect 3";

#[test]
fn what_stopped_part_way_goes_on_where_it_was() {
    let before = files(&[("1_a.sql", STATEMENTS), ("2_b.sql", "select 2")]);
    let stopped = entry(&before, "1", Progress::Partial { done: 1, started: false });
    let mended = files(&[("1_a.sql", &STATEMENTS.replace("vacuum", "vacuum t")), ("2_b.sql", "select 2")]);
    for files in [&before, &mended] {
        let plan = up(files, std::slice::from_ref(&stopped));
        assert_eq!(steps(&plan), [("1_a", Action::Resume { done: 1, started: false }), ("2_b", Action::Apply)]);
        assert_eq!(codes(&plan), []);
    }
    let uncertain = entry(&before, "1", Progress::Partial { done: 1, started: true });
    assert_eq!(codes(&up(&mended, &[uncertain])), [RefusalCode::Changed]);
    assert_eq!(
        codes(&plan_down(&before, &[stopped], &Undo::Steps(1), 0)),
        [RefusalCode::NoWayDown, RefusalCode::Incomplete]
    );
}

#[test]
fn down_undoes_the_last_first() {
    let files = files(&[
        ("1_a.up.sql", "select 1"),
        ("1_a.down.sql", "select -1"),
        ("2_b.up.sql", "select 2"),
        ("2_b.down.sql", "select -2"),
        ("3_c.sql", "select 3"),
    ]);
    let two = [applied(&files, "1"), applied(&files, "2")];
    let down = |entries: &[LedgerEntry], undo: Undo| plan_down(&files, entries, &undo, 0);
    assert_eq!(steps(&down(&two, Undo::Steps(5))), [("2_b", Action::Undo), ("1_a", Action::Undo)]);
    let migration = |version: &str| Undo::Migration(Version::parse(version).expect("is one"));
    assert_eq!(steps(&down(&two, migration("002"))), [("2_b", Action::Undo)]);
    let plan = down(&two, migration("1"));
    assert_eq!(codes(&plan), [RefusalCode::NotLast]);
    assert!(plan.refusals[0].problem.to_string().contains("`--steps 2` undoes"));
    assert_eq!(codes(&down(&two, migration("3"))), [RefusalCode::UnknownVersion]);
    assert_eq!(codes(&down(&[applied(&files, "3")], Undo::Steps(1))), [RefusalCode::NoWayDown]);
    let undoing = entry(&files, "2", Progress::Undoing { done: 0, started: true });
    assert_eq!(codes(&up(&files, std::slice::from_ref(&undoing)))[0], RefusalCode::Incomplete);
    let plan = down(&[undoing], Undo::Steps(1));
    assert_eq!((steps(&plan), codes(&plan)), (vec![("2_b", Action::ResumeUndo { done: 0, started: true })], vec![]));
}

#[test]
fn the_preview_is_what_would_be_sent() {
    let files = files(&[
        ("1_a.sql", "-- why\nCREATE TABLE a (b int); -- b\nCOPY a FROM stdin;\n1\n\\.\n"),
        ("2_b.sql", "-- confiture: transaction = false, statement_timeout = 1s\nselect 1;\nvacuum a"),
    ]);
    let expected = "-- 1_a (m/1_a.sql), in one transaction\nBEGIN;\nSET LOCAL lock_timeout = 2000;\n\
        CREATE TABLE a (b int);\nCOPY a FROM stdin;\n1\n\\.\n-- the ledger: 1_a is applied\nCOMMIT;\n\n\
        -- 2_b (m/2_b.sql), statement by statement: VACUUM cannot run in a transaction\nBEGIN;\n\
        SET LOCAL lock_timeout = 2000;\nSET LOCAL statement_timeout = 1000;\nselect 1;\nCOMMIT;\nvacuum a;\n\
        -- the ledger: 2_b is applied\n";
    assert_eq!(preview(&files, &up(&files, &[])), expected);
}
