//! A third party's plugin that asks for no more than reading, beside one that writes: what each login lets it do.

use super::{configure, hook, making, misbehaving};
use crate::cli::migrate::site::{Site, site};
use confiture_tests::{plugin_wasm, program::write};

async fn peeking(query: &str, phase: &str, environment: &str) -> Site {
    let hooks = hook(phase, "peek", &format!("        query: {query}\n"));
    let site = site(&[("001_made.yaml", &making(&hooks))]).await;
    write(site.directory.path(), "peeking.wasm", &plugin_wasm("peeking"));
    configure(
        &site,
        &format!(
            "[plugins.peeking]\nsource = \"peeking.wasm\"\ngrant = {{ database = \"read\" }}\n\
        [environments.here]\ndatabase_url = \"{}\"\n{environment}",
            site.url
        ),
    );
    site
}

#[tokio::test(flavor = "multi_thread")]
async fn under_a_superuser_it_needs_a_reader_role() {
    let site = peeking("SELECT count(*)::int FROM made", "after_ddl", "").await;
    site.migrate(&["up", "--env", "here"]).expect(7).says(&[
        "001_made.yaml:8:15",
        "plugin `peeking`",
        "is a superuser",
        "reader = \"confiture_reader\"",
    ]);
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("", ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn as_the_reader_role_it_sees_the_migrations_own_changes_and_no_more() {
    let reader = "reader = \"confiture_peeker\"\n";
    let role = "DO $$ BEGIN CREATE ROLE confiture_peeker NOSUPERUSER; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$; \
                GRANT USAGE ON SCHEMA public TO confiture_peeker; \
                ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO confiture_peeker";
    let site = peeking("SELECT current_user::text || ' ' || count(*) FROM made", "after_ddl", reader).await;
    site.execute(role).await;
    site.migrate(&["up", "--env", "here"]).expect(0).says(&["saw confiture_peeker 0"]);
    // What comes behind it is the migration's own role again.
    assert_eq!(site.value("SELECT tableowner::text FROM pg_tables WHERE tablename = 'made'").await, "postgres");
    assert_eq!(site.value("SELECT count(*)::text FROM confiture.migration").await, "1");
    let site = peeking("SELECT rolpassword FROM pg_authid LIMIT 1", "before_ddl", reader).await;
    site.execute(role).await;
    site.migrate(&["up", "--env", "here"]).expect(5).says(&["42501"]);
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("", ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_no_superuser_reads_as_itself() {
    let site = peeking("SELECT current_user::text", "after_ddl", "").await;
    let name = site.value("SELECT current_database()::text").await;
    site.execute(&format!(
        "DO $$ BEGIN CREATE ROLE confiture_migrator LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$; \
         GRANT CREATE ON DATABASE {name} TO confiture_migrator; GRANT ALL ON SCHEMA public TO confiture_migrator"
    ))
    .await;
    let url = site.url.replace("://postgres@", "://confiture_migrator@");
    site.migrate(&["up", "--database-url", &url]).expect(0).says(&["saw confiture_migrator"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_never_writes() {
    let site = peeking("DELETE FROM made RETURNING id", "after_ddl", "").await;
    let name = site.value("SELECT current_database()::text").await;
    site.execute(&format!(
        "DO $$ BEGIN CREATE ROLE confiture_migrator LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$; \
         GRANT CREATE ON DATABASE {name} TO confiture_migrator; GRANT ALL ON SCHEMA public TO confiture_migrator"
    ))
    .await;
    let url = site.url.replace("://postgres@", "://confiture_migrator@");
    site.migrate(&["up", "--database-url", &url]).expect(7).says(&["it was refused"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_writes_does_so_as_the_migration_and_is_contained_in_its_step() {
    for (text, words) in [
        ("COPY made TO PROGRAM 'true'", "it was refused"),
        ("SET ROLE postgres", "it was refused"),
        ("DELETE FROM confiture.event", "it was refused"),
        ("SELECT lo_create(4711)", "it was refused"),
        ("SELECT pg_reload_conf()", "it was refused"),
        ("DO $$ BEGIN EXECUTE 'COM' || 'MIT'; END $$", "it was refused"),
    ] {
        let site = misbehaving(&[(
            "001_made.yaml",
            &making(&hook("after_ddl", "execute", &format!("        text: {text}\n"))),
        )])
        .await;
        site.migrate(&["up"]).expect(7).says(&[words]);
        assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("", ""), "{text}");
    }
    let site = misbehaving(&[(
        "001_made.yaml",
        &making(&hook("after_ddl", "execute", "        text: INSERT INTO made VALUES (1)\n")),
    )])
    .await;
    site.migrate(&["up"]).expect(0);
    assert_eq!(site.value("SELECT count(*)::text FROM made").await, "1");
}
