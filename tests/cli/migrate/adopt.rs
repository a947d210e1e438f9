//! `migrate adopt`: the ledger of another tool.

use super::site::site;

const DIESEL: &str = "CREATE TABLE __diesel_schema_migrations (version varchar(50) PRIMARY KEY, run_on timestamp NOT NULL DEFAULT now());
    INSERT INTO __diesel_schema_migrations VALUES ('00000000000000'), ('20170923182408');
    CREATE TABLE a ()";

#[tokio::test(flavor = "multi_thread")]
async fn what_diesel_applied_is_applied() {
    let site = site(&[
        ("00000000000000_diesel_initial_setup/up.sql", "SELECT 1;"),
        ("00000000000000_diesel_initial_setup/down.sql", "SELECT 1;"),
        ("2017-09-23-182408_a/up.sql", "CREATE TABLE a ();"),
        ("2017-09-23-182408_a/down.sql", "DROP TABLE a;"),
        ("2018-01-01-000000_b/up.sql", "CREATE INDEX CONCURRENTLY i ON a ((1));"),
        ("2018-01-01-000000_b/down.sql", "DROP INDEX i;"),
        ("2018-01-01-000000_b/metadata.toml", "run_in_transaction = false\n"),
    ])
    .await;
    site.migrate(&["adopt"]).expect(8).says(&["no ledger of Flyway", "baseline"]);
    site.execute(DIESEL).await;
    site.migrate(&["adopt", "--from", "flyway"]).expect(8).says(&["diesel (public.__diesel_schema_migrations)"]);
    let ran = site.migrate(&["adopt"]).expect(0);
    assert!(ran.stdout.contains("2 migrations taken over from diesel"), "{}", ran.stdout);
    site.migrate(&["up"]).expect(0).says(&["20180101000000_b: applied"]);
    assert!(site.migrate(&["adopt", "--from", "diesel"]).expect(0).stdout.contains("nothing to add"));
    assert!(site.migrate(&["status"]).expect(0).stdout.contains("adopted:diesel"));
    site.migrate(&["down", "--steps", "2"]).expect(0);
    assert_eq!(site.tables().await, "__diesel_schema_migrations");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_file_is_not_taken_over() {
    let site = site(&[("00000000000000_diesel_initial_setup/up.sql", "SELECT 1;")]).await;
    site.execute(DIESEL).await;
    site.migrate(&["adopt"]).expect(8).says(&["20170923182408", "no such file", "nothing was taken over"]);
    assert_eq!(site.ledger().await, "");
    site.execute("CREATE TABLE schema_migrations (version varchar PRIMARY KEY)").await;
    site.migrate(&["adopt"]).expect(8).says(&["several", "--from"]);
}
