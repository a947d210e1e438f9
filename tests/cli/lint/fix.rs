//! `--fix`: what is safe to repair.

use confiture_model::session::Session;
use confiture_postgres::session::PgSession;
use confiture_tests::{
    cluster::database,
    plugin_wasm,
    program::{Ran, project, run, write},
};
use std::path::Path;
use tempfile::TempDir;

/// A project whose one rule asks for these statements.
fn repairing(statements: &[&str]) -> TempDir {
    let list: Vec<String> = statements.iter().map(|sql| format!("{sql:?}")).collect();
    let file = format!(
        "[plugins.repairing]\nsource = \"repairing.wasm\"\n[plugins.lint-schema]\nenabled = false\n\
         [linting.rules]\nrepair = {{ fix = [{}] }}\n[migrations]\ndirectory = \"changes\"\n",
        list.join(", ")
    );
    let project = project(&[("confiture.toml", &file)]);
    write(project.path(), "repairing.wasm", &plugin_wasm("repairing"));
    project
}

const TABLE: [&str; 2] = ["CREATE TABLE broken (id int, other int)", "INSERT INTO broken VALUES (1, 1), (1, 1)"];
const COMMENT: &str = "COMMENT ON TABLE broken IS 'Mended'";
const INDEX: &str = "CREATE INDEX CONCURRENTLY broken_other ON broken (other)";

fn fix(project: &TempDir, url: &str, arguments: &[&str]) -> Ran {
    run(project.path(), &[&["lint", "--fix", "--database-url", url], arguments].concat(), &[])
}

fn files(directory: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

async fn truth(session: &mut PgSession, condition: &str) -> bool {
    session.execute(&format!("DO $$ BEGIN ASSERT ({condition}); END $$")).await.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn fixes_are_shown_run_and_recorded() {
    let (url, mut session) = database(&TABLE).await;
    let project = repairing(&[COMMENT, INDEX, "DROP TABLE broken"]);
    // Nobody to ask.
    let refused = fix(&project, &url, &[]).expect(8);
    assert!(refused.stdout.contains(COMMENT) && refused.stdout.contains(INDEX), "{}", refused.stdout);
    assert!(refused.stdout.contains("not run: only comments"), "{}", refused.stdout);
    refused.says(&["2 statements", "--yes"]);
    assert_eq!(files(&project.path().join("changes")), [""; 0]);
    assert!(truth(&mut session, "obj_description('broken'::regclass) IS NULL").await);

    let ran = fix(&project, &url, &["--yes"]).expect(0);
    assert!(ran.stdout.contains("2 migrations applied"), "{}", ran.stdout);
    assert_eq!(files(&project.path().join("changes")), ["001_lint_fixes.sql", "002_lint_fixes_concurrently.sql"]);
    assert!(truth(&mut session, "obj_description('broken'::regclass) = 'Mended'").await);
    assert!(
        truth(&mut session, "EXISTS (SELECT FROM pg_index WHERE indexrelid = 'broken_other'::regclass AND indisvalid)")
            .await
    );
    assert!(truth(&mut session, "(SELECT count(*) FROM confiture.migration) = 2").await);
    run(project.path(), &["migrate", "verify", "--database-url", &url], &[]).expect(0);
    // What is left decides: a table to be dropped is for a person.
    fix(&project, &url, &["--yes", "--fail-on", "warning", "--out", "again.sql"]).expect(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn fixes_are_written_as_a_migration() {
    let project = repairing(&[COMMENT, INDEX]);
    let (url, _session) = database(&TABLE).await;
    fix(&project, &url, &["--out", "fixes.sql"]).expect(0).says(&["fixes.sql: 2 statements; nothing was run"]);
    let text = std::fs::read_to_string(project.path().join("fixes.sql")).expect("a file");
    assert!(text.starts_with("-- confiture: transaction = false\n-- needs COMMENT"), "{text}");
    assert!(!project.path().join("changes").exists());
    // Never over what is there.
    fix(&project, &url, &["--out", "fixes.sql"]).expect(3).says(&["fixes.sql"]);
    write(project.path(), "changes/001_fixes.sql", text.as_bytes());
    run(project.path(), &["migrate", "up", "--database-url", &url], &[]).expect(0);
    // Files need no database.
    write(project.path(), "db/a.sql", b"CREATE TABLE broken (id int, other int);\n");
    run(project.path(), &["lint", "db", "--fix", "--out", "of-files.sql"], &[]).expect(0);
    run(project.path(), &["lint", "db", "--fix"], &[]).expect(2).says(&["--out FILE"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_leaves_nothing() {
    let project = repairing(&[COMMENT]);
    let (url, mut session) = database(&TABLE).await;
    let ran = fix(&project, &url, &["--dry-run"]).expect(0);
    assert!(ran.stdout.contains("001_lint_fixes"), "{}", ran.stdout);
    assert!(truth(&mut session, "obj_description('broken'::regclass) IS NULL").await);
    assert!(!project.path().join("changes").exists(), "{:?}", files(&project.path().join("changes")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_leaves_neither_a_file_nor_a_change() {
    let project = repairing(&[COMMENT, "ALTER TABLE broken VALIDATE CONSTRAINT positive"]);
    let (url, mut session) = database(&TABLE).await;
    session.execute("ALTER TABLE broken ADD CONSTRAINT positive CHECK (other < 1) NOT VALID").await.expect("is added");
    fix(&project, &url, &["--yes"]).expect(5).says(&["positive", "rolled back"]);
    assert!(truth(&mut session, "obj_description('broken'::regclass) IS NULL").await);
    assert!(!project.path().join("changes").exists(), "{:?}", files(&project.path().join("changes")));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_pending_migrations_are_not_run_along() {
    let project = repairing(&[COMMENT]);
    let (url, mut session) = database(&TABLE).await;
    write(project.path(), "changes/007_other.sql", b"CREATE TABLE other (id int);\n");
    fix(&project, &url, &["--yes"]).expect(8).says(&["pending", "migrate up", "--out FILE"]);
    assert_eq!(files(&project.path().join("changes")), ["007_other.sql"]);
    assert!(truth(&mut session, "to_regclass('other') IS NULL").await);
    run(project.path(), &["migrate", "up", "--database-url", &url], &[]).expect(0);
    fix(&project, &url, &["--yes"]).expect(0);
    assert_eq!(files(&project.path().join("changes")), ["007_other.sql", "008_lint_fixes.sql"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_a_function_knows_is_not_changed() {
    let project = repairing(&["ALTER TABLE broken RENAME TO whole"]);
    let (url, mut session) = database(&TABLE).await;
    session
        .execute(
            "CREATE FUNCTION f() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM broken); END'",
        )
        .await
        .expect("is made");
    let ran = fix(&project, &url, &["--yes"]).expect(0);
    assert!(ran.stdout.contains("public.f may refer to the old name `broken`"), "{}", ran.stdout);
    session.execute("DROP FUNCTION f()").await.expect("goes");
    fix(&project, &url, &["--yes"]).expect(0);
    assert!(truth(&mut session, "to_regclass('whole') IS NOT NULL").await);
}

#[test]
fn fixes_are_asked_about_in_words() {
    let project = repairing(&[COMMENT]);
    for arguments in [&["lint", "--fix", "--format", "sarif"][..], &["lint", "--out", "x.sql"], &["lint", "--dry-run"]]
    {
        run(project.path(), arguments, &[]).expect(2);
    }
}
