use super::*;
use crate::migrate::{
    files::{Files, discover},
    hooks::Hooks,
};
use futures_util::FutureExt;

/// Without hooks a plan waits for nothing.
fn plan_up(files: &Files, entries: &[LedgerEntry], request: &UpRequest) -> Plan {
    crate::migrate::plan::plan_up(files, entries, request, &Hooks::none()).now_or_never().expect("is made at once")
}

fn files(all: &[(&str, &str)]) -> Files {
    let directory = tempfile::TempDir::new().expect("a directory");
    for (name, text) in all {
        std::fs::write(directory.path().join(name), text).expect("is written");
    }
    discover(directory.path(), "m").expect("reads")
}

fn database(server: &str, name: &str, oid: u32) -> DatabaseIdentity {
    DatabaseIdentity { server: server.to_owned(), database: name.to_owned(), oid }
}

fn approve(files: &Files) -> Approval {
    let request =
        UpRequest { environment: Some("production".to_owned()), lock_timeout_ms: 2_000, ..UpRequest::default() };
    let text = Approval::of(&plan_up(files, &[], &request), &[], &request, database("7", "app", 16_384))
        .write()
        .expect("is written");
    Approval::read(&text).expect("is read")
}

fn refusals(approval: Approval, files: &Files, environment: &str) -> Vec<String> {
    let request = approval.request(Some(environment.to_owned()));
    let plan = plan_up(files, &[], &request);
    assert!(plan.refusals.iter().all(|refusal| refusal.code == RefusalCode::NotApproved));
    plan.refusals.iter().map(|refusal| refusal.problem.message.clone()).collect()
}

const TWO: [(&str, &str); 2] = [("1_a.sql", "select 1"), ("2_b.sql", "select 2")];

#[test]
fn what_was_approved_runs() {
    let files = files(&TWO);
    assert_eq!(refusals(approve(&files), &files, "production"), Vec::<String>::new());
}

#[test]
fn anything_else_is_refused() {
    let approval = approve(&files(&TWO));
    let now = |all: &[(&str, &str)]| refusals(approval.clone(), &files(all), "production").join("; ");
    assert!(now(&[("1_a.sql", "select 1"), ("2_b.sql", "select 3")]).contains("statements"));
    assert!(now(&[("1_a.sql", "-- confiture: lock_timeout = 1h\nselect 1"), TWO[1]]).contains("options"));
    assert!(now(&[TWO[0], TWO[1], ("3_c.sql", "select 3")]).contains("was not approved"));
    assert!(now(&[TWO[0]]).contains("would not run now"));
    assert!(now(&[TWO[0], ("2_c.sql", "select 2")]).contains("at this place"));
    let elsewhere = refusals(approval, &files(&TWO), "staging");
    assert_eq!(elsewhere, ["the plan was approved for another environment"]);
    assert!(Approval::read("{}").expect_err("is none").contains("no plan"));
}

#[test]
fn the_ledger_counts_until_the_run_has_begun() {
    let files = files(&TWO);
    let approval = approve(&files);
    let mut entry = LedgerEntry {
        version: "1".to_owned(),
        name: "a".to_owned(),
        checksum: files.migrations[0].up.checksum(),
        progress: confiture_model::migration::Progress::Applied,
        applied_at: "2026-01-31T12:00:00Z".to_owned(),
        applied_by: "ada".to_owned(),
        duration_ms: 1,
        snapshot: None,
        origin: "run".to_owned(),
    };
    let plan = |approval: Approval, entry: &LedgerEntry| {
        plan_up(&files, std::slice::from_ref(entry), &approval.request(Some("production".to_owned())))
    };
    assert!(!plan(approval.clone(), &entry).refusals.is_empty());
    assert_eq!(plan(approval.after(1), &entry).refusals, []);
    let before = state(std::slice::from_ref(&entry));
    entry.applied_by = "bob".to_owned();
    assert_eq!(state(std::slice::from_ref(&entry)), before);
}

#[test]
fn another_database_is_refused() {
    let (files, request) = (files(&TWO), UpRequest::default());
    let refusals = |found: DatabaseIdentity| {
        let mut plan = plan_up(&files, &[], &request);
        approve(&files).check_database(&mut plan, &found);
        plan.refusals.into_iter().map(|refusal| refusal.problem.message).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(refusals(database("7", "app", 16_384)), "");
    assert!(refusals(database("8", "app", 16_384)).contains("another server, whose system_identifier is 7"));
    assert!(refusals(database("7", "other", 16_384)).contains("for database app, and this is other"));
    assert!(refusals(database("7", "app", 16_385)).contains("dropped and made again"));
}
