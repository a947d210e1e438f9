//! `confiture snapshot`.

use confiture_tests::program::{confiture, project};

#[test]
fn a_snapshot_of_files_holds_what_they_make_and_where() {
    let project = project(&[("db/a.sql", "CREATE TYPE mood AS ENUM ('sad', 'ok');\nCREATE TABLE a (id bigint PRIMARY KEY, m mood);\n")]);
    let document = confiture(project.path(), &["snapshot", "db"]).expect(0).json();
    assert_eq!(document["snapshot_version"], 1);
    assert_eq!(document["relations"][0]["columns"][1]["type_name"], "public.mood");
    assert_eq!(document["type_definitions"][0]["labels"], serde_json::json!(["sad", "ok"]));
    assert_eq!(document["relations"][0]["source"]["line"], 2);
}

#[test]
fn its_json_schema_is_published() {
    let project = project(&[]);
    let schema = confiture(project.path(), &["snapshot", "--schema"]).expect(0).json();
    assert!(schema["properties"]["relations"].is_object());
}
