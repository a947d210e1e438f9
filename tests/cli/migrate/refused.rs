//! What is refused before anything runs.

use super::site::{at, site};
use confiture_tests::{cluster::database, corpus, program::confiture};

#[tokio::test(flavor = "multi_thread")]
async fn files_and_ledger_that_do_not_agree() {
    let site = site(&[("2_b.sql", "CREATE TABLE b ();")]).await;
    site.migrate(&["up"]).expect(0);
    site.write("1_a.sql", "CREATE TABLE a ();");
    site.migrate(&["up"]).expect(8).says(&["1_a", "2_b is applied already", "--allow-out-of-order"]);
    assert_eq!(site.tables().await, "b");
    site.migrate(&["up", "--allow-out-of-order"]).expect(0);
    assert_eq!(site.tables().await, "a b");
    site.migrate(&["up", "--target", "9"]).expect(8).says(&["no migration 9"]);
    site.migrate(&["up", "--target", "nine"]).expect(2).says(&["003"]);
    site.migrate(&["down", "--migration", "1"]).expect(8).says(&["2_b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_of_a_scripts_own() {
    let site = site(&[("1_a.sql", "CREATE TABLE a ();\nCOMMIT;\nCREATE TABLE b ();\n")]).await;
    site.migrate(&["up"]).expect(8).says(&[
        "migrations/1_a.sql:2:1",
        "COMMIT cannot stand here",
        "transaction = false",
    ]);
    // One that is all of it is what we do anyway.
    site.write("1_a.sql", "BEGIN;\nCREATE TABLE a ();\nCOMMIT;\n");
    site.migrate(&["up"]).expect(0);
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("a", "1"));
    site.write("2_b.sql", "CREATE TABLE b ();\nCREATE INDEX CONCURRENTLY i ON b ((1));\n");
    site.migrate(&["up"])
        .expect(8)
        .says(&["migrations/2_b.sql:2:1", "CREATE INDEX CONCURRENTLY cannot run in a transaction"]);
    assert_eq!(site.tables().await, "a");
}

#[tokio::test(flavor = "multi_thread")]
async fn hooks_are_never_passed_over() {
    let yaml = "migration:\n  name: 001_a\n  ddl: CREATE TABLE a ()\n  hooks:\n    after_ddl:\n      - type: backfill_read_modle\n";
    let site = site(&[("001_a.yaml", yaml)]).await;
    let refused = site.migrate(&["up"]).expect(3).says(&[
        "001_a.yaml:6:15",
        "unknown hook `backfill_read_modle`",
        "the nearest is `backfill_read_model`",
    ]);
    assert!(!refused.stderr.contains("begun"));
    let preview = site.migrate(&["up", "--preview"]).expect(3).stdout;
    assert!(preview.contains("CREATE TABLE a ()"), "{preview}");
    assert_eq!(site.ledger().await, "");
}

/// The example itself says `REFERENCES (w_tenants, w_customers)(id, id)`, which is no SQL.
#[tokio::test(flavor = "multi_thread")]
async fn the_error_of_a_statement_in_yaml_has_the_files_line() {
    let yaml = "migration:\n  name: 003_a\n  version: \"1.0\"\n  ddl: |\n    -- Create read-side table\n    CREATE TABLE a (\n      id int PRIMARY KEY,\n      FOREIGN KEY (id, id)\n        REFERENCES (t, c)(id, id)\n    );\n";
    let site = site(&[("003_a.yaml", yaml)]).await;
    site.migrate(&["up"]).expect(5).says(&["migrations/003_a.yaml:9:20: syntax error at or near \"(\"", "42601"]);
    assert_eq!(site.tables().await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_papers_first_example() {
    let Some(paper) = corpus("spec/phase-4.md") else { return };
    let text = std::fs::read_to_string(paper).expect("reads");
    let example = text.split("# confiture-migrations/003_add_customer_analytics.yaml\n").nth(1).expect("is there");
    let example = example.split("\n```").next().expect("ends");
    let (ddl, _) = example.split_once("\n  hooks:").expect("has hooks");
    let (url, session) =
        database(&["CREATE TABLE w_tenants (id uuid PRIMARY KEY)", "CREATE TABLE w_customers (id uuid PRIMARY KEY)"])
            .await;
    let site = at(&[("003_add_customer_analytics.yaml", example)], url.clone(), session);
    let configuration = format!("[environments.production]\ndatabase_url = \"{url}\"\n");
    confiture_tests::program::write(site.directory.path(), "confiture.toml", configuration.as_bytes());
    site.migrate(&["up", "--env", "production"]).expect(7).says(&[
        "003_add_customer_analytics.yaml:39:23: the hook `backup_database`: writing to directory `/backups` is not granted",
        "`directories.backups = \"/backups\"` at the top of the file",
        "`grant = { database = \"write\", directories = { backups = \"write\" }, backup = true }` under `[plugins.hooks-core]`",
    ]);
    site.migrate(&["status", "--env", "nowhere"]).expect(3);
    site.write("003_add_customer_analytics.yaml", ddl);
    let line = 1 + ddl.lines().position(|line| line.contains("REFERENCES (w_tenants")).expect("is there");
    site.migrate(&["up", "--env", "production"])
        .expect(5)
        .says(&[&format!("migrations/003_add_customer_analytics.yaml:{line}:20: syntax error")]);
    assert_eq!(site.tables().await, "w_customers w_tenants");
}

#[tokio::test(flavor = "multi_thread")]
async fn databases_that_cannot_be_worked_on() {
    let site = site(&[("1_a.sql", "CREATE TABLE a ();")]).await;
    let name = site.value("SELECT current_database()::text").await;
    site.execute(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on")).await;
    site.migrate(&["up"]).expect(4).says(&["read-only", "default_transaction_read_only"]);
    site.execute(&format!("ALTER DATABASE {name} RESET default_transaction_read_only")).await;
    site.execute(&format!(
        "DO $$ BEGIN CREATE ROLE migrate_guest LOGIN; EXCEPTION WHEN duplicate_object THEN END $$; \
         REVOKE CREATE ON DATABASE {name} FROM PUBLIC"
    ))
    .await;
    let url = site.url.replace("://postgres@", "://migrate_guest@");
    assert_ne!(url, site.url);
    let up = ["migrate", "up", "--database-url", &url];
    confiture(site.directory.path(), &up).expect(4).says(&["migrate_guest", "GRANT CREATE"]);
    confiture(site.directory.path(), &["migrate", "up", "--database-url", "postgres://127.0.0.1:1/none"]).expect(4);
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("", ""));
    // The ledger may be made for a role that has no rights of its own on the database.
    site.execute("CREATE SCHEMA confiture AUTHORIZATION migrate_guest; REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        .await;
    confiture(site.directory.path(), &up).expect(5).says(&["42501", "rolled back"]);
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("", ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_of_a_newer_version() {
    let site = site(&[("1_a.sql", "CREATE TABLE a ();"), ("2_b.sql", "CREATE TABLE b ();")]).await;
    site.migrate(&["up", "--target", "1"]).expect(0);
    site.execute("UPDATE confiture.meta SET ledger_version = 99").await;
    for command in [&["up"][..], &["down"], &["baseline", "--through", "2"]] {
        site.migrate(command).expect(4).says(&["has form 99", "a newer version of Confiture", "nothing was changed"]);
    }
    site.execute("UPDATE confiture.meta SET ledger_version = 3").await;
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("a", "1"));
    site.migrate(&["up"]).expect(0);
}
