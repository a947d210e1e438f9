//! Findings that somebody allows: in files, in comments, in the configuration.

use super::{find, findings};
use confiture_tests::{
    cluster::database,
    program::{Ran, confiture, project, run},
};
use tempfile::TempDir;

fn lint(project: &TempDir) -> Ran {
    confiture(project.path(), &["lint", "db", "--fail-on", "never", "--format", "json"]).expect(0)
}

/// `rule: name` of every finding.
fn found(ran: &Ran) -> Vec<String> {
    let name = |finding: &serde_json::Value| {
        format!(
            "{}: {}",
            finding["rule"].as_str().unwrap_or_default(),
            finding["subject"]["name"].as_str().unwrap_or_default()
        )
    };
    findings(ran).iter().map(name).collect()
}

fn of(text: &str) -> Vec<String> {
    found(&lint(&project(&[("db/a.sql", text)])))
}

#[test]
fn a_comment_before_or_behind_a_statement_covers_what_it_makes() {
    let none: [&str; 0] = [];
    for text in [
        "-- confiture: allow(table-comment) old\nCREATE TABLE a (id int PRIMARY KEY);\n",
        "CREATE TABLE a (id int PRIMARY KEY); -- confiture: allow(table_comment) old\n",
        "/* confiture: allow(lint-schema/table-comment): old */\n-- And why.\nCREATE TABLE a (id int PRIMARY KEY);\n",
        "SELECT 1; -- Nothing.\n\n-- confiture: allow(table-comment) old\n\tCREATE TABLE a (id int PRIMARY KEY)",
        "-- confiture: allow(table-comment, primary-key-required) old\nCREATE TABLE a (id int);\n",
        "-- confiture: allow(table-comment) old\n-- confiture: allow(primary-key-required) log\nCREATE TABLE a (id int);\n",
    ] {
        assert_eq!(of(text), none, "{text}");
    }
}

#[test]
fn a_comment_inside_covers_its_line_or_the_next_one() {
    let all = ["column-naming: One", "column-naming: Two"];
    let table = |one: &str, two: &str| {
        format!(
            "-- confiture: allow(table-comment) t\nCREATE TABLE a (\n  id int PRIMARY KEY,\n{one}  \"One\" int,\n  \"Two\" int{two}\n);\n"
        )
    };
    assert_eq!(of(&table("", "")), all);
    assert_eq!(of(&table("  -- confiture: allow(column-naming) x\n  -- More.\n", "")), all[1..]);
    assert_eq!(of(&table("", " -- confiture: allow(column-naming) x")), all[..1]);
}

#[test]
fn what_suppresses_nothing_or_gives_no_reason_is_a_finding() {
    let table = "CREATE TABLE a (id int PRIMARY KEY);\n";
    let cases = [
        // Too far away, or behind everything.
        ("-- confiture: allow(table-comment) x\n\n", "", "unused-suppression"),
        ("", "-- confiture: allow(table-comment) x\n", "unused-suppression"),
        // Of something else.
        ("-- confiture: allow(primary-key-required) x\n", "", "unused-suppression"),
        ("-- confiture: allow(table-coment) x\n", "", "unused-suppression"),
        ("-- confiture: allow table-comment\n", "", "unreadable-suppression"),
    ];
    for (before, after, rule) in cases {
        let ran = lint(&project(&[("db/a.sql", &format!("{before}{table}{after}"))]));
        let finding = find(&ran.json(), rule);
        assert_eq!(finding["severity"], "warning");
        assert_eq!(finding["span"]["file"], "db/a.sql");
        assert_eq!(find(&ran.json(), "table-comment")["subject"]["name"], "a", "is not suppressed by {before}{after}");
    }
    let ran = lint(&project(&[("db/a.sql", &format!("-- confiture: allow(table-comment)\n{table}"))]));
    assert_eq!(find(&ran.json(), "suppression-without-reason")["span"]["line"], 1);
    assert_eq!(findings(&ran).len(), 1, "it suppresses all the same");
    let misspelt = lint(&project(&[("db/a.sql", &format!("-- confiture: allow(table-coment) x\n{table}"))]));
    assert_eq!(find(&misspelt.json(), "unused-suppression")["suggestion"], "The nearest rule is `table-comment`");
}

#[test]
fn a_rule_that_did_not_run_says_nothing_about_its_suppressions() {
    let text = "-- confiture: allow(primary-key-required) log\nCREATE TABLE a (id int);\n";
    let project = project(&[("db/a.sql", text)]);
    let arguments = ["lint", "db", "--rule", "table-comment", "--format", "json"];
    assert_eq!(found(&confiture(project.path(), &arguments).expect(0)), ["table-comment: a"]);
    std::fs::write(project.path().join("confiture.toml"), "[linting.rules]\nprimary-key-required = false\n")
        .expect("a file");
    let finding = find(&lint(&project).json(), "unused-suppression");
    assert!(finding["message"].as_str().expect("a message").ends_with("the rule is off"), "{finding}");
}

#[test]
fn other_comments_and_strings_suppress_nothing() {
    let text = "-- confiture: transaction = false\n-- As in confiture: allow(table-comment) x\n\
                CREATE TABLE a (id int PRIMARY KEY, t text DEFAULT '-- confiture: allow(table-comment) x');\n\
                CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$\n-- confiture: allow(table-comment) x\nSELECT 1 $$;\n\
                COPY a FROM stdin;\n1\t-- confiture: allow(table-comment) x\n\\.\n";
    assert_eq!(of(text), ["table-comment: a"]);
}

#[test]
fn the_comment_of_an_object_covers_what_belongs_to_it() {
    let text = "CREATE TABLE a (id int PRIMARY KEY, \"One\" int);\nCREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a, \"Two\" int);\n\
                COMMENT ON TABLE a IS 'First. confiture: allow(column-naming) from a spreadsheet';\n\
                COMMENT ON TABLE b IS 'Second.';\n\
                COMMENT ON COLUMN b.\"Two\" IS 'confiture: allow(column-naming) likewise\nconfiture: allow(column-naming)';\n";
    assert_eq!(of(text), ["foreign-key-indexed: b_a_fkey", "suppression-without-reason: Two"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_comment_of_an_object_counts_in_a_database() {
    let (url, _session) =
        database(&["CREATE TABLE a (id int)", "COMMENT ON TABLE a IS 'confiture: allow(primary-key-required) a log'"])
            .await;
    let project = project(&[]);
    let ran = run(project.path(), &["lint", "--format", "json", "--database-url", &url], &[]).expect(0);
    assert_eq!(found(&ran), [""; 0]);
    assert_eq!(ran.json()["suppressed"][0]["suppression"]["kind"], "object-comment");
}

const TABLES: (&str, &str) = (
    "db/a.sql",
    "CREATE SCHEMA app;\nCREATE TABLE app.old_one (id int);\nCREATE TABLE app.new_one (id int);\nCREATE TABLE old_two (id int);\n",
);

#[test]
fn the_configuration_allows_by_globs() {
    let file = "[linting.rules]\ntable-comment = false\n[[linting.allow]]\nrule = \"primary-key-required\"\n\
                objects = [\"app.old_*\", \"^old_\"]\nreason = \"they go in June\"\n";
    let ran = lint(&project(&[TABLES, ("confiture.toml", file)]));
    assert_eq!(found(&ran), ["primary-key-required: new_one"]);
    let yaml = "linting:\n  rules:\n    table-comment: false\n  allow:\n    - rule: primary_key_required\n      objects: \"*_one\"\n";
    let ran = lint(&project(&[TABLES, ("confiture.yaml", yaml)]));
    assert_eq!(found(&ran)[0], "primary-key-required: old_two");
    let reason = find(&ran.json(), "suppression-without-reason");
    assert_eq!((&reason["span"]["file"], &reason["span"]["line"]), (&"confiture.yaml".into(), &6.into()));
}

#[test]
fn a_pattern_of_the_configuration_that_suppresses_nothing_is_named() {
    let file = "[linting.rules]\ntable-comment = false\n[[linting.allow]]\nrule = \"primary-key-required\"\n\
                objects = [\"*_one\", \"gone_*\"]\nreason = \"r\"\n";
    let ran = lint(&project(&[TABLES, ("confiture.toml", file)]));
    let unused = find(&ran.json(), "unused-suppression");
    assert!(unused["message"].as_str().expect("a message").contains("gone_*"), "{unused}");
    assert_eq!(unused["span"]["line"], 5);
}

#[test]
fn what_the_configuration_gets_wrong_is_refused_with_its_place() {
    for (file, words) in [
        ("rule = \"primary-key-requird\"\nobjects = [\"a\"]\n", ["confiture.toml:2:8", "primary-key-required"]),
        ("rule = \"table-comment\"\nobjects = []\n", ["confiture.toml:2:8", "no object"]),
        ("rule = \"table-comment\"\nobjects = [\"^(\"]\n", ["confiture.toml:3:12", "no pattern"]),
        ("rule = \"table-comment\"\n", ["confiture.toml:1:1", "objects"]),
        ("rule = \"table-comment\"\nobject = [\"a\"]\n", ["confiture.toml:3:1", "objects"]),
    ] {
        let project = project(&[TABLES, ("confiture.toml", &format!("[[linting.allow]]\n{file}"))]);
        confiture(project.path(), &["lint", "db"]).expect(3).says(&words);
    }
}
