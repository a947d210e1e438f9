use super::{FakeSession, file};
use crate::build::{SourceFile, apply, attach_sources};
use confiture_model::{
    object::{ObjectKind, ObjectRef, SourceSpan},
    schema::{RelationKind, Snapshot},
    session::Touched,
};
use serde_json::{Value, json};

fn column(name: &str) -> Value {
    json!({ "name": name, "type_name": "integer", "nullable": true })
}

fn constraint(name: &str, kind: &str, columns: &[&str]) -> Value {
    json!({ "name": name, "kind": kind, "columns": columns, "definition": "", "validated": true, "deferrable": false })
}

fn index(name: &str) -> Value {
    json!({ "name": name, "keys": [], "key_options": [], "method": "btree", "unique": false, "primary": false, "valid": true,
        "definition": "" })
}

fn relation(name: &str, kind: RelationKind) -> Value {
    json!({ "schema": "app", "name": name, "kind": kind, "persistence": "permanent", "owner": "me" })
}

fn routine(arguments: &str) -> Value {
    json!({ "schema": "app", "name": "f", "kind": "function", "arguments": arguments, "language": "sql", "volatility": "stable",
        "security_definer": false, "owner": "me", "definition": "" })
}

fn snapshot(parts: Value) -> Snapshot {
    let mut whole = json!({ "snapshot_version": 1, "server_version": 150_000, "live": false, "relations": [] });
    for (name, value) in parts.as_object().expect("is one") {
        whole[name] = value.clone();
    }
    serde_json::from_value(whole).expect("is a snapshot")
}

fn touched(list: &[(usize, ObjectKind, &str)]) -> Vec<Touched> {
    let object = |kind, name: &str| match name.split_once('.') {
        Some((table, name)) => ObjectRef::of_table(kind, "app", table, name),
        None => ObjectRef::in_schema(kind, "app", name),
    };
    list.iter().map(|&(statement, kind, name)| Touched { object: object(kind, name), statement }).collect()
}

async fn attached(mut snapshot: Snapshot, files: &[SourceFile], list: &[(usize, ObjectKind, &str)]) -> Snapshot {
    let applied = apply(files, &mut FakeSession::default()).await.expect("runs");
    attach_sources(&mut snapshot, files, &applied, &touched(list));
    snapshot
}

fn place(source: Option<&SourceSpan>) -> String {
    source.map(ToString::to_string).unwrap_or_default()
}

#[tokio::test]
async fn a_table_and_its_parts_are_where_they_were_made() {
    let files = [
        file("a.sql", "CREATE TABLE app.old (\n  id int PRIMARY KEY,\n  a int\n);\nCREATE INDEX i ON app.old (a);"),
        file("b.sql", "ALTER TABLE app.old RENAME TO t;\nALTER TABLE app.t\n  ADD b int UNIQUE,\n  RENAME a TO c;"),
    ];
    let mut table = relation("t", RelationKind::Table);
    table["columns"] = json!([column("id"), column("c"), column("b"), column("unknown")]);
    table["constraints"] = json!([
        constraint("old_pkey", "primary-key", &["id"]),
        constraint("t_b_key", "unique", &["b"]),
        constraint("other", "check", &[])
    ]);
    table["indexes"] = json!([index("old_pkey"), index("i"), index("other_index")]);
    let list = [
        (0, ObjectKind::Table, "t"),
        (0, ObjectKind::Constraint, "t.old_pkey"),
        (0, ObjectKind::Index, "t.old_pkey"),
        (1, ObjectKind::Index, "t.i"),
        (2, ObjectKind::Table, "t"),
        (3, ObjectKind::Table, "t"),
        (3, ObjectKind::Constraint, "t.t_b_key"),
    ];
    let snapshot = attached(snapshot(json!({ "relations": [table] })), &files, &list).await;
    let table = &snapshot.relations[0];
    assert_eq!(place(table.source.as_ref()), "a.sql:1:14");
    let columns: Vec<String> = table.columns.iter().map(|column| place(column.source.as_ref())).collect();
    assert_eq!(columns, ["a.sql:2:3", "b.sql:4:15", "b.sql:3:7", "a.sql:1:14"]);
    let constraints: Vec<String> = table.constraints.iter().map(|one| place(one.source.as_ref())).collect();
    assert_eq!(constraints, ["a.sql:2:10", "b.sql:3:13", "a.sql:1:14"]);
    let indexes: Vec<String> = table.indexes.iter().map(|index| place(index.source.as_ref())).collect();
    assert_eq!(indexes, ["a.sql:2:10", "a.sql:5:14", "a.sql:1:14"]);
}

#[tokio::test]
async fn views_and_routines_are_where_they_were_made_last() {
    let text = "CREATE VIEW app.v AS SELECT 1;\nCREATE FUNCTION app.f(a int) RETURNS int RETURN 1;\n\
                CREATE FUNCTION app.f(a text) RETURNS int RETURN 1;\nCREATE OR REPLACE VIEW app.v AS SELECT 2;\n\
                CREATE OR REPLACE FUNCTION app.f(a int) RETURNS int RETURN 2;\nCOMMENT ON VIEW app.v IS 'x';\nCREATE TYPE app.e AS ENUM ();";
    let parts = json!({
        "relations": [relation("v", RelationKind::View)],
        "routines": [routine("a integer"), routine("a text")],
        "type_definitions": [{ "schema": "app", "name": "e", "kind": "enum" }, { "schema": "app", "name": "nowhere", "kind": "enum" }],
    });
    let list = [
        (0, ObjectKind::View, "v"),
        (1, ObjectKind::Function, "f"),
        (2, ObjectKind::Function, "f"),
        (3, ObjectKind::View, "v"),
        (4, ObjectKind::Function, "f"),
        (5, ObjectKind::View, "v"),
        (6, ObjectKind::Type, "e"),
        (99, ObjectKind::Type, "nowhere"),
    ];
    let snapshot = attached(snapshot(parts), &[file("a.sql", text)], &list).await;
    assert_eq!(place(snapshot.relations[0].source.as_ref()), "a.sql:4:24");
    let routines: Vec<String> = snapshot.routines.iter().map(|routine| place(routine.source.as_ref())).collect();
    assert_eq!(routines, ["a.sql:5:28", "a.sql:3:17"]);
    let types: Vec<String> = snapshot.type_definitions.iter().map(|one| place(one.source.as_ref())).collect();
    assert_eq!(types, ["a.sql:7:13", ""]);
}

#[tokio::test]
async fn what_a_block_made_is_where_the_block_is() {
    let files = [file("a.sql", "\nDO $$ BEGIN CREATE TABLE app.t (a int); END $$;")];
    let mut table = relation("t", RelationKind::Table);
    table["columns"] = json!([column("a")]);
    let snapshot = attached(snapshot(json!({ "relations": [table] })), &files, &[(0, ObjectKind::Table, "t")]).await;
    assert_eq!(place(snapshot.relations[0].source.as_ref()), "a.sql:2:1");
    assert_eq!(place(snapshot.relations[0].columns[0].source.as_ref()), "a.sql:2:1");
}
