//! `--baseline` and `--write-baseline`.

use super::findings;
use confiture_tests::program::{Ran, confiture, project, write};
use tempfile::TempDir;

const ONE: &str = "CREATE TABLE one (id bigint, \"Odd\" int);\n";
const TWO: &str = "CREATE TABLE two (id bigint PRIMARY KEY);\n";

fn with_baseline() -> TempDir {
    let project = project(&[("db/a.sql", &format!("{ONE}{TWO}"))]);
    let ran = confiture(project.path(), &["lint", "db", "--write-baseline", "known.json"]).expect(0);
    ran.says(&["known.json: 4 findings", "--baseline"]);
    project
}

fn lint(project: &TempDir, arguments: &[&str]) -> Ran {
    let all =
        [&["lint", "db", "--baseline", "known.json", "--format", "json", "--fail-on", "info"], arguments].concat();
    confiture(project.path(), &all)
}

#[test]
fn what_is_known_is_not_reported_wherever_it_moves() {
    let project = with_baseline();
    let ran = lint(&project, &[]).expect(0);
    assert_eq!(ran.json()["baseline"]["known"], 4);
    assert_eq!(ran.json()["suppressed"].as_array().map(Vec::len), Some(4));
    let text = confiture(project.path(), &["lint", "db", "--baseline", "known.json"]).expect(0).stdout;
    assert!(text.contains("No findings") && text.contains("4 findings known to known.json"), "{text}");
    // Other files, another order, other lines.
    std::fs::remove_file(project.path().join("db/a.sql")).expect("is there");
    write(project.path(), "db/z/0.sql", format!("\n\n{TWO}").as_bytes());
    write(project.path(), "db/z/1.sql", format!("\n{ONE}").as_bytes());
    lint(&project, &[]).expect(0);
    write(project.path(), "db/z/2.sql", b"CREATE TABLE three (id bigint PRIMARY KEY);\n");
    let ran = lint(&project, &[]).expect(1);
    assert_eq!(findings(&ran).len(), 1);
    assert_eq!(findings(&ran)[0]["subject"]["name"], "three");
}

#[test]
fn what_is_fixed_is_said() {
    let project = with_baseline();
    write(project.path(), "db/a.sql", format!("{ONE}{TWO}COMMENT ON TABLE two IS 'Two.';\n").as_bytes());
    let ran = lint(&project, &[]).expect(0);
    let fixed = ran.json()["baseline"]["fixed"].clone();
    assert_eq!(fixed.as_array().map(Vec::len), Some(1));
    assert_eq!((&fixed[0]["rule"], &fixed[0]["object"]["name"]), (&"table-comment".into(), &"two".into()));
    let text = confiture(project.path(), &["lint", "db", "--baseline", "known.json"]).expect(0).stdout;
    assert!(text.contains("1 finding of known.json no longer there") && text.contains("public.two"), "{text}");
    // What a run does not look at is not called fixed.
    for part in [["--rule", "column-naming"], ["--only", "one"], ["--schema", "^public$"]] {
        let fixed = lint(&project, &part).expect(0).json()["baseline"]["fixed"].as_array().map(Vec::len);
        assert_eq!(fixed, Some(usize::from(part[0] == "--schema")), "{part:?}");
    }
}

#[test]
fn a_baseline_is_the_same_whenever_it_is_written() {
    let project = with_baseline();
    let first = std::fs::read_to_string(project.path().join("known.json")).expect("a baseline");
    write(project.path(), "db/a.sql", format!("\n{TWO}\n{ONE}").as_bytes());
    confiture(project.path(), &["lint", "db", "--write-baseline", "known.json"]).expect(0);
    assert_eq!(std::fs::read_to_string(project.path().join("known.json")).expect("a baseline"), first);
    assert_eq!(first.lines().filter(|line| line.contains("\"rule\"")).count(), 4, "one a line: {first}");
}

#[test]
fn a_file_that_is_no_baseline_is_refused() {
    let project = with_baseline();
    for (text, words) in [
        ("{", ["known.json:1:", "no baseline"]),
        ("{\"findings\": []}", ["baseline_version", "--write-baseline"]),
        ("{\"baseline_version\": 2}", ["version 2", "up to 1"]),
        ("{\"baseline_version\": 1, \"findings\": [{\"rule\": \"a\"}]}", ["known.json:1:", "plugin"]),
    ] {
        write(project.path(), "known.json", text.as_bytes());
        lint(&project, &[]).expect(3).says(&words);
    }
    std::fs::remove_file(project.path().join("known.json")).expect("is there");
    lint(&project, &[]).expect(3).says(&["known.json", "--write-baseline"]);
    confiture(project.path(), &["lint", "db", "--write-baseline", "x.json", "--rule", "table-comment"]).expect(2);
    confiture(project.path(), &["lint", "db", "--write-baseline", "no/such/x.json"])
        .expect(5)
        .says(&["no/such/x.json"]);
}
