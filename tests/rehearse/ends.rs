//! Rehearsals that cannot do everything, or end early.

use super::site::{request, site};
use confiture_engine::migrate::rehearse::{RehearsalOptions, Request, StepKind, text};
use confiture_model::session::Session as _;
use std::time::Duration;

const TABLE: [&str; 2] =
    ["CREATE TABLE t (id int PRIMARY KEY, a int)", "INSERT INTO t SELECT n, n % 3 FROM generate_series(1, 100) n"];

fn none() -> RehearsalOptions {
    RehearsalOptions::default()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_rehearsed_is_named_and_not_run() {
    let script = "-- confiture: transaction = false
        CREATE INDEX CONCURRENTLY t_a ON t (a);
        VACUUM t;
        CALL commits();
        ALTER TABLE t ADD b int;";
    let procedure = "CREATE PROCEDURE commits() LANGUAGE plpgsql AS 'BEGIN COMMIT; END'";
    let site = site(&[TABLE[0], TABLE[1], procedure], &[("1_a.sql", script)]).await;
    let before = site.dump(&[]);
    let rehearsal = site.rehearse(&none()).await;
    assert_eq!(rehearsal.failure, None, "{:?}", rehearsal.failure);
    let named: Vec<&str> = rehearsal.report.unrehearsed.iter().map(|it| it.what.as_str()).collect();
    assert_eq!(named, ["CREATE INDEX CONCURRENTLY", "VACUUM", "call"]);
    assert!(text(&rehearsal.report).contains("Not rehearsed:"));
    assert_eq!(rehearsal.report.changes, ["added columns: 1"]);
    assert_eq!(before, site.dump(&[]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_that_may_come_from_that_says_so() {
    let script = "-- confiture: transaction = false
        CREATE UNIQUE INDEX CONCURRENTLY t_id ON t (id);
        ALTER TABLE t ADD CONSTRAINT again UNIQUE USING INDEX t_id;";
    let site = site(&TABLE, &[("1_a.sql", script)]).await;
    let failure = site.rehearse(&none()).await.failure.expect("fails");
    assert_eq!(failure.exit_code(), 5);
    let shown = failure.to_string();
    assert!(
        shown.contains("this may be because CREATE INDEX CONCURRENTLY at migrations/1_a.sql:2:9 was not run"),
        "{shown}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_violation_is_reported_by_its_columns_with_what_was_learnt_till_then() {
    let script = "UPDATE t SET a = 424242 WHERE id < 3; ALTER TABLE t ADD CONSTRAINT one UNIQUE (a); DROP TABLE t;";
    let site = site(&TABLE, &[("1_a.sql", script)]).await;
    let before = site.dump(&[]);
    let rehearsal = site.rehearse(&none()).await;
    let failure = rehearsal.failure.as_ref().expect("fails");
    assert_eq!((failure.exit_code(), failure.code()), (5, "statement-failed"));
    let report = &rehearsal.report;
    assert_eq!(report.metrics.constraint_violations, ["public.t.one (a)"]);
    assert_eq!(report.metrics.rows_updated, 2);
    let steps = &report.migrations[0].steps;
    assert_eq!(steps.iter().map(|step| step.failed).collect::<Vec<_>>(), [false, true]);
    assert!(matches!(&steps[1].what, StepKind::Statement { number: 2, .. }));
    let json = serde_json::to_string(report).expect("is written");
    assert!(!json.contains("424242") && !text(report).contains("424242"), "{json}");
    assert_eq!(before, site.dump(&[]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_a_commit_would_find_is_found() {
    let setup = "CREATE TABLE c (t int REFERENCES t DEFERRABLE INITIALLY DEFERRED)";
    let fine = "INSERT INTO c VALUES (4000); INSERT INTO t VALUES (4000);";
    let site =
        site(&[TABLE[0], TABLE[1], setup], &[("1_fine.sql", fine), ("2_late.sql", "INSERT INTO c VALUES (5000)")])
            .await;
    let rehearsal = site.rehearse(&none()).await;
    let failure = rehearsal.failure.expect("fails");
    assert_eq!(failure.exit_code(), 5);
    assert!(failure.to_string().contains("2_late: what is checked at its commit does not hold"), "{failure}");
    assert_eq!(rehearsal.report.metrics.constraint_violations, ["public.c.c_t_fkey (t)"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_budget_ends_it() {
    let script = "SELECT pg_sleep(0.4); ALTER TABLE t ADD b int; SELECT pg_sleep(60);";
    let mut site = site(&TABLE, &[("1_a.sql", script)]).await;
    let options = RehearsalOptions { lock_budget: Some(Duration::from_millis(300)), ..none() };
    let rehearsal = site.rehearse(&options).await;
    let failure = rehearsal.failure.expect("ends");
    assert_eq!(failure.exit_code(), 5);
    assert!(failure.to_string().contains("lock budget of 300ms"), "{failure}");
    assert_eq!(rehearsal.report.migrations[0].steps.len(), 3);
    // Nobody waits any more.
    site.sql("SET lock_timeout = '5s'").await;
    site.sql("ALTER TABLE t ADD b int").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_not_to_be_had_is_tried_again() {
    let script = "-- confiture: lock_timeout = 50ms\nALTER TABLE t ADD b int";
    let mut site = site(&TABLE, &[("1_a.sql", script)]).await;
    site.sql("BEGIN").await;
    site.sql("LOCK TABLE t IN SHARE MODE").await;
    let (files, options, pending) = (site.files(), none(), request());
    let rehearsing = site.start(&files, Request::Up(&pending), &options);
    let release = async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        site.session.execute("COMMIT").await.expect("commits");
    };
    let (rehearsal, ()) = tokio::join!(rehearsing, release);
    assert_eq!(rehearsal.failure, None);
    assert!(rehearsal.report.attempts > 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_label_of_an_earlier_migration_needs_its_commit() {
    let migrations = [("1_a.sql", "ALTER TYPE mood ADD VALUE 'new'"), ("2_b.sql", "INSERT INTO m VALUES ('new')")];
    let site = site(&["CREATE TYPE mood AS ENUM ('old')", "CREATE TABLE m (m mood)"], &migrations).await;
    let failure = site.rehearse(&none()).await.failure.expect("fails");
    assert!(failure.to_string().contains("a run commits the migrations before this one first"), "{failure}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_waits_for_the_run_lock() {
    let site = site(&TABLE, &[("1_a.sql", "SELECT pg_sleep(3)")]).await;
    let files = site.files();
    let (request, options) = (request(), none());
    let run = site.up(&files, &request);
    let other = async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        site.rehearse(&options).await
    };
    let (ran, rehearsal) = tokio::join!(run, other);
    ran.expect("applies");
    assert_eq!(rehearsal.failure.expect("waited in vain").exit_code(), 6);
}
