//! Every format of a lint report, of the same findings, with names that are meant to break it.

use confiture_tests::{
    program::{Ran, confiture, project},
    workspace,
};
use serde_json::{Value, json};
use std::collections::HashSet;
use tempfile::TempDir;

/// Names with everything that some format takes for its own.
const NASTY: &str = "CREATE TABLE \"a<b>&\"\"c'|%: ,[d](e)\nf\u{7}\" (id bigint);\n\
                     -- confiture: allow(table-comment) \"quoted\" <why>\nCREATE TABLE quiet (id bigint PRIMARY KEY);\n";

fn nasty() -> TempDir {
    project(&[("db/ä b%,:.sql", NASTY)])
}

fn lint(project: &TempDir, format: &str) -> Ran {
    confiture(project.path(), &["lint", "db", "--fail-on", "warning", "--format", format]).expect(1)
}

/// What every format has to hold.
fn count(project: &TempDir) -> usize {
    lint(project, "json").json()["findings"].as_array().expect("findings").len()
}

#[test]
fn json_is_what_its_published_schema_says() {
    let schema = confiture_engine::lint::report::LintReport::json_schema();
    let validator = jsonschema::validator_for(&schema).expect("is a schema");
    let document = lint(&nasty(), "json").json();
    assert!(
        validator.is_valid(&document),
        "{:?}",
        validator.iter_errors(&document).map(|e| e.to_string()).collect::<Vec<_>>()
    );
    assert_eq!(document["suppressed"][0]["suppression"]["reason"], "\"quoted\" <why>");
}

#[test]
fn sarif_is_what_the_standard_says() {
    let project = nasty();
    let log = lint(&project, "sarif").json();
    // The standard's own schema, and ours, which knows nothing but what we write.
    for name in ["sarif-schema-2.1.0.json", "sarif-2.1.0.json"] {
        let text = std::fs::read_to_string(workspace().join("tests/schemas").join(name)).expect("a schema");
        // The standard's expression for languages has a bracket too many, which not every reader of expressions lets pass.
        let schema: Value = serde_json::from_str(&text.replace("{2}]?$", "{2}$")).expect("JSON");
        let validator = jsonschema::validator_for(&schema).expect("is a schema");
        let errors: Vec<String> = validator.iter_errors(&log).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        let wrong = serde_json::json!({ "version": "2.1.0", "runs": [{ "results": [] }] });
        assert!(!validator.is_valid(&wrong), "{name}");
    }
    let run = &log["runs"][0];
    let results = run["results"].as_array().expect("results");
    let live: Vec<&Value> = results.iter().filter(|result| result.get("suppressions").is_none()).collect();
    assert_eq!(live.len(), count(&project));
    for result in results {
        // Whoever reads by index finds the rule that the name says.
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
    }
    let physical = &live[0]["locations"][0]["physicalLocation"];
    assert_eq!(physical["artifactLocation"]["uri"], "db/%C3%A4%20b%25%2C%3A.sql");
    let suppressed = results.iter().find(|result| result.get("suppressions").is_some()).expect("one is allowed");
    assert_eq!(suppressed["suppressions"][0]["kind"], "inSource");
    assert_eq!(suppressed["suppressions"][0]["justification"], "\"quoted\" <why>");
}

#[test]
fn github_annotations_are_one_line_each() {
    let project = nasty();
    let text = lint(&project, "github").stdout;
    assert_eq!(text.lines().count(), count(&project));
    for line in text.lines() {
        assert!(line.starts_with("::error ") || line.starts_with("::warning "), "{line}");
        let properties = line.split("::").nth(1).expect("properties").split_once(' ').expect("some").1;
        let names: Vec<&str> = properties.split(',').map(|one| one.split('=').next().unwrap_or_default()).collect();
        assert_eq!(names[0], "file", "{line}");
        assert!(properties.starts_with("file=db/ä b%25%2C%3A.sql,line=1,"), "{line}");
    }
    assert!(text.contains("%0A"), "{text}");
}

#[test]
fn gitlab_fingerprints_are_unique_and_survive_moves() {
    let project = nasty();
    let fingerprints = |text: &str| -> HashSet<String> {
        let list: Vec<Value> = serde_json::from_str(text).expect("a list");
        for entry in &list {
            assert!(["info", "minor", "major"].contains(&entry["severity"].as_str().expect("a severity")));
            assert_eq!(entry["location"]["path"], "db/ä b%,:.sql");
            assert!(entry["location"]["lines"]["begin"].as_u64().expect("a line") >= 1);
            assert!(entry["description"].is_string() && entry["check_name"].is_string());
        }
        let prints: HashSet<String> = list.iter().map(|entry| entry["fingerprint"].to_string()).collect();
        assert_eq!(prints.len(), list.len(), "unique");
        prints
    };
    let before = fingerprints(&lint(&project, "gitlab").stdout);
    let moved = format!("\n\nCREATE TABLE later (id bigint PRIMARY KEY);\n{NASTY}");
    std::fs::write(project.path().join("db/ä b%,:.sql"), moved).expect("a file");
    let after = fingerprints(&lint(&project, "gitlab").stdout);
    assert!(before.is_subset(&after) && after.len() > before.len(), "{before:?} {after:?}");
}

#[test]
fn junit_is_well_formed_and_fails_as_the_program_does() {
    let project = nasty();
    let text = lint(&project, "junit").stdout;
    let elements = xml(&text);
    let of = |name: &str| elements.iter().filter(|element| *element == name).count();
    assert_eq!(of("failure"), count(&project));
    assert!(text.contains(&format!("tests=\"{}\"", of("testcase"))), "{text}");
    assert!(!text.contains('\u{7}'));
    let lenient =
        confiture(project.path(), &["lint", "db", "--fail-on", "never", "--format", "junit"]).expect(0).stdout;
    assert!(!xml(&lenient).contains(&"failure".to_owned()));
}

/// The names of all elements, in order; fails where the text is not well-formed.
#[track_caller]
fn xml(text: &str) -> Vec<String> {
    let mut open: Vec<String> = Vec::new();
    let mut seen = Vec::new();
    let text = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").expect("a declaration");
    for piece in text.split('<').skip(1) {
        let (tag, content) = piece.split_once('>').expect("a tag ends");
        for text in [tag, content] {
            assert!(!text.contains('>'), "{text}");
            for entity in text.split('&').skip(1) {
                let name = entity.split(';').next().expect("an entity");
                assert!(["amp", "lt", "gt", "quot", "apos", "#9", "#10", "#13"].contains(&name), "&{name};");
            }
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
            continue;
        }
        let name = tag.split([' ', '/']).next().expect("a name").to_owned();
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        seen.push(name.clone());
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
    seen
}

#[test]
fn markdown_has_a_row_a_finding() {
    let project = nasty();
    let text = lint(&project, "markdown").stdout;
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| db/")).collect();
    assert_eq!(rows.len(), count(&project), "{text}");
    for row in rows {
        // Escaped, a name makes no cell and no tag.
        assert_eq!(row.replace("\\|", "").matches('|').count(), 4, "{row}");
        assert!(!row.contains("<b>") && row.contains("&lt;b&gt;"), "{row}");
    }
}

#[test]
fn a_page_for_a_pull_request_does_not_outgrow_it() {
    let mut text = String::new();
    for number in 0..700 {
        text.push_str(&format!("CREATE TABLE \"A table with quite a long name {number}\" (id bigint PRIMARY KEY);\n"));
    }
    let project = project(&[("db/a.sql", &text)]);
    let page = lint(&project, "markdown").stdout;
    assert!(page.len() < 65_000, "{}", page.len());
    let shown = page.lines().filter(|line| line.starts_with("| db/")).count();
    let more = page.lines().find_map(|line| line.strip_prefix("And ")?.split(' ').next()).expect("says how many more");
    assert_eq!(shown + more.parse::<usize>().expect("a number"), count(&project));
}

#[test]
fn a_format_of_findings_is_no_format_of_other_reports() {
    let project = project(&[]);
    for arguments in [["plugin", "list"], ["migrate", "status"], ["anonymize", "suggest"]] {
        let all = [&arguments[..], &["--format", "sarif"]].concat();
        confiture(project.path(), &all).expect(2).says(&["`sarif`", "confiture lint"]);
    }
    confiture(project.path(), &["lint", "db", "--format", "xml"]).expect(2).says(&["sarif", "junit"]);
}

#[test]
fn files_are_named_as_the_repository_names_them() {
    let project =
        project(&[("shop/db/a.sql", "CREATE TABLE a (id bigint PRIMARY KEY);\n"), ("shop/confiture.toml", "")]);
    std::fs::create_dir(project.path().join(".git")).expect("a directory");
    let below = project.path().join("shop");
    let log = confiture(&below, &["lint", "db", "--format", "sarif"]).expect(0).json();
    let uri = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(*uri, json!("shop/db/a.sql"));
    let text = confiture(&below, &["lint", "db", "--format", "github"]).expect(0).stdout;
    assert!(text.contains("file=shop/db/a.sql,"), "{text}");
    // People sit in the project.
    let text = confiture(&below, &["lint", "db"]).expect(0).stdout;
    assert!(text.contains(" db/a.sql:1:14"), "{text}");
}

#[test]
fn the_result_goes_to_a_file() {
    let project = nasty();
    let arguments = ["lint", "db", "--format", "sarif", "--output", "lint.sarif"];
    let ran = confiture(project.path(), &arguments).expect(1);
    assert!(ran.stdout.is_empty());
    let text = std::fs::read_to_string(project.path().join("lint.sarif")).expect("a file");
    assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON")["version"], "2.1.0");
}

#[test]
fn the_page_needs_nothing_from_elsewhere_and_escapes_names() {
    let project = nasty();
    let page = lint(&project, "html").stdout;
    assert!(page.starts_with("<!doctype html>"), "{page}");
    for outside in ["http://", "https://", "src=", "@import", "url(", "<link"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert_eq!(page.matches("<li class=\"").count(), count(&project));
    assert_eq!(page.matches("<script>").count(), 1);
    assert!(!page.contains("a<b>&\"") && page.contains("a&lt;b&gt;&amp;&quot;c"), "{page}");
    assert!(page.contains("prefers-color-scheme: dark") && page.contains("&quot;quoted&quot; &lt;why&gt;"));
    // The specification's way of asking for it.
    let ran = confiture(project.path(), &["lint", "db", "--report", "html", "--fail-on", "never"]).expect(0);
    assert_eq!(ran.stdout, page);
}
