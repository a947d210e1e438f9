use super::*;
use confiture_sdk::testing::Script;

fn plan(node: &str, cost: f64) -> Vec<Value> {
    let text = format!(r#"[{{"Plan": {{"Node Type": "{node}", "Total Cost": {cost}, "Plans": []}}}}]"#);
    vec![Value::Other { text, type_name: "json".to_owned() }]
}

fn planned(node: &str, cost: f64) -> Script {
    Script::new().answers("EXPLAIN (FORMAT JSON)", &["QUERY PLAN"], [plan(node, cost)])
}

fn wrong(script: Script, query: &str) -> String {
    let options = format!(r#"{{"test_queries": [{{"name": "q", "query": "SELECT 1", {query}}}]}}"#);
    match script.run(&TestApplicationQueries, &options) {
        Err(Error::CheckFailed(why)) => why,
        other => panic!("expected a query that fails, got {other:?}"),
    }
}

#[test]
fn columns_types_and_costs() {
    let script = planned("Limit", 10.0).answers("SELECT * FROM ( SELECT 1 ) AS query LIMIT 100", &["id", "x"], []);
    assert_eq!(wrong(script, r#""expected_columns": ["id", "total"]"#), "query `q`: it has no column `total`");
    let script = planned("Aggregate", 10.0).answers("LIMIT 100", &["sum:bigint"], []).answers(
        "to_regtype",
        &["found", "unknown", "same"],
        [vec![20.into(), false.into(), false.into()]],
    );
    assert_eq!(wrong(script, r#""expected_return_type": "decimal""#), "query `q`: it returns bigint, not decimal");
    let script = planned("Seq Scan", 5000.5).answers("LIMIT 100", &["id"], []);
    assert!(wrong(script, r#""max_cost": 100"#).contains("estimated at 5000.5, above the 100"));
}

#[test]
fn parameters_are_sent_as_such() -> Result<(), Error> {
    let options = r#"{"test_queries": [{"name": "q", "query": "SELECT $1", "expected_return_type": "numeric",
        "test_params": ["550e8400", 3, true, null, 1.5]}]}"#;
    let script = planned("Result", 0.1).answers("LIMIT 100", &["sum:numeric"], [vec![Value::Null]]);
    let outcomes = script.run(&TestApplicationQueries, options)?;
    assert_eq!(outcomes[0].statistics["q"], json!({ "cost": 0.1, "run": true }));
    let params: Vec<Value> = vec!["550e8400".into(), "3".into(), true.into(), Value::Null, 1.5.into()];
    assert!(script.sent().iter().all(|sent| sent.params == params));
    script.finished()
}

#[test]
fn what_changes_rows_is_planned_only() -> Result<(), Error> {
    let script = planned("ModifyTable", 1.0);
    let outcomes =
        script.run(&TestApplicationQueries, r#"{"test_queries": [{"name": "q", "query": "DELETE FROM a"}]}"#)?;
    assert_eq!(outcomes[0].statistics["q"]["run"], false);
    script.finished()
}

#[test]
fn a_file_holds_several() -> Result<(), Error> {
    let script = planned("Seq Scan", 1.0)
        .file("tests/queries", "a.sql", "SELECT 1; SELECT 2;")
        .answers("SELECT 1", &["a"], [])
        .answers("EXPLAIN", &["QUERY PLAN"], [plan("Seq Scan", 1.0)])
        .answers("SELECT 2", &["a"], []);
    let outcomes = script.run(&TestApplicationQueries, r#"{"query_file": "tests/queries/a.sql"}"#)?;
    assert!(outcomes[0].statistics.contains_key("a.sql, statement 2"));
    script.finished()
}

#[test]
fn a_file_lies_in_a_directory() {
    assert!(Script::new().place(&TestApplicationQueries, r#"{"query_file": "a.sql"}"#).is_err());
    assert!(Script::new().place(&TestApplicationQueries, "{}").is_err());
}
