//! Rules that cannot reach what they are to judge: understood, refused, or said; never found clean.

use confiture_tests::program::{confiture, project};

const WRITE_SIDE: &str = "linting:\n  custom_rules:\n    - name: write_side_naming\n      description: Write-side tables must start with w_\n      pattern: \"^w_.*\"\n      affected_schema: 01_write_side\n      severity: error\n";

#[test]
fn a_directory_in_place_of_a_schema_is_understood() {
    let project = project(&[
        ("confiture.yaml", WRITE_SIDE),
        ("db/01_write_side/a.sql", "CREATE TABLE customers (id bigint PRIMARY KEY);\n"),
        ("db/02_query_side/b.sql", "CREATE TABLE totals (id bigint PRIMARY KEY);\n"),
    ]);
    let ran = confiture(project.path(), &["lint", "db", "--rule", "write_side_naming", "--format", "json"]).expect(1);
    let found = ran.json()["findings"].clone();
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found}");
    assert_eq!(found[0]["span"]["file"], "db/01_write_side/a.sql");
}

#[test]
fn what_is_neither_schema_nor_directory_is_told_with_its_place() {
    let file = ("confiture.yaml", WRITE_SIDE);
    let project = project(&[file, ("db/a.sql", "CREATE TABLE customers (id bigint PRIMARY KEY);\n")]);
    let ran = confiture(project.path(), &["lint", "db"]).expect(0);
    for words in ["confiture.yaml:3:", "`write_side_naming` did not look at anything", "`01_write_side`", "(`public`)"]
    {
        assert!(ran.stderr.contains(words), "`{words}` is missing in:\n{}", ran.stderr);
    }
    let words = "not judged here, limited to schemas in which there is nothing: write_side_naming";
    assert!(ran.stdout.contains(words), "{}", ran.stdout);
}

#[test]
fn rules_without_statistics_are_said_and_what_they_found_is_not_called_fixed() {
    let found = r#"{"rule": "unused-index", "plugin": "lint-schema", "message": "Index 'i' on t is not used",
        "object": {"kind": "index", "schema": "public", "parent": "t", "name": "i"}}"#;
    let known = format!(r#"{{"baseline_version": 1, "live": true, "findings": [{found}]}}"#);
    let project = project(&[
        ("confiture.toml", "[linting.rules.unused-index]\n"),
        ("known.json", &known),
        (
            "db/a.sql",
            "CREATE TABLE t (id bigint PRIMARY KEY, n int);\nCREATE INDEX i ON t (n); -- confiture: allow(unused-index) a report\n",
        ),
    ]);
    let arguments = ["lint", "db", "--rule", "unused-index", "--baseline", "known.json"];
    let text = confiture(project.path(), &arguments).expect(0).stdout;
    assert!(text.contains("not judged here, for want of statistics"), "{text}");
    assert!(text.contains("1 finding of known.json not judged here") && !text.contains("no longer there"), "{text}");
    let document = confiture(project.path(), &[&arguments[..], &["--format", "json"]].concat()).expect(0).json();
    assert_eq!(document["baseline"]["not_judged"][0]["rule"], "unused-index");
    assert_eq!(document["checked"]["rules"][0]["not_judged"], "no-statistics");
    // What allows it is not told to suppress nothing.
    assert_eq!(document["findings"].as_array().map(Vec::len), Some(0), "{document}");
    let junit = confiture(project.path(), &[&arguments[..], &["--format", "junit"]].concat()).expect(0).stdout;
    assert!(junit.contains("<skipped message=\"for want of statistics"), "{junit}");
}

#[test]
fn profiles_are_read_where_a_rule_asks() {
    let table =
        ("db/a.sql", "CREATE TABLE people (id bigint PRIMARY KEY, email text);\nCOMMENT ON TABLE people IS 'x';\n");
    let project = project(&[table, ("anonymization/p.yaml", "anonymization_profile: p\nrulez: []\n")]);
    let lint = |rule: &str| confiture(project.path(), &["lint", "db", "--rule", rule, "--fail-on", "never"]).expect(0);
    assert!(!lint("primary-key-required").stderr.contains("p.yaml"));
    assert!(lint("sensitive-column-masked").stderr.contains("p.yaml"));
}

#[test]
fn a_directory_that_is_not_there_is_told() {
    let text =
        "linting:\n  custom_rules:\n    - {name: w, pattern: \"^w_\", affected_dirs: [db/nowhere], severity: error}\n";
    let project = project(&[("confiture.yaml", text), ("db/a.sql", "CREATE TABLE a (id bigint PRIMARY KEY);\n")]);
    let ran = confiture(project.path(), &["lint", "db"]).expect(0);
    let words = "the rule `w` is limited to the directory `db/nowhere`, which is not there";
    assert!(ran.stderr.contains("confiture.yaml:3:") && ran.stderr.contains(words), "{}", ran.stderr);
    assert!(ran.stdout.contains("no file made anything here: w"), "{}", ran.stdout);
}
