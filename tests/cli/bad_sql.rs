//! SQL files that cannot be used: each ends with its file, its place, the reason, and what to do.

use confiture_tests::program::{confiture, project, write};

#[test]
fn an_empty_directory() {
    let project = project(&[]);
    std::fs::create_dir(project.path().join("db")).expect("a directory");
    confiture(project.path(), &["lint", "db"]).expect(3).says(&["db", ".sql"]);
}

#[test]
fn a_path_that_is_not_there() {
    let project = project(&[]);
    confiture(project.path(), &["lint", "nowhere"]).expect(3).says(&["nowhere"]);
}

#[test]
fn invalid_utf8_is_named_with_its_place() {
    let project = project(&[]);
    write(project.path(), "db/a.sql", b"SELECT 1;\nSELECT '\xff';\n");
    confiture(project.path(), &["lint", "db"]).expect(3).says(&["db/a.sql:2:9", "UTF-8"]);
}

#[test]
fn an_unfinished_dollar_quote_is_named_where_it_begins() {
    let project =
        project(&[("db/f.sql", "CREATE TABLE a (id int);\nCREATE FUNCTION f() RETURNS int AS $body$\nSELECT 1;\n")]);
    confiture(project.path(), &["lint", "db"]).expect(5).says(&["db/f.sql:2:36", "$body$"]);
}

#[test]
fn a_meta_command_of_psql_is_named() {
    let project = project(&[("db/f.sql", "CREATE TABLE a (id int);\n\\c other\n")]);
    confiture(project.path(), &["lint", "db"]).expect(5).says(&["db/f.sql:2:1", "\\c", "psql"]);
}

#[test]
fn a_failing_statement_shows_the_line_and_a_caret() {
    let project = project(&[("db/f.sql", "CREATE TABLE ok (id int);\n\nCREATE TABLE broken (\n    id intt\n);\n")]);
    confiture(project.path(), &["lint", "db"]).expect(5).says(&[
        "db/f.sql:4:8",
        "type \"intt\" does not exist",
        "42704",
        "    id intt",
        "^",
    ]);
}

#[test]
fn a_file_of_fifty_megabytes_is_read() {
    let project = project(&[("db/a.sql", "CREATE TABLE a (id int PRIMARY KEY);\n")]);
    let line = format!("-- {}\n", "x".repeat(1020));
    write(project.path(), "db/b.sql", (line.repeat(50 * 1024) + "CREATE TABLE b (id int PRIMARY KEY);\n").as_bytes());
    let ran = confiture(project.path(), &["lint", "db", "--format", "json", "--fail-on", "never"]).expect(0);
    assert_eq!(ran.json()["checked"]["tables"], 2);
}

#[test]
fn a_stored_snapshot_that_is_none() {
    let project =
        project(&[("a.json", "{ \"tables\": [] }"), ("b.json", "{"), ("c.json", "{\"snapshot_version\": 99}")]);
    confiture(project.path(), &["lint", "a.json"]).expect(3).says(&["a.json"]);
    confiture(project.path(), &["lint", "b.json"]).expect(3).says(&["b.json:1"]);
    confiture(project.path(), &["lint", "c.json"]).expect(3).says(&["c.json", "99"]);
}

#[test]
fn a_violated_constraint_does_not_show_the_row() {
    let sql = "CREATE TABLE p (id int PRIMARY KEY, ssn text UNIQUE);\n\
               INSERT INTO p VALUES (1, '123' || '-45'), (2, '123' || '-45');\n";
    let project = project(&[("db/a.sql", sql)]);
    let said = confiture(project.path(), &["build", "db", "--check"]).expect(5).stderr;
    assert!(said.contains("db/a.sql:2:1") && said.contains("p_ssn_key") && !said.contains("123-45"), "{said}");
}
