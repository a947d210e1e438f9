//! Hooks after the commit, hooks of migrations outside a transaction, and what one hook tells the next.

use super::{hook, making};
use crate::cli::migrate::site::site;

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_that_fails_keeps_the_migration_and_is_mended() {
    let hooks = hook(
        "after_migration",
        "verify_consistency",
        "        config:\n          checks:\n            - {name: rows, query: 'SELECT 1, (SELECT count(*) FROM made)', tolerance_percent: 0}\n",
    );
    let site = site(&[("001_made.yaml", &making(&hooks))]).await;
    site.migrate(&["up"]).expect(9).says(&[
        "rows: 1 and 0",
        "001_made is applied, and 0 of its 1 stages",
        "migrate up",
    ]);
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("made", "001"));
    site.migrate(&["up"]).expect(9).says(&["rows: 1 and 0"]);
    site.execute("INSERT INTO made VALUES (1)").await;
    site.migrate(&["up"]).expect(0);
    assert!(site.migrate(&["up"]).expect(0).stdout.contains("nothing is pending"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_does_not_hold_undoes_all_of_it() {
    let hooks = hook(
        "after_validation",
        "verify_consistency",
        "        config:\n          checks:\n            - {name: rows, query: 'SELECT 41, count(*) + 42 FROM made', tolerance_percent: 0.5}\n",
    );
    let site = site(&[("000_first.sql", "CREATE TABLE first ()"), ("001_made.yaml", &making(&hooks))]).await;
    let ran = site
        .migrate(&["up", "--format", "json"])
        .expect(5)
        .says(&["hook `verify_consistency` in after_validation", "rows: 41 and 42"]);
    assert_eq!(ran.json()["failure"]["code"], "hook-failed");
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("first", "000"));
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_are_handed_on() {
    let yaml = "migration:
  name: 002_more
  ddl: INSERT INTO made SELECT generate_series(1, 30)
  hooks:
    before_ddl:
      - type: capture_statistics
        config: {tables: [made], capture_row_counts: true}
    after_ddl:
      - type: sql
        condition: statistics.capture_statistics.tables.made.rows == 7
        config: {statements: INSERT INTO told VALUES ('seven')}
      - type: sql
        condition: statistics.capture_statistics.tables.made.rows == 8
        config: {statements: INSERT INTO told VALUES ('eight')}
";
    let site = site(&[("002_more.yaml", yaml)]).await;
    site.execute("CREATE TABLE told (what text); CREATE TABLE made (id int); INSERT INTO made SELECT 1 FROM generate_series(1, 7)").await;
    let ran = site.migrate(&["up", "--format", "json"]).expect(0);
    let document = ran.json();
    assert_eq!(site.value("SELECT string_agg(what, ' ') FROM told").await, "seven", "{document}");
    assert_eq!(document["migrations"][0]["hooks"][2]["skipped"], "its condition does not hold", "{document}");
}

#[tokio::test(flavor = "multi_thread")]
async fn around_a_migration_outside_a_transaction_each_has_its_own() {
    let site = site(&[(
        "001_i.sql",
        "CREATE INDEX CONCURRENTLY i ON t (id);\nCREATE INDEX CONCURRENTLY i2 ON nowhere (id);\n",
    )])
    .await;
    site.execute("CREATE TABLE t (id int); CREATE TABLE nth (n serial, what text)").await;
    let sql = |phase: &str| {
        hook(phase, "sql", &format!("        config: {{statements: INSERT INTO nth (what) VALUES ('{phase}')}}\n"))
    };
    site.write(
        "001_i.hooks.yaml",
        &format!("hooks:\n{}{}", sql("before_ddl"), sql("after_ddl")).replace("\n    ", "\n  "),
    );
    site.migrate(&["up"]).expect(9).says(&["001_i stopped part-way", "nowhere"]);
    assert_eq!(site.value("SELECT string_agg(what, ' ' ORDER BY n) FROM nth").await, "before_ddl");
    site.execute("CREATE TABLE nowhere (id int)").await;
    site.migrate(&["up"]).expect(0);
    assert_eq!(site.value("SELECT string_agg(what, ' ' ORDER BY n) FROM nth").await, "before_ddl after_ddl");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_project_the_environment_and_the_migration_in_that_order() {
    let sql = |what: &str| format!("{{type: sql, statements: INSERT INTO nth (what) VALUES ('{what}')}}");
    let hooks = format!("    after_ddl:\n      - {}\n", sql("migration"));
    let site = site(&[("001_made.yaml", &making(&hooks))]).await;
    site.execute("CREATE TABLE nth (n serial, what text)").await;
    let configuration = format!(
        "hooks:\n  after_ddl: [{}]\n  rollback:\n    after_ddl: [{}]\nenvironments:\n  local:\n    database_url: ${{DATABASE_URL}}\n    \
         hooks:\n      after_ddl: [{}]\n  other: {{}}\n",
        sql("project"),
        sql("down"),
        sql("environment"),
    );
    confiture_tests::program::write(site.directory.path(), "confiture.yaml", configuration.as_bytes());
    site.migrate(&["up", "--env", "local"]).expect(0);
    site.migrate(&["down", "--env", "local"]).expect(0);
    site.migrate(&["up"]).expect(0);
    assert_eq!(
        site.value("SELECT string_agg(what, ' ' ORDER BY n) FROM nth").await,
        "project environment migration down project migration"
    );
}
