//! `up --out` and `up --plan`: approved, then run exactly so.

use super::site::{Site, site};

async fn approved() -> Site {
    let site = site(&[("1_a.sql", "CREATE TABLE a ();"), ("2_b.sql", "CREATE TABLE b ();")]).await;
    site.migrate(&["up", "--target", "2", "--out", "plan.json"])
        .expect(0)
        .says(&["nothing was run", "--plan plan.json"]);
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("", ""));
    site
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_approved_runs_and_nothing_else() {
    let site = approved().await;
    // Behind the target that was approved.
    site.write("3_c.sql", "CREATE TABLE c ();");
    site.migrate(&["up", "--plan", "plan.json"]).expect(0);
    assert_eq!(site.tables().await, "a b");
    site.migrate(&["up", "--plan", "plan.json"]).expect(8).says(&["ledger holds something else"]);
    site.migrate(&["up", "--plan", "plan.json", "--target", "3"]).expect(2);
    site.migrate(&["up", "--plan", "migrations/1_a.sql"]).expect(3).says(&["no plan"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_changed_since_is_refused() {
    let site = approved().await;
    site.write("2_b.sql", "CREATE TABLE b (); DROP TABLE a;");
    site.migrate(&["up", "--plan", "plan.json"])
        .expect(8)
        .says(&["2_b", "statements are not those that were approved"]);
    assert_eq!(site.tables().await, "");
    site.write("2_b.sql", "-- confiture: transaction = false\nCREATE TABLE b ();");
    site.migrate(&["up", "--plan", "plan.json"]).expect(8).says(&["2_b", "options"]);
    assert_eq!(site.tables().await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_changed_since_is_refused() {
    let site = approved().await;
    site.migrate(&["up", "--target", "1"]).expect(0);
    site.migrate(&["up", "--plan", "plan.json"]).expect(8).says(&["ledger"]);
    assert_eq!(site.tables().await, "a");
    // A plan that may not run is not written.
    site.write("0_z.sql", "CREATE TABLE z ();");
    site.migrate(&["up", "--out", "other.json"]).expect(8).says(&["0_z"]);
    assert!(!site.directory.path().join("other.json").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_database_than_the_approved_one_is_refused() {
    let site = approved().await;
    let (other, _session) = confiture_tests::cluster::database(&[]).await;
    let up = ["migrate", "up", "--plan", "plan.json", "--database-url", &other];
    let refused = confiture_tests::program::confiture(site.directory.path(), &up).expect(8);
    refused.says(&["the plan was approved for database", "--out"]);
    let server = super::own_server::own_server(&[]).await;
    let url = server.url("app");
    let up = ["migrate", "up", "--plan", "plan.json", "--database-url", &url];
    let refused = confiture_tests::program::confiture(site.directory.path(), &up).expect(8);
    refused.says(&["another server, whose system_identifier is"]);
    server.stop().await;
    site.migrate(&["up", "--plan", "plan.json"]).expect(0);
}
