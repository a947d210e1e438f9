use super::*;
use confiture_sdk::{database::Value, testing::Script};

fn numeric(text: &str) -> Value {
    Value::Other { text: text.to_owned(), type_name: "numeric".to_owned() }
}

/// What becomes of one check whose query returns these rows.
fn check(rule: &str, columns: &[&str], rows: Vec<Vec<Value>>) -> Result<Vec<String>, Error> {
    let options = format!(r#"{{"checks": [{{"name": "n", "query": "SELECT 1", {rule}}}]}}"#);
    let script = Script::new().answers("SELECT 1", columns, rows);
    Ok(script.run(&VerifyConsistency, &options)?.remove(0).notes)
}

fn failure(result: Result<Vec<String>, Error>) -> String {
    match result {
        Err(Error::CheckFailed(verdict)) => verdict,
        other => panic!("expected a check that does not hold, got {other:?}"),
    }
}

const EXACT: &str = r#""tolerance_percent": 0.0"#;

#[test]
fn two_columns_or_two_rows() {
    assert!(check(EXACT, &["a", "b"], vec![vec![7.into(), numeric("7.00")]]).is_ok());
    assert!(check(EXACT, &["a"], vec![vec![7.into()], vec![7.into()]]).is_ok());
    // As the specification writes it: the sides in other columns of other rows.
    let rows = vec![vec![7.into(), 900.into()], vec![Value::Null, 7.into()]];
    assert!(check(EXACT, &["write_side_count", "read_side_count"], rows).is_ok());
    assert!(check(EXACT, &["a", "b"], vec![vec![Value::Null, Value::Null]]).is_ok());
}

#[test]
fn the_verdict_shows_both_values() {
    let verdict = failure(check(EXACT, &["a", "b"], vec![vec![100.into(), 99.into()]]));
    assert_eq!(verdict, "n: 100 and 99 (1 % apart), expected at most 0 % apart");
    let verdict = failure(check(r#""expected_ratio": 0.995"#, &["a", "b"], vec![vec![numeric("99.0"), 100.into()]]));
    assert_eq!(verdict, "n: 99.0 and 100 (a ratio of 0.99), expected a ratio of at least 0.995");
    let verdict = failure(check(EXACT, &["a", "b"], vec![vec![Value::Null, 3.into()]]));
    assert!(verdict.starts_with("n: nothing and 3"), "{verdict}");
}

#[test]
fn a_tolerance_is_percent_and_a_ratio_has_no_side() {
    let percent = r#""tolerance_percent": 0.01"#;
    assert!(check(percent, &["a", "b"], vec![vec![100_000.into(), 100_010.into()]]).is_ok());
    failure(check(percent, &["a", "b"], vec![vec![100_000.into(), 100_011.into()]]));
    for (left, right) in [(99, 100), (100, 99), (-99, -100)] {
        assert!(check(r#""expected_ratio": 0.99"#, &["a", "b"], vec![vec![left.into(), right.into()]]).is_ok());
    }
    failure(check(r#""expected_ratio": 0.5"#, &["a", "b"], vec![vec![(-1).into(), 1.into()]]));
    failure(check(r#""expected_ratio": 1.0"#, &["a", "b"], vec![vec![0.into(), 1.into()]]));
}

#[test]
fn what_a_double_cannot_tell_apart_is_not_equal() {
    let rows = vec![vec![numeric("9007199254740993.01"), numeric("9007199254740993.02")]];
    failure(check(EXACT, &["a", "b"], rows.clone()));
    assert!(check(r#""tolerance_percent": 0.1"#, &["a", "b"], rows).is_ok());
}

#[test]
fn variances_are_relative_to_the_sum() {
    let columns = ["total_variance", "max_variance"];
    assert!(check(EXACT, &columns, vec![vec![numeric("0.00"), 0.into()]]).is_ok());
    assert!(check(EXACT, &columns, vec![vec![Value::Null, Value::Null]]).is_ok());
    let verdict = failure(check(r#""tolerance_percent": 5"#, &columns, vec![vec![3.into(), 2.into()]]));
    assert!(verdict.contains("select the sum"), "{verdict}");
    let columns = ["total_variance", "total"];
    assert!(check(r#""tolerance_percent": 0.01"#, &columns, vec![vec![1.into(), 10_000.into()]]).is_ok());
    let verdict = failure(check(r#""tolerance_percent": 0.01"#, &columns, vec![vec![2.into(), 10_000.into()]]));
    assert_eq!(verdict, "n: a variance of 2 and a sum of 10000 (0.02 %), expected at most 0.01 % apart");
}

#[test]
fn texts_are_equal_or_not_and_are_not_shown() {
    let rows = |right: &str| vec![vec![Value::from("ann@example.org"), Value::from(right)]];
    assert!(check(EXACT, &["a", "b"], rows("ann@example.org")).is_ok());
    let verdict = failure(check(EXACT, &["a", "b"], rows("bob@example.org")));
    assert!(!verdict.contains('@'), "{verdict}");
    let error = check(r#""tolerance_percent": 1"#, &["a", "b"], rows("x")).unwrap_err();
    assert!(error.to_string().contains("check `n`: expected numbers"), "{error}");
}

#[test]
fn anything_else_is_refused_with_what_was_expected() {
    for (columns, rows) in [
        (vec!["a"], vec![vec![1.into()]]),
        (vec!["a", "b", "c"], vec![vec![1.into(), 2.into(), 3.into()]]),
        (vec!["a"], vec![]),
        (vec!["a"], vec![vec![1.into()], vec![1.into()], vec![1.into()]]),
        (vec!["a", "b"], vec![vec![true.into(), true.into()]]),
    ] {
        let error = check(EXACT, &columns, rows).unwrap_err().to_string();
        assert!(error.contains("expected two values"), "{error}");
    }
}

#[test]
fn joins_count_keys_that_are_found() -> Result<(), Error> {
    let options = r#"{"source_target_joins": [{"source": "events", "target": "\"R\".t", "join_key": "user_id"}]}"#;
    let found = || Script::new().answers("to_regclass", &["found"], [vec![true.into()]]);
    let script = found().answers("to_regclass", &["found"], [vec![true.into()]]);
    let script =
        script.answers("FROM \"R\".t AS t WHERE t.user_id = s.key", &["keys", "found"], [vec![5.into(), 5.into()]]);
    let outcomes = script.run(&VerifyConsistency, options)?;
    assert_eq!(outcomes[0].statistics["checks"]["events in \"R\".t by user_id"], json!({ "left": "5", "right": "5" }));
    let script = found().answers("to_regclass", &["found"], [vec![true.into()]]);
    let script = script.answers("count", &["keys", "found"], [vec![5.into(), 4.into()]]);
    assert!(failure(script.run(&VerifyConsistency, options).map(|_| Vec::new())).contains("5 and 4"));
    Ok(())
}

#[test]
fn every_failure_is_reported() {
    let options = r#"{"checks": [{"name": "one", "query": "SELECT 1"}, {"name": "two", "query": "SELECT 2"}]}"#;
    let script = Script::new().answers("SELECT 1", &["a", "b"], [vec![1.into(), 2.into()]]).answers(
        "SELECT 2",
        &["a", "b"],
        [vec![3.into(), 4.into()]],
    );
    let verdict = failure(script.run(&VerifyConsistency, options).map(|_| Vec::new()));
    assert!(verdict.contains("one: 1 and 2") && verdict.contains("two: 3 and 4"), "{verdict}");
}

#[test]
fn options_that_make_no_sense_are_refused() {
    for options in [
        "{}",
        r#"{"checks": [{"name": "n", "query": "q", "tolerance_percent": 1, "expected_ratio": 1}]}"#,
        r#"{"checks": [{"name": "n", "query": "q", "tolerance_percent": -1}]}"#,
        r#"{"validation_queries": [{"name": "n", "query": "q", "expected_ratio": 1.5}]}"#,
        r#"{"checks": [{"name": "n", "query": "q", "ratio": 1}]}"#,
    ] {
        assert!(Script::new().place(&VerifyConsistency, options).is_err(), "{options}");
    }
}
