//! Hooks that break, in every phase: the migration is as it was, `on_error` runs, and exit codes say whose fault it is.

use super::{hook, making, misbehaving};
use crate::cli::migrate::site::Site;

/// Phases before the commit.
const UNDONE: [&str; 5] = ["before_validation", "before_ddl", "after_ddl", "after_validation", "cleanup"];
const PHASES: [&str; 6] =
    ["before_validation", "before_ddl", "after_ddl", "after_validation", "cleanup", "after_migration"];

/// What remains of hooks that say what is to be written down when something failed.
const NOTE: &str =
    "    on_error:\n      - type: sql\n        config: {statements: INSERT INTO notes VALUES ('failed')}\n";

async fn noting(hooks: &str) -> Site {
    let site = misbehaving(&[("001_made.yaml", &making(&format!("{hooks}{NOTE}")))]).await;
    site.execute("CREATE TABLE notes (what text)").await;
    site
}

/// Runs a hook that breaks in a phase, and checks what stays.
async fn broken(phase: &str, kind: &str, more: &str, words: &[&str]) {
    let site = noting(&hook(phase, kind, more)).await;
    let ran = site.migrate(&["up", "--format", "json"]);
    let is_stage = phase == "after_migration";
    let ran = ran.expect(if is_stage { 9 } else { 7 }).says(words).says(&["the on_error hook `sql` ran", phase]);
    let document = ran.json();
    assert_eq!(document["failure"]["code"], if is_stage { "stages-stopped" } else { "hook-fault" }, "{document}");
    assert_eq!(document["on_error"][0]["hook"], "sql", "{document}");
    assert_eq!(document["on_error"][0]["failure"], serde_json::Value::Null);
    let tables = if is_stage { "made notes" } else { "notes" };
    assert_eq!(site.tables().await, tables, "{phase} {kind}");
    assert_eq!(site.ledger().await, if is_stage { "001" } else { "" });
    assert_eq!(site.value("SELECT count(*)::text FROM notes").await, "1", "{phase} {kind}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trap_in_each_phase() {
    for phase in PHASES {
        broken(phase, "trap", "        tries: 1\n", &["plugin `hooking`, `trap`, in `run`: it trapped"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_guest_in_each_phase() {
    for phase in PHASES {
        let more = "        tries: 1\n        timeout: 300ms\n";
        broken(phase, "spin", more, &["it did not finish within 0.3 s and was stopped"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_does_not_end_in_each_phase() {
    let text = "select count(*) from generate_series(1, 1000000000) a, generate_series(1, 1000000000) b";
    for phase in PHASES {
        let more = format!("        tries: 1\n        timeout: 300ms\n        text: {text}\n");
        broken(phase, "query", &more, &["it did not finish within 0.3 s and was stopped"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_denied_in_each_phase() {
    for phase in PHASES {
        broken(phase, "execute", "        text: COMMIT\n", &["it was refused"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lies_in_each_phase() {
    for phase in PHASES {
        broken(phase, "lie-rows", "", &["what it returned cannot be used: ", "more than any table"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_fails_is_the_databases() {
    for phase in UNDONE {
        let site = noting(&hook(phase, "query", "        text: SELECT 1 / 0\n")).await;
        let ran = site.migrate(&["up", "--format", "json"]).expect(5).says(&["22012", phase]);
        assert_eq!(ran.json()["failure"]["sqlstate"], "22012");
        assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("notes", ""), "{phase}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_on_error_fails_in_itself_is_told_beside_the_first() {
    let hooks = format!(
        "{}    on_error:\n      - {{type: trap, tries: 1}}\n      - {{type: sql, statements: INSERT INTO notes VALUES ('x')}}\n",
        hook("cleanup", "execute", "        text: SELECT 1 / 0\n")
    );
    let site = misbehaving(&[("001_made.yaml", &making(&hooks))]).await;
    site.execute("CREATE TABLE notes (what text)").await;
    let ran = site.migrate(&["up", "--format", "json"]).expect(5).says(&[
        "hook `execute` in cleanup failed",
        "the on_error hook `trap` failed as well: hook trap in on_error",
        "the on_error hook `sql` ran",
    ]);
    let document = ran.json();
    assert_eq!(document["failure"]["code"], "hook-failed");
    assert!(document["on_error"][0]["failure"].as_str().is_some_and(|why| why.contains("trapped")), "{document}");
    assert_eq!(site.value("SELECT string_agg(what, ',') FROM notes").await, "x");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_of_the_migrations_own_calls_on_error_too() {
    let site = noting("").await;
    site.execute("CREATE TABLE made ()").await;
    site.migrate(&["up"]).expect(5).says(&["42P07", "the on_error hook `sql` ran"]);
    assert_eq!(site.value("SELECT count(*)::text FROM notes").await, "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_in_a_statement_of_a_hook() {
    let statements =
        "SELECT count(*) FROM generate_series(1, 1000000000) a, generate_series(1, 1000000000) interrupted_b";
    let site = noting(&hook("after_ddl", "execute", &format!("        text: {statements}\n"))).await;
    let mut run = site.start(&["up"]);
    assert!(run.wait_for("001_made: begun"));
    site.wait_for_statement("interrupted_b").await;
    run.signal("INT");
    run.end().expect(130).says(&["interrupted: 001_made was rolled back"]);
    site.wait_for_end_of("interrupted_b").await;
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("notes", ""));
    assert_eq!(site.value("SELECT count(*)::text FROM notes").await, "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_in_a_busy_guest() {
    let site = noting(&hook("after_ddl", "spin", "")).await;
    let mut run = site.start(&["up"]);
    assert!(run.wait_for("statement 1 of 1"));
    run.signal("INT");
    run.end().expect(130).says(&["interrupted: 001_made was rolled back"]);
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("notes", ""));
}
