//! Mistakes in hooks: their place, the nearest name, and nothing has run.

use super::{configure, hook, making};
use crate::cli::migrate::site::site;

#[tokio::test(flavor = "multi_thread")]
async fn each_is_named_where_it_stands() {
    for (hooks, words) in [
        (
            hook("after_ddl", "rebuild_indx", ""),
            ["001_made.yaml:8:15", "unknown hook `rebuild_indx`", "nearest is `rebuild_index`"],
        ),
        (
            hook("after_ddl", "sql", "        config: {statemens: SELECT 1}\n"),
            ["001_made.yaml:9:18", "`statemens` is no option of the hook `sql`", "nearest known one is `statements`"],
        ),
        (
            hook("after_dll", "sql", "        config: {statements: SELECT 1}\n"),
            ["001_made.yaml:7:5", "`after_dll` is no phase of a migration", "after_ddl"],
        ),
        (
            hook("after_ddl", "sql", "        config: {statements: SELECT 1}\n        condition: migration == 'x'\n"),
            ["001_made.yaml:10:20", "the condition knows no `migration`", "migration_name"],
        ),
        (
            hook("after_ddl", "sql", "        config: {statements: SELECT 1}\n        condition: \"version ==\"\n"),
            ["001_made.yaml:10:20", "this is no condition", "written in CEL"],
        ),
        (
            hook("after_ddl", "rebuild_index", "        config: {indexes: 7}\n"),
            ["001_made.yaml:9:27", "indexes", "expected"],
        ),
        (
            hook("before_ddl", "rebuild_index", "        config: {indexes: [i], concurrent: true}\n"),
            ["001_made.yaml:8:15", "rebuild_index", "after_ddl"],
        ),
    ] {
        let site = site(&[("001_made.yaml", &making(&hooks))]).await;
        for arguments in [&["up"][..], &["up", "--dry-run"]] {
            let ran = site.migrate(arguments).expect(3).says(&words);
            assert!(!ran.stderr.contains("begun"), "{}", ran.stderr);
        }
        assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("", ""));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_is_not_granted_is_refused_with_what_to_write() {
    let backup = hook("before_validation", "backup_database", "        config:\n          backup_dir: /backups\n");
    let site = site(&[("001_made.yaml", &making(&backup))]).await;
    for arguments in [&["up"][..], &["up", "--dry-run"], &["up", "--preview"], &["up", "--out", "plan.json"]] {
        site.migrate(arguments).expect(7).says(&[
            "001_made.yaml:10:23: the hook `backup_database`: writing to directory `/backups` is not granted",
            "`directories.backups = \"/backups\"` at the top of the file",
            "under `[plugins.hooks-core]` would grant it",
        ]);
    }
    // What the message says to write is enough, for a directory that is there.
    let directory = site.directory.path().join("kept");
    std::fs::create_dir(&directory).expect("a directory");
    let path = directory.display().to_string();
    site.write("001_made.yaml", &making(&backup.replace("/backups", &path)));
    configure(
        &site,
        &format!(
            "directories.backups = \"{path}\"\n[plugins.hooks-core]\n\
             grant = {{ database = \"write\", directories = {{ backups = \"write\" }}, backup = true }}\n"
        ),
    );
    site.migrate(&["up"]).expect(0);
    assert!(directory.join("pre_001.confiture.dump").exists());
    // Queries are read from a granted directory; what a variable of the configuration holds is not shown.
    std::fs::remove_file(site.directory.path().join("confiture.toml")).expect("was there");
    let project = "hooks:\n  after_ddl:\n    - type: test_application_queries\n      query_file: ${QUERIES}/a.sql\n";
    confiture_tests::program::write(site.directory.path(), "confiture.yaml", project.as_bytes());
    site.write("002_b.sql", "CREATE TABLE b ();");
    let ran = confiture_tests::program::run(
        site.directory.path(),
        &["migrate", "up"],
        &[("DATABASE_URL", &site.url), ("QUERIES", "/hidden-place")],
    );
    let ran =
        ran.expect(7).says(&["confiture.yaml:4:19", "the directory that `${QUERIES}/a.sql` names is not granted"]);
    assert!(!ran.stderr.contains("hidden-place"), "{}", ran.stderr);
}
