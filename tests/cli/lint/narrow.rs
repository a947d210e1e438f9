//! Only a part: `--schema`, `--only`, `--rule`, `--since`.

use super::{find, findings};
use confiture_tests::program::{Ran, confiture, project, run, write};
use serde_json::Value;
use std::{path::Path, process::Command};
use tempfile::TempDir;

const FILES: [(&str, &str); 2] = [
    ("db/a.sql", "CREATE SCHEMA app;\nCREATE TABLE app.orders (id bigint PRIMARY KEY, \"Odd\" int);\n"),
    ("db/b.sql", "CREATE TABLE customers (id bigint PRIMARY KEY, orders bigint REFERENCES app.orders);\n"),
];

fn lint(project: &TempDir, arguments: &[&str]) -> Ran {
    let all = [&["lint", "db", "--format", "json", "--fail-on", "never"], arguments].concat();
    confiture(project.path(), &all)
}

fn names(ran: &Ran) -> Vec<String> {
    let name = |finding: &Value| finding["subject"]["name"].as_str().unwrap_or_default().to_owned();
    let mut names: Vec<String> = findings(ran).iter().map(name).collect();
    names.sort();
    names
}

#[test]
fn a_schema_and_objects() {
    let project = project(&FILES);
    let all = lint(&project, &[]).expect(0);
    assert_eq!(names(&all), ["Odd", "customers", "customers_orders_fkey", "orders"]);
    let app = lint(&project, &["--schema", "app"]).expect(0);
    assert_eq!(names(&app), ["Odd", "orders"]);
    assert_eq!(app.json()["checked"]["tables"], 1);
    let text =
        confiture(project.path(), &["lint", "db", "--schema", "app", "--rule", "table-comment"]).expect(0).stdout;
    assert!(
        text.lines().next().is_some_and(|title| title.ends_with("; only schema app; only rule table-comment")),
        "{text}"
    );
    let counted = app.json()["checked"]["rules"]
        .as_array()
        .expect("rules")
        .iter()
        .map(|rule| rule["findings"].as_u64())
        .sum::<Option<u64>>();
    assert_eq!(counted, Some(2));
    assert_eq!(names(&lint(&project, &["--schema", "ap*", "--schema", "^pub"]).expect(0)).len(), 4);
    assert_eq!(names(&lint(&project, &["--only", "customers"]).expect(0)), ["customers", "customers_orders_fkey"]);
    assert_eq!(names(&lint(&project, &["--only", "app.*"]).expect(0)), ["Odd", "orders"]);
    lint(&project, &["--schema", "shop"]).expect(2).says(&["--schema shop", "app", "public"]);
    lint(&project, &["--only", "^("]).expect(2).says(&["--only ^("]);
}

#[test]
fn a_rule() {
    let project = project(&FILES);
    assert_eq!(names(&lint(&project, &["--rule", "foreign_key_indexed"]).expect(0)), ["customers_orders_fkey"]);
    let two = lint(&project, &["--rule", "lint-schema/column-naming", "--rule", "table-comment"]).expect(0);
    assert_eq!(names(&two), ["Odd", "customers", "orders"]);
    // One that is off runs with its defaults.
    write(project.path(), "confiture.toml", b"[linting.rules]\ntable-comment = false\n");
    assert_eq!(names(&lint(&project, &["--rule", "table-comment"]).expect(0)), ["customers", "orders"]);
    lint(&project, &["--rule", "table-coment"]).expect(2).says(&["--rule", "`table-comment`"]);
    lint(&project, &["--rule", "column-required"]).expect(2).says(&["needs the option `column`"]);
}

fn git(directory: &Path, arguments: &[&str]) -> bool {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]);
    let ran = command.arg("-C").arg(directory).args(arguments).output();
    ran.is_ok_and(|output| output.status.success())
}

/// A repository with the files committed on `main`; none where there is no git.
fn repository() -> Option<TempDir> {
    let project = project(&FILES);
    let made = git(project.path(), &["init"]) && git(project.path(), &["add", "."]);
    if !(made && git(project.path(), &["commit", "-m", "a"])) {
        eprintln!("skipped: there is no git that makes a repository");
        return None;
    }
    Some(project)
}

#[test]
fn what_changed_since() {
    let Some(project) = repository() else { return };
    let since = |reference: &str| names(&lint(&project, &["--since", reference]).expect(0));
    assert_eq!(since("main"), [""; 0]);
    assert!(git(project.path(), &["checkout", "-b", "work"]));
    // Neither what is not committed nor what git does not know escapes; what came to main meanwhile is not ours.
    write(project.path(), "db/c.sql", b"CREATE TABLE c (id bigint PRIMARY KEY);\n");
    assert_eq!(since("main"), ["c"]);
    write(project.path(), "db/b.sql", format!("-- changed\n{}", FILES[1].1).as_bytes());
    assert_eq!(since("main"), ["c", "customers", "customers_orders_fkey"]);
    assert!(git(project.path(), &["add", "."]) && git(project.path(), &["commit", "-m", "b"]));
    assert_eq!(since("main"), ["c", "customers", "customers_orders_fkey"]);
    assert_eq!(since("HEAD"), [""; 0]);
    assert!(git(project.path(), &["checkout", "main"]));
    write(project.path(), "db/a.sql", format!("-- changed\n{}", FILES[0].1).as_bytes());
    assert!(git(project.path(), &["commit", "-am", "c"]) && git(project.path(), &["checkout", "work"]));
    assert_eq!(since("main"), ["c", "customers", "customers_orders_fkey"]);
    // Below the repository's root, too.
    let from_below =
        confiture(&project.path().join("db"), &["lint", ".", "--since", "main", "--format", "json"]).expect(0);
    assert_eq!(names(&from_below), ["c", "customers", "customers_orders_fkey"]);
}

#[test]
fn since_says_what_it_lacks() {
    let plain = project(&FILES);
    lint(&plain, &["--since", "main"]).expect(2).says(&["--since", "git"]);
    confiture(plain.path(), &["lint", "--since", "main"]).expect(2).says(&["confiture lint PATH --since REF"]);
    let path = [("PATH", "/nowhere")];
    run(plain.path(), &["lint", "db", "--since", "main"], &path).expect(2).says(&["git is not installed"]);
    let Some(project) = repository() else { return };
    lint(&project, &["--since", "nothing"]).expect(2).says(&["no such commit", "git fetch"]);
    // No option of git's.
    lint(&project, &["--since=--output=stolen"]).expect(2).says(&["no such commit"]);
    assert!(!project.path().join("stolen").exists());
    assert!(git(project.path(), &["checkout", "--orphan", "other"]) && git(project.path(), &["commit", "-m", "x"]));
    lint(&project, &["--since", "main"]).expect(2).says(&["no commit in common", "fetch-depth"]);
}

#[test]
fn suppressions_outside_of_the_part_are_not_reported() {
    let text = "-- confiture: allow(primary-key-required) x\nCREATE TABLE customers (id bigint PRIMARY KEY);\n";
    let project = project(&[FILES[0], ("db/c.sql", text)]);
    assert_eq!(find(&lint(&project, &[]).expect(0).json(), "unused-suppression")["span"]["file"], "db/c.sql");
    assert_eq!(names(&lint(&project, &["--only", "orders"]).expect(0)), ["Odd", "orders"]);
}
