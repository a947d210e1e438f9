//! Files that are not what they should be, and files that are odd and right.

use super::site::site;
use confiture_tests::cluster::has_version;
use std::fmt::Write;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_before_anything_is_connected_to() {
    for (files, says) in [
        (&[("add_x.sql", "SELECT 1;"), ("1_a.sql", "SELECT 1;")][..], &["add_x.sql"][..]),
        (&[("1_a.sql", "SELECT 1;"), ("001_b.sql", "SELECT 1;")], &["001_b.sql", "1_a.sql"]),
        (&[("1_a.sql", "SELECT 1;\n\\i other.sql\nSELECT 2;\n")], &["migrations/1_a.sql:2:1", "\\i"]),
        (&[("1_a.sql", "SELECT 1;\nSELECT 'never ends;\n")], &["migrations/1_a.sql:2:8"]),
        (&[("1_a.sql", "-- confiture: transactoin = false\nSELECT 1;")], &["migrations/1_a.sql:1:1", "transactoin"]),
        (
            &[("1_a.yaml", "migration:\n  name: 1_a\n  ddl: SELECT 1\n  dll: SELECT 2\n")],
            &["migrations/1_a.yaml:4:3", "dll"],
        ),
        (&[("1_a.down.sql", "SELECT 1;")], &["1_a"]),
    ] {
        let mut site = site(files).await;
        site.url = "postgres://127.0.0.1:1/none".to_owned();
        site.migrate(&["up"]).expect(3).says(says);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn line_ends_marks_and_missing_newlines_do_not_matter() {
    let site = site(&[
        ("1_a.sql", "\u{feff}CREATE TABLE a (id int);\r\nINSERT INTO a\r\nVALUES (1);\r\n"),
        ("2_b.sql", "CREATE TABLE b ();"),
        ("3_c.sql", "COPY a FROM stdin;\r\n2\r\n3\r\n\\.\r\nINSERT INTO a VALUES (4)"),
        ("4_d.sql", "-- nothing\n"),
        ("5_e.sql", ""),
    ])
    .await;
    site.migrate(&["up"]).expect(0);
    assert_eq!(site.value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM a").await, "1 2 3 4");
    // As another editor would save them.
    site.write("1_a.sql", "-- a comment\nCREATE TABLE a (id int);\nINSERT INTO a\nVALUES (1);");
    site.migrate(&["up"]).expect(0);
    site.migrate(&["verify"]).expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_boundaries_of_statements_hide() {
    let script = r#"CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $body$ BEGIN /* ; */ RETURN 1; END; $body$;
/* a /* nested; */ comment; */
CREATE TABLE "semi;colon" (a text DEFAULT ';', b text DEFAULT E'\';');
SET standard_conforming_strings = off;
INSERT INTO "semi;colon" VALUES ('\';', ';');
RESET standard_conforming_strings;
CREATE TABLE last_one ();
"#;
    let site = site(&[("1_a.sql", script)]).await;
    site.migrate(&["up"]).expect(0).says(&["6 statements"]);
    assert_eq!(site.value("SELECT a || b FROM \"semi;colon\"").await, "';;");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_standard_sql() {
    if !has_version(14, "BEGIN ATOMIC").await {
        return;
    }
    let site = site(&[]).await;
    let script =
        "CREATE FUNCTION g() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END;\nCREATE TABLE a ();";
    site.write("1_a.sql", script);
    site.migrate(&["up"]).expect(0).says(&["2 statements"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_statements() {
    let mut script = "CREATE TABLE a (id int);\n".to_owned();
    for id in 0..10_000 {
        let _ = writeln!(script, "INSERT INTO a VALUES ({id});");
    }
    let site = site(&[("1_a.sql", &script)]).await;
    let ran = site.migrate(&["up", "--format", "json"]).expect(0);
    assert_eq!(ran.json()["migrations"][0]["statements"], 10_001);
    assert!(ran.stderr.lines().count() < 50, "{}", ran.stderr);
    assert_eq!(site.value("SELECT count(*)::text FROM a").await, "10000");
    script.push_str("INSERT INTO a VALUES (1, 2);\n");
    site.write("2_b.sql", &script.replace("CREATE TABLE a (", "CREATE TABLE b ("));
    site.migrate(&["up"]).expect(5).says(&["migrations/2_b.sql:10002:26", "rolled back"]);
    assert_eq!(site.value("SELECT count(*)::text FROM a").await, "10000");
}
