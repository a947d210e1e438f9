//! The connection is cut while the COMMIT is on its way: the outcome is found out, not guessed.

use super::{
    own_server::through,
    proxy::{Cut, Proxy},
    site::site,
};
use confiture_tests::{cluster::cluster, program::confiture};

const TWO: [(&str, &str); 2] = [("1_a.sql", "CREATE TABLE a ();"), ("2_b.sql", "CREATE TABLE b ();")];

async fn cut(when: Cut) -> String {
    let site = site(&TWO).await;
    let proxy = Proxy::before(cluster().await.directory(), "CREATE TABLE a", when);
    let name = site.value("SELECT current_database()::text").await;
    let url = through(proxy.directory(), 5432).replace("dbname=app", &format!("dbname={name}"));
    let ran = confiture(site.directory.path(), &["migrate", "up", "--database-url", &url]).expect(0);
    assert!(proxy.has_cut(), "{}", ran.stderr);
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("a b", "1 2"));
    let events = "SELECT string_agg(version, ' ' ORDER BY id) FROM confiture.event WHERE kind = 'applied'";
    assert_eq!(site.value(events).await, "1 2");
    site.migrate(&["verify"]).expect(0);
    ran.stderr
}

#[tokio::test(flavor = "multi_thread")]
async fn before_it_arrives_the_migration_runs_again() {
    let said = cut(Cut::BeforeCommit).await;
    assert!(said.contains("it had not arrived: all is undone"), "{said}");
    assert_eq!(said.matches("1_a: begun").count(), 2, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_it_arrived_the_run_goes_on_behind_it() {
    let said = cut(Cut::BeforeAnswer).await;
    assert!(said.contains("it had arrived"), "{said}");
    assert_eq!(said.matches("1_a: begun").count(), 1, "{said}");
}
