use super::*;
use confiture_model::schema::Snapshot;
use serde_json::json;

fn snapshot(tables: serde_json::Value) -> Snapshot {
    let mut empty = serde_json::to_value(Snapshot::empty(150_000)).expect("can be written");
    empty["relations"] = tables;
    serde_json::from_value(empty).expect("can be read")
}

fn table(name: &str, columns: &[(&str, &str)]) -> serde_json::Value {
    let columns: Vec<_> =
        columns.iter().map(|(name, kind)| json!({ "name": name, "type_name": kind, "nullable": true })).collect();
    json!({ "schema": "s", "name": name, "kind": "table", "persistence": "permanent", "owner": "o", "columns": columns })
}

fn lines(before: &Snapshot, after: &Snapshot) -> Vec<String> {
    diff(before, after).iter().map(ToString::to_string).collect()
}

#[test]
fn equal_snapshots_do_not_differ() {
    let one = snapshot(json!([table("a", &[("x", "integer")])]));
    let mut other = one.clone();
    other.relations[0].estimated_rows = Some(7);
    assert_eq!(diff(&one, &other), []);
}

#[test]
fn each_difference_is_one_line() {
    let before = snapshot(json!([table("a", &[("x", "integer"), ("y", "text")]), table("b", &[("z", "text")])]));
    let after = snapshot(json!([table("a", &[("x", "bigint"), ("w", "text")]), table("c", &[("z", "text")])]));
    let expected = [
        "column s.a.w: added",
        "column s.a.x: type was integer, is bigint",
        "column s.a.y: removed",
        "table s.b: removed",
        "table s.c: added",
    ];
    assert_eq!(lines(&before, &after), expected);
}
