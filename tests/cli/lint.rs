//! `confiture lint`: the same findings from every source, places, scopes, exit codes.

mod baseline;
mod fix;
mod formats;
mod narrow;
mod reach;
mod suppressions;

use confiture_tests::{
    cluster::{cluster, database, has_version},
    corpus,
    program::{Ran, confiture, project, run},
    workspace,
};
use serde_json::Value;
use std::{path::Path, process::Command};

const TABLES: (&str, &str) = (
    "db/tables.sql",
    "CREATE TABLE customers (\n    id bigint PRIMARY KEY\n);\nCREATE TABLE orders (\n    id bigint PRIMARY KEY,\n    \
     customer_id bigint REFERENCES customers\n);\n",
);

#[test]
fn a_finding_has_the_place_where_its_object_was_made() {
    let project = project(&[TABLES]);
    let ran = confiture(project.path(), &["lint", "db", "--format", "json"]).expect(0);
    let document = ran.json();
    let found = find(&document, "foreign-key-indexed");
    assert_eq!(found["message"], "Foreign key on orders(customer_id) is not indexed");
    assert_eq!((&found["span"]["file"], &found["span"]["line"]), (&"db/tables.sql".into(), &6.into()));
    assert_eq!(document["schema_version"], 1);
}

#[test]
fn severities_decide_the_exit_code() {
    let project = project(&[TABLES]);
    confiture(project.path(), &["lint", "db"]).expect(0);
    confiture(project.path(), &["lint", "db", "--fail-on", "warning"]).expect(1);
    confiture(project.path(), &["lint", "db", "--fail-on", "never"]).expect(0);
    std::fs::write(project.path().join("confiture.toml"), "[linting]\nfail_on_severity = \"warning\"\n")
        .expect("a file");
    confiture(project.path(), &["lint", "db"]).expect(1);
}

#[test]
fn exemptions_are_globs() {
    let configuration = "[linting.rules.table-comment]\nexemptions = [\"cust*\"]\n[linting.rules.foreign-key-indexed]\nenabled = false\n";
    let project = project(&[TABLES, ("confiture.toml", configuration)]);
    let ran = confiture(project.path(), &["lint", "db", "--format", "json"]).expect(0);
    let names: Vec<Value> = findings(&ran).iter().map(|finding| finding["subject"]["name"].clone()).collect();
    assert_eq!(names, ["orders"]);
}

#[test]
fn a_file_of_the_load_order_is_linted_with_what_it_needs() {
    let project = project(&[
        ("confiture.toml", "[build]\nload_order = [\"db/a\", \"db/b\"]\n"),
        ("db/a/customers.sql", "CREATE TABLE customers (id bigint PRIMARY KEY);\n"),
        ("db/b/orders.sql", "CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint REFERENCES customers);\n"),
    ]);
    let ran = confiture(project.path(), &["lint", "db/b", "--format", "json"]).expect(0);
    assert!(findings(&ran).iter().all(|finding| finding["span"]["file"] == "db/b/orders.sql"), "{}", ran.stdout);
    assert!(!findings(&ran).is_empty());
}

#[test]
fn a_rule_is_explained_with_its_options() {
    let project = project(&[]);
    let text = confiture(project.path(), &["lint", "--explain", "multi_tenant_column"]).expect(0).stdout;
    for word in ["multi-tenant-column", "required_column", "tenant_id", "Why it hurts"] {
        assert!(text.contains(word), "`{word}` is missing in:\n{text}");
    }
    confiture(project.path(), &["lint", "--explain", "nothing"]).expect(2).says(&["foreign-key-indexed"]);
}

#[test]
fn the_text_is_plain_where_nobody_looks_at_it() {
    let project = project(&[TABLES]);
    let text = confiture(project.path(), &["lint", "db"]).expect(0).stdout;
    assert!(!text.contains('\u{1b}'));
    assert!(text.contains("├─ Checking 2 tables"), "{text}");
}

#[test]
fn the_example_has_the_findings_that_it_was_made_for() {
    let example = workspace().join("examples/printoptim");
    let ran = confiture(&example, &["lint", "db", "--env", "production", "--format", "json"]).expect(1);
    let subjects: Vec<String> =
        findings(&ran).iter().filter_map(|finding| finding["subject"]["name"].as_str().map(str::to_owned)).collect();
    for name in ["OrderNotes", "inventory_summary", "fk_w_orders_customer"] {
        assert!(subjects.iter().any(|subject| subject == name), "{name} is missing in {subjects:?}");
    }
    assert!(!subjects.iter().any(|subject| subject == "w_customers"), "{subjects:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_a_live_database_and_a_stored_snapshot_have_the_same_findings() {
    // A rule that is limited to directories has nothing to say of a live database: not here, then.
    let project = project(&[]);
    let copied =
        Command::new("cp").arg("-r").arg(workspace().join("examples/printoptim/db")).arg(project.path()).status();
    assert!(copied.expect("cp").success());
    same_findings(project.path(), &["db"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_of_directories_are_named_where_there_are_no_files() {
    let (url, _session) = database(&["CREATE TABLE a (id int PRIMARY KEY)"]).await;
    let example = workspace().join("examples/printoptim");
    run(&example, &["lint", "--fail-on", "never"], &[("DATABASE_URL", &url)]).expect(0).says(&[
        "write_side_tables",
        "read_side_tables",
        "director",
    ]);
}

#[tokio::test(flavor = "multi_thread")]
async fn generated_tables_have_the_same_findings_from_files_and_live() {
    let Some(generator) = corpus("tools/gen_schema.py") else { return };
    let folder = tempfile::tempdir().expect("a temporary directory");
    let made =
        Command::new("python3").arg(&generator).arg("200").arg(folder.path().join("db")).output().expect("python3");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    same_findings(folder.path(), &["db"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn northwind_has_the_same_findings_from_files_and_live() {
    let Some(folder) = corpus("corpora/northwind/sql") else { return };
    same_findings(&folder, &["northwind.sql"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chinook_has_the_same_findings_from_files_and_live() {
    let Some(folder) = corpus("corpora/chinook/sql/ChinookDatabase/DataSources") else { return };
    let text = std::fs::read_to_string(folder.join("Chinook_PostgreSql.sql")).expect("chinook");
    // Its head makes the database and connects to it: psql's business.
    let (_, text) =
        text.split_once("\\c chinook").and_then(|(_, rest)| rest.split_once('\n')).expect("the line after \\c");
    let project = project(&[("chinook.sql", text)]);
    same_findings(project.path(), &["chinook.sql"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cratesio_has_the_same_findings_from_files_and_live() {
    let Some(folder) = corpus("corpora/cratesio/sql/migrations") else { return };
    if !has_version(14, "CREATE OR REPLACE TRIGGER").await {
        return;
    }
    let versions: Vec<_> =
        std::fs::read_dir(&folder).expect("migrations").flatten().map(|entry| entry.path()).collect();
    let mut versions: Vec<(String, std::path::PathBuf)> = versions
        .into_iter()
        .map(|path| (path.file_name().unwrap_or_default().to_string_lossy().replace('-', ""), path.join("up.sql")))
        .collect();
    versions.sort();
    let project = project(&[]);
    for (number, (_, up)) in versions.iter().filter(|(_, up)| up.exists()).enumerate() {
        let text = std::fs::read(up).expect("a migration");
        confiture_tests::program::write(project.path(), &format!("db/{number:04}.sql"), &text);
    }
    same_findings(project.path(), &["db"]).await;
}

/// Lints paths, the database that `confiture build --apply` makes of them, and its stored snapshot.
async fn same_findings(folder: &Path, paths: &[&str]) {
    let lint = |arguments: &[&str], url: &str| {
        let mut all = vec!["lint", "--format", "json", "--fail-on", "never", "--env", "test"];
        all.extend(arguments);
        stripped(&run(folder, &all, &[("DATABASE_URL", url)]).expect(0))
    };
    let (url, _session) = database(&[]).await;
    cluster().await;
    let mut build = vec!["build", "--apply", "--no-transaction", "--database-url", &url];
    build.extend(paths);
    run(folder, &build, &[]).expect(0);
    let from_files = lint(paths, &url);
    assert!(!from_files.is_empty(), "there is something to find");
    let live = lint(&["--database-url", &url], &url);
    assert_eq!(from_files, live);
    let stored = tempfile::tempdir().expect("a temporary directory");
    let file = stored.path().join("s.json");
    let file = file.to_str().expect("UTF-8");
    run(folder, &["snapshot", "--database-url", &url, "--output", file], &[]).expect(0);
    assert_eq!(lint(&[file], &url), live);
}

/// The findings without what only one source has (places in files, statistics of a live database), in an order that
/// does not depend on it.
fn stripped(ran: &Ran) -> Vec<String> {
    let mut found: Vec<String> = findings(ran)
        .into_iter()
        .map(|mut finding| {
            finding.as_object_mut().map(|finding| finding.remove("span"));
            // Its severity is by how many rows the table has, where that is known.
            if finding["rule"] == "foreign-key-indexed" {
                finding.as_object_mut().map(|finding| finding.remove("severity"));
            }
            if let Some(evidence) = finding["evidence"].as_array_mut() {
                evidence.retain(|one| !one.as_str().is_some_and(|text| text.starts_with("reltuples = ")));
            }
            finding.to_string()
        })
        .collect();
    found.sort();
    found
}

fn findings(ran: &Ran) -> Vec<Value> {
    ran.json()["findings"].as_array().expect("findings").clone()
}

fn find(document: &Value, rule: &str) -> Value {
    let found = document["findings"].as_array().expect("findings").iter().find(|finding| finding["rule"] == rule);
    found.unwrap_or_else(|| panic!("{rule} found nothing in {document}")).clone()
}

#[test]
fn the_configuration_says_how_a_report_is_printed_unless_the_command_line_does() {
    let project = project(&[TABLES, ("confiture.toml", "[linting]\nreport_format = \"json\"\n")]);
    assert_eq!(confiture(project.path(), &["lint", "db"]).expect(0).json()["schema_version"], 1);
    let text = confiture(project.path(), &["lint", "db", "--format", "text"]).expect(0).stdout;
    assert!(text.starts_with("Linting the schema"), "{text}");
}

#[test]
fn a_run_without_rules_does_not_claim_that_it_checked() {
    let project = project(&[TABLES, ("confiture.toml", "[linting]\nenabled = false\n")]);
    let text = confiture(project.path(), &["lint", "db"]).expect(0).stdout;
    assert!(text.contains("Nothing was checked") && !text.contains("No findings"), "{text}");
}

#[test]
fn a_name_with_a_line_break_does_not_pass_for_a_line_of_the_report() {
    let project = project(&[("db/a.sql", "CREATE TABLE \"a\nERRORS (0): none\" (id int);\n")]);
    let text = confiture(project.path(), &["lint", "db"]).expect(1).stdout;
    assert!(!text.lines().any(|line| line.starts_with("ERRORS (0)")), "{text}");
}

#[test]
fn the_one_environment_of_a_file_needs_no_env() {
    let file = "environment:\n  name: production\n  database_url: host=/nowhere/at/all dbname=d\n  hooks: {}\n";
    let project = project(&[("confiture.yaml", file), ("db/a.sql", "CREATE UNLOGGED TABLE a (id int PRIMARY KEY);\n")]);
    confiture(project.path(), &["lint"]).expect(4).says(&["/nowhere/at/all"]);
    let text = confiture(project.path(), &["lint", "db"]).expect(1).stdout;
    assert!(text.contains("UNLOGGED (unsafe for production)"), "{text}");
    let elsewhere = [("DATABASE_URL", "host=/another/place dbname=d")];
    run(project.path(), &["lint"], &elsewhere).expect(4).says(&["/another/place"]);
    run(project.path(), &["lint", "--env", "production"], &elsewhere).expect(4).says(&["/nowhere/at/all"]);
}
