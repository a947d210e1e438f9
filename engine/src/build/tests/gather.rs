use crate::build::{BuildError, Entry, SourceFile, gather, gather_paths};
use confiture_model::object::SourceSpan;
use std::{fs, path::Path};
use tempfile::TempDir;

fn project(files: &[&str]) -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    for file in files {
        write(directory.path(), file, b"SELECT 1;");
    }
    directory
}

fn write(root: &Path, file: &str, bytes: &[u8]) {
    let path = root.join(file);
    fs::create_dir_all(path.parent().expect("has a parent")).expect("can be made");
    fs::write(path, bytes).expect("can be written");
}

fn entries(patterns: &[&str]) -> Vec<Entry> {
    patterns.iter().map(|&pattern| Entry { pattern: pattern.to_owned(), origin: None }).collect()
}

fn names(files: Vec<SourceFile>) -> Vec<String> {
    files.into_iter().map(|file| file.shown).collect()
}

fn gathered(root: &Path, patterns: &[&str]) -> Vec<String> {
    names(gather(root, &entries(patterns)).expect("can be gathered"))
}

fn refusal(root: &Path, pattern: &str) -> String {
    gather(root, &entries(&[pattern])).expect_err("is refused").to_string()
}

#[test]
fn a_load_order_names_each_file_once_and_in_order() {
    let project = project(&[
        "db/0_schema/00_common/000_security/roles.sql",
        "db/0_schema/00_common/001_functions/b.sql",
        "db/0_schema/00_common/001_functions/a.sql",
        "db/0_schema/00_common/001_functions/deep/er.SQL",
        "db/0_schema/00_common/types.sql",
        "db/0_schema/00_common/README.md",
        "db/0_schema/00_common/.hidden.sql",
        "db/0_schema/01_write_side/orders.sql",
        "db/0_schema/01_write_side/nested/lines.sql",
        "db/seed.sql",
    ]);
    let order = [
        "./db/0_schema/00_common/000_security",
        "db/0_schema/00_common/001_functions/",
        "db/0_schema/00_common/**/*",
        "db/0_schema/01_write_side/*.sql",
        "db/0_schema/01_write_side/**/*",
        "db/seed.sql",
    ];
    let expected = [
        "db/0_schema/00_common/000_security/roles.sql",
        "db/0_schema/00_common/001_functions/a.sql",
        "db/0_schema/00_common/001_functions/b.sql",
        "db/0_schema/00_common/001_functions/deep/er.SQL",
        "db/0_schema/00_common/types.sql",
        "db/0_schema/01_write_side/orders.sql",
        "db/0_schema/01_write_side/nested/lines.sql",
        "db/seed.sql",
    ];
    assert_eq!(gathered(project.path(), &order), expected);
    assert_eq!(gathered(project.path(), &["**/*.sql"]).len(), 7);
    assert_eq!(gathered(project.path(), &["."]).len(), 8);
    assert_eq!(gathered(project.path(), &["db/0_schema/00_common/00[01]_*/**/*", "db/{seed,none}.sql"]).len(), 5);
}

#[test]
fn order_is_by_the_bytes_of_the_path() {
    let project = project(&["d/a/1.sql", "d/a-b/1.sql", "d/a.sql", "d/B.sql", "d/é.sql"]);
    assert_eq!(gathered(project.path(), &["d"]), ["d/B.sql", "d/a-b/1.sql", "d/a.sql", "d/a/1.sql", "d/é.sql"]);
}

#[test]
fn an_entry_that_names_nothing_is_an_error() {
    let project = project(&["db/a.sql", "db/b.txt"]);
    fs::create_dir(project.path().join("empty")).expect("can be made");
    assert!(refusal(project.path(), "db/c.sql").starts_with("`db/c.sql`: there is no such file or directory"));
    assert!(refusal(project.path(), "db/*.ddl").contains("matches no SQL file"));
    assert!(refusal(project.path(), "nowhere/**/*").contains("matches no SQL file"));
    assert!(refusal(project.path(), "empty").contains("holds no SQL file"));
    assert!(refusal(project.path(), "db/b.txt").contains("is not an SQL file"));
    assert!(refusal(project.path(), "db/[a.sql").contains("is no glob"));
    assert!(refusal(project.path(), "").contains("is empty"));
    let origin = SourceSpan { file: "confiture.toml".into(), line: 4, column: 5, end_line: 4, end_column: 9 };
    let entry = Entry { pattern: "x".into(), origin: Some(origin) };
    let error = gather(project.path(), &[entry]).expect_err("is refused");
    assert!(error.to_string().starts_with("confiture.toml:4:5: `x`: "), "{error}");
}

#[test]
fn bytes_that_are_no_text_are_named_with_their_place() {
    let project = project(&[]);
    write(project.path(), "latin.sql", b"SELECT 1;\nSELECT '\xc3\xa9t\xe9';\n");
    write(project.path(), "utf16.sql", b"\xff\xfeS\0E\0");
    write(project.path(), "zero.sql", b"a\n\0");
    let message = refusal(project.path(), "latin.sql");
    assert!(message.starts_with("latin.sql:2:11: byte 0xE9 is not UTF-8\n"), "{message}");
    assert!(refusal(project.path(), "utf16.sql").starts_with("utf16.sql:1:1: the file is UTF-16"));
    assert!(refusal(project.path(), "zero.sql").starts_with("zero.sql:2:1: a zero byte"));
}

#[test]
fn paths_of_a_command_line_are_files_and_directories() {
    let project = project(&["db/a.sql", "db/b/[c].sql", "db/b/d.sql"]);
    let root = project.path();
    let paths = [root.join("db/b/d.sql"), root.join("db/b/[c].sql"), root.join("db")];
    assert_eq!(names(gather_paths(root, &paths).expect("can be gathered")), ["db/b/d.sql", "db/b/[c].sql", "db/a.sql"]);
    let outside = gather_paths(&root.join("db/b"), &[root.join("db/a.sql")]).expect("can be gathered");
    assert_eq!(outside[0].shown, root.join("db/a.sql").to_string_lossy());
    let error = gather_paths(root, &[root.join("none")]).expect_err("is refused");
    assert!(error.to_string().contains("no such file"), "{error}");
}

#[cfg(unix)]
#[test]
fn links_are_followed_but_not_in_circles() {
    use std::os::unix::fs::symlink;
    let project = project(&["db/a/one.sql", "other/two.sql"]);
    symlink(project.path().join("db"), project.path().join("db/a/loop")).expect("can be linked");
    symlink(project.path().join("other"), project.path().join("db/linked")).expect("can be linked");
    symlink(project.path().join("db/a/one.sql"), project.path().join("db/again.sql")).expect("can be linked");
    let files = gather(project.path(), &entries(&["db"])).expect("can be gathered");
    assert_eq!(names(files), ["db/a/one.sql", "db/linked/two.sql"]);
    symlink(project.path().join("gone.sql"), project.path().join("db/broken.sql")).expect("can be linked");
    let error = gather(project.path(), &entries(&["db"])).expect_err("is refused");
    assert!(matches!(&error, BuildError::Unreadable { path, .. } if path.ends_with("db/broken.sql")), "{error}");
}
