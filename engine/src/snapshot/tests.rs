use super::{json_schema, parse, read, write};
use confiture_model::schema::Snapshot;
use serde_json::{Value, json};

fn failure(text: &str) -> String {
    parse(text.as_bytes(), "s.json").expect_err("is refused").to_string()
}

fn whole() -> Value {
    let relation = |name: &str| json!({ "schema": "app", "name": name, "kind": "table", "persistence": "permanent", "owner": "me" });
    json!({ "snapshot_version": 1, "server_version": 150_000, "live": false, "relations": [relation("b"), relation("a")] })
}

#[test]
fn what_is_written_is_read_back() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("s.json");
    let snapshot = Snapshot::empty(150_000);
    std::fs::write(&path, write(&snapshot).expect("can be written")).expect("can be written");
    assert_eq!(read(&path).expect("can be read"), snapshot);
    let missing = read(&directory.path().join("none.json")).expect_err("is not there").to_string();
    assert!(missing.contains("none.json: cannot be read"), "{missing}");
}

#[test]
fn relations_can_be_looked_up_whatever_their_order_was() {
    let snapshot = parse(whole().to_string().as_bytes(), "s.json").expect("can be read");
    assert!(snapshot.relation("app", "a").is_some() && snapshot.relation("app", "b").is_some());
}

#[test]
fn a_later_version_is_refused_before_it_is_read() {
    let message = failure(r#"{ "snapshot_version": 99, "everything": "else" }"#);
    assert!(
        message.starts_with("s.json: this snapshot is of version 99, and this Confiture reads versions up to 1"),
        "{message}"
    );
}

#[test]
fn what_is_no_snapshot_is_refused_with_its_place() {
    assert!(
        failure("{\n  \"snapshot_version\": 1,\n  oops }")
            .starts_with("s.json:3:3: this is no snapshot: key must be a string\n")
    );
    assert!(failure("").starts_with("s.json:1:1: this is no snapshot: EOF"));
    assert!(failure("{}").contains("missing field `snapshot_version`"));
    assert!(failure(r#"{ "snapshot_version": 1 }"#).contains("missing field `server_version`"));
    assert!(failure("\u{1}\u{2}").starts_with("s.json:1:1: "));
}

#[test]
fn the_schema_describes_what_is_written() {
    let schema: Value = serde_json::from_str(&json_schema()).expect("is JSON");
    let validator = jsonschema::validator_for(&schema).expect("is a schema");
    assert!(validator.is_valid(&whole()));
    assert!(!validator.is_valid(&json!({ "snapshot_version": 1 })));
}
