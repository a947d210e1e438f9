//! Runs that are killed inside a hook.

use crate::cli::migrate::site::{Site, site};

const ROWS: u32 = 4_000;

/// Events to be copied, each statement of which takes a while, as long as table `slow` is there.
async fn copying(stage: &str) -> Site {
    let yaml = format!(
        "migration:\n  name: 001_model\n  ddl: |\n    CREATE TABLE model (id int, n int);\n    CREATE TRIGGER slow AFTER INSERT ON \
         model EXECUTE FUNCTION slow();\n  rollback:\n    ddl: DROP TABLE model\n  hooks:\n    after_ddl:\n      - type: \
         backfill_read_model\n{stage}        config:\n          source_table: events\n          target_table: model\n          \
         key: id\n          batch_size: 100\n          parallel_workers: 4\n      - type: sql\n        config:\n          \
         statements: INSERT INTO done SELECT count(*) FROM model\n"
    );
    let site = site(&[("001_model.yaml", &yaml)]).await;
    site.execute(&format!(
        "CREATE TABLE events (id int PRIMARY KEY, n int); INSERT INTO events SELECT i, i FROM generate_series(1, {ROWS}) i; \
         ANALYZE events; CREATE TABLE slow (); CREATE TABLE done (n bigint); \
         CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF to_regclass('slow') IS NOT NULL THEN PERFORM pg_sleep(0.2); END IF; RETURN NULL; END $$"
    ))
    .await;
    site
}

/// Each row once.
async fn complete(site: &Site) {
    let sql = "SELECT concat_ws(' ', count(*), count(DISTINCT id), min(id), max(id)) FROM model";
    assert_eq!(site.value(sql).await, format!("{ROWS} {ROWS} 1 {ROWS}"));
    assert_eq!(site.value("SELECT string_agg(n::text, ' ') FROM done").await, ROWS.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_transaction_nothing_stays() {
    let site = copying("").await;
    let mut run = site.start(&["up"]);
    assert!(run.wait_for("statement 2 of 2"));
    site.wait_for_statement("INTO model").await;
    run.signal("KILL");
    run.end().expect(-1);
    site.wait_for_end_of("INTO model").await;
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("done events slow", ""));
    site.execute("DROP TABLE slow").await;
    site.migrate(&["up"]).expect(0);
    complete(&site).await;
    site.migrate(&["verify"]).expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_stage_the_next_run_goes_on_at_the_first_step_not_done() {
    let site = copying("        stage: after-commit\n").await;
    let mut run = site.start(&["up"]);
    assert!(run.wait_for("committed; 2 stages left to do"));
    let done = "SELECT count(*) FROM confiture.step WHERE state = 'done'";
    site.wait_until(&format!("SELECT to_regclass('confiture.step') IS NOT NULL AND ({done}) >= 5")).await;
    // Four at a time.
    site.wait_until(
        "SELECT count(*) = 4 FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' \
         AND pid <> pg_backend_pid() AND query LIKE '%INTO model%'",
    )
    .await;
    run.signal("KILL");
    run.end().expect(-1);
    site.wait_for_end_of("INTO model").await;
    let left = site.value(&format!("SELECT (40 - ({done}))::text")).await;
    assert!(
        site.migrate(&["status"]).expect(0).stdout.contains("with work after the commit to do"),
        "{}",
        site.migrate(&["status"]).stdout
    );
    site.execute("DROP TABLE slow").await;
    let ran = site.migrate(&["up", "--format", "json"]).expect(0);
    let document = ran.json();
    assert_eq!(document["migrations"][0]["hooks"][0]["steps"].to_string(), left, "{document}");
    complete(&site).await;
    site.migrate(&["verify"]).expect(0);
    assert_eq!(site.value("SELECT count(*)::text FROM confiture.step").await, "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_stages_to_do_is_undone_as_a_whole() {
    let site = copying("        stage: after-commit\n").await;
    let mut run = site.start(&["up"]);
    assert!(run.wait_for("committed; 2 stages left to do"));
    site.wait_for_statement("INTO model").await;
    run.signal("INT");
    run.end().expect(9).says(&["001_model is applied, and 0 of its 2 stages", "migrate up"]);
    site.wait_for_end_of("INTO model").await;
    site.migrate(&["down"]).expect(0);
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("done events slow", ""));
    site.execute("DROP TABLE slow").await;
    site.migrate(&["up"]).expect(0);
    complete(&site).await;
}
