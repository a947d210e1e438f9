//! `examples/lint-everything`: each rule finds what was put there for it, and nothing else; on its own files, and on a
//! thousand generated tables.

use confiture_tests::{
    corpus,
    program::{Ran, confiture, run},
    workspace,
};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::Command,
};

/// What the generator plants, and the rule that finds it.
const PLANTED: [(&str, &str); 20] = [
    ("audit_missing", "audit-column-missing"),
    ("comment_column", "column-comment"),
    ("comment_table", "table-comment"),
    ("fk_cross_tenant", "foreign-key-without-tenant"),
    ("fk_no_index", "foreign-key-indexed"),
    ("fk_not_valid", "constraint-not-valid"),
    ("index_duplicate", "duplicate-index"),
    ("name_case", "mixed-case-name"),
    ("pk_int4", "integer-key"),
    ("pk_missing", "primary-key-required"),
    ("read_has_fk", "read-model-foreign-key"),
    ("rls_missing", "row-security-missing"),
    ("tenant_missing", "multi-tenant-column"),
    ("tenant_not_leading", "tenant-column-unindexed"),
    ("tenant_nullable", "tenant-column-nullable"),
    ("ts_no_tz", "timestamp-without-time-zone"),
    ("type_json", "json-column"),
    ("type_money_float", "float-amount"),
    ("type_varchar", "varchar-with-length"),
    ("unique_no_tenant", "unique-without-tenant"),
];

#[test]
fn each_rule_of_the_example_finds_what_its_files_say() {
    let configuration = std::fs::read_to_string(example().join("confiture.toml")).expect("a file");
    let rules: BTreeSet<&str> =
        configuration.lines().filter_map(|line| line.strip_prefix("[linting.rules.")?.strip_suffix(']')).collect();
    let ran = confiture(&example(), &["lint", "db", "--format", "json", "--fail-on", "never"]).expect(0);
    let found: Vec<String> = findings(&ran)
        .iter()
        .filter(|finding| finding["rule"].as_str().is_some_and(|rule| rules.contains(rule)))
        .map(|finding| {
            let place = match finding["span"]["file"].as_str() {
                Some(file) => format!("{file}:{}", finding["span"]["line"]),
                None => "nowhere".to_owned(),
            };
            format!("{place}: {}", text(&finding["rule"]))
        })
        .collect();
    same(&found, &said(&example().join("db")));
    let named: BTreeSet<&str> = found.iter().filter_map(|finding| finding.rsplit(": ").next()).collect();
    let silent: Vec<&&str> = rules.iter().filter(|rule| !named.contains(**rule)).collect();
    // Files have no statistics, and nobody told in which environment they are linted.
    assert_eq!(silent, [&"key-running-out", &"unlogged-in-production", &"unused-index"]);
}

#[test]
fn all_that_was_planted_in_a_thousand_tables_is_found_and_nothing_else() {
    let Some(generator) = corpus("tools/gen_schema.py") else { return };
    for seed in ["1", "2", "3", "4", "5"] {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let db = folder.path().join("db");
        let mut make = Command::new("python3");
        let made = make.arg(&generator).arg("1000").arg(&db).args(["--seed", seed]).output().expect("python3");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        std::fs::copy(example().join("confiture.toml"), folder.path().join("confiture.toml")).expect("a file");
        let planted = std::fs::read_to_string(db.join("expected.json")).expect("what was planted");
        std::fs::remove_file(db.join("expected.json")).expect("a file");
        let planted: Value = serde_json::from_str(&planted).expect("JSON");
        let ran = run(folder.path(), &["lint", "db", "--format", "json", "--fail-on", "never"], &[]).expect(0);
        let expected: Vec<String> = planted.as_array().expect("a list").iter().map(expected).collect();
        let found: Vec<String> = findings(&ran).iter().filter_map(found).collect();
        assert!(expected.len() >= 20, "seed {seed}");
        same(&found, &expected);
    }
}

fn example() -> PathBuf {
    workspace().join("examples/lint-everything")
}

/// A planted violation as [`found`] writes it.
fn expected(planted: &Value) -> String {
    let rule = PLANTED.iter().find(|(kind, _)| planted["rule"] == *kind).map_or("?", |(_, rule)| rule);
    let part = ["constraint", "index", "column"].iter().find_map(|part| planted[part].as_str());
    shown(text(&planted["file"]), text(&planted["table"]), part, rule)
}

/// A finding of one of the planted kinds. A rule may look at a column where the generator names the table alone.
fn found(finding: &Value) -> Option<String> {
    let (kind, rule) = PLANTED.iter().find(|(_, rule)| finding["rule"] == *rule)?;
    let subject = &finding["subject"];
    let table = subject["parent"].as_str().unwrap_or(text(&subject["name"]));
    let part = subject["parent"].as_str().and(subject["name"].as_str()).filter(|_| *kind != "tenant_not_leading");
    let file = text(&finding["span"]["file"]);
    Some(shown(file.strip_prefix("db/").unwrap_or(file), table, part, rule))
}

fn shown(file: &str, table: &str, part: Option<&str>, rule: &str) -> String {
    format!("{file}: {table} {} {rule}", part.unwrap_or_default())
}

/// What the comments `-- finds: rule, rule` of a folder's files say, with file and line.
fn said(folder: &Path) -> Vec<String> {
    let mut said = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let name = format!("db/{}", entry.file_name().to_string_lossy());
        let content = std::fs::read_to_string(entry.path()).expect("a file");
        for (at, line) in content.lines().enumerate() {
            let Some((_, comment)) = line.split_once("-- finds") else { continue };
            let (place, rules) = match comment.strip_prefix(" nowhere: ") {
                Some(rules) => ("nowhere".to_owned(), rules),
                None => (format!("{name}:{}", at + 1), comment.trim_start_matches(": ")),
            };
            said.extend(rules.split(", ").map(|rule| format!("{place}: {rule}")));
        }
    }
    said
}

#[track_caller]
fn same(found: &[String], expected: &[String]) {
    let (found, expected): (BTreeSet<_>, BTreeSet<_>) = (found.iter().collect(), expected.iter().collect());
    let missed: Vec<_> = expected.difference(&found).collect();
    let wrong: Vec<_> = found.difference(&expected).collect();
    assert!(missed.is_empty() && wrong.is_empty(), "not found: {missed:#?}\nfound without reason: {wrong:#?}");
}

fn findings(ran: &Ran) -> Vec<Value> {
    ran.json()["findings"].as_array().expect("findings").clone()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
