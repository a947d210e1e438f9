use super::*;
use confiture_sdk::{DbError, Placement, database::Value, testing::Script};

const COLUMN: [&str; 4] = ["name", "generated", "always", "required"];

fn column(name: &str) -> Vec<Value> {
    vec![name.into(), false.into(), false.into(), false.into()]
}

fn found(script: Script) -> Script {
    script.answers("to_regclass", &["found"], [vec![true.into()]])
}

/// Two tables with the columns `id` and `total`, and a unique key `id` of the target.
fn tables() -> Script {
    found(found(Script::new()))
        .answers("pg_attribute", &COLUMN, [column("id"), column("Total"), column("other")])
        .answers("pg_attribute", &COLUMN, [column("id"), column("Total")])
        .answers("pg_index", &["index", "name"], [vec![1.into(), "id".into()]])
}

const OPTIONS: &str = r#"{"source_table": "Events", "target_table": "\"R\".Model", "batch_size": 2}"#;

fn bound(row: i64, key: &str) -> Vec<Value> {
    vec![row.into(), key.into()]
}

#[test]
fn a_table_is_cut_by_ranges_of_the_targets_key() -> Result<(), Error> {
    let script = tables()
        .answers("attnotnull", &["name"], [vec!["id".into()]])
        .answers("row_number() OVER (ORDER BY s.id)", &["row", "id"], [bound(1, "10"), bound(3, "12"), bound(5, "99")])
        .answers("FROM \"R\".model AS s WHERE s.id < $1 ORDER BY s.id LIMIT 1", &["found"], [vec![1.into()]])
        .changes("INSERT INTO \"R\".model (id, \"Total\") SELECT s.id, s.\"Total\" FROM events AS s WHERE s.id < $1 ON CONFLICT (id) DO NOTHING", 2)
        .fails("LIMIT 1", Error::failed("no value of the target's key"))
        .changes("WHERE s.id >= $1 AND s.id < $2 ON CONFLICT", 2)
        .answers("LIMIT 1", &["found"], [])
        .changes("WHERE s.id >= $1", 1);
    let outcomes = script.run(&BackfillReadModel, OPTIONS)?;
    assert_eq!(outcomes.iter().map(|outcome| outcome.rows_affected).sum::<u64>(), 5);
    let sent = script.sent();
    assert_eq!(sent[sent.len() - 3].params, [Value::from("12"), Value::from("99")]);
    assert!(!sent[sent.len() - 1].sql.contains("ON CONFLICT"));
    assert!(sent.iter().all(|sent| !sent.sql.contains("OFFSET")));
    script.finished()
}

#[test]
fn a_step_says_nothing_of_its_rows() -> Result<(), Error> {
    let script = tables().answers("attnotnull", &["name"], []).answers(
        "row_number",
        &["row", "id"],
        [bound(1, "ann@example.org"), bound(3, "bob@example.org")],
    );
    let steps = script.plan(&BackfillReadModel, OPTIONS)?;
    let titles: Vec<_> = steps.iter().map(|step| step.title.as_str()).collect();
    assert_eq!(titles, ["\"R\".model: rows 1 to 2", "\"R\".model: rows from 3", "\"R\".model: rows without a key"]);
    assert_eq!((steps[0].estimated_rows, steps[1].estimated_rows), (Some(2), None));
    assert!(steps.iter().all(|step| !step.parallel));
    script.finished()
}

fn twice() -> Error {
    let message = "duplicate key value violates unique constraint".to_owned();
    Error::Database(DbError { sqlstate: "23505".to_owned(), message, detail: None, hint: None, position: None })
}

#[test]
fn a_key_that_comes_twice_is_found_out() -> Result<(), Error> {
    let options = r#"{"source_query": "SELECT a, b FROM t", "target_table": "r"}"#;
    let script = found(Script::new())
        .answers("LIMIT 0", &["a", "b"], [])
        .answers("pg_attribute", &COLUMN, [column("a"), column("b")])
        .answers("pg_index", &["index", "name"], [vec![1.into(), "b".into()], vec![1.into(), "a".into()]])
        .answers("row_number", &["row", "b", "a"], [vec![1.into(), "1".into(), "x".into()]])
        .answers("FROM r AS s ORDER BY s.b, s.a LIMIT 1", &["found"], [])
        .fails("FROM ( SELECT a, b FROM t ) AS s", twice())
        .changes("AS s ON CONFLICT (b, a) DO NOTHING", 1);
    let steps = script.plan(&BackfillReadModel, options)?;
    script.run_step(&BackfillReadModel, options, &steps[0])?;
    script.finished()
}

#[test]
fn a_query_with_a_key_of_two_columns() -> Result<(), Error> {
    let options = r#"{"source_query": "SELECT a, \"B\", n FROM t;", "target_table": "r", "on_conflict": "update",
        "key": ["a", "\"B\""], "stage": "after-commit", "parallel_workers": 4}"#;
    let script = found(Script::new())
        .answers("FROM ( SELECT a, \"B\", n FROM t ) AS source LIMIT 0", &["a", "B", "n"], [])
        .answers("pg_attribute", &COLUMN, [column("a"), column("B"), column("n")])
        .answers("pg_index", &["index", "name"], [vec![1.into(), "B".into()], vec![1.into(), "a".into()]])
        .answers(
            "OVER (ORDER BY s.a, s.\"B\") AS row FROM ( SELECT a",
            &["row", "a", "B"],
            [vec![1.into(), "1".into(), "x".into()], vec![10_001.into(), "2".into(), "y".into()]],
        )
        .answers("WHERE s.a = $1 AND s.\"B\" = $2 LIMIT 1", &["found"], [vec![1.into()]])
        .changes("AS s WHERE (s.a, s.\"B\") < ($1, $2) ON CONFLICT (\"B\", a) DO UPDATE SET n = EXCLUDED.n", 1);
    let placing = script.place(&BackfillReadModel, options)?;
    assert_eq!((placing.placement, placing.rehearsable), (Placement::OwnTransaction, true));
    let steps = script.plan(&BackfillReadModel, options)?;
    assert_eq!(steps.len(), 3);
    assert!(steps.iter().all(|step| step.parallel));
    script.run_step(&BackfillReadModel, options, &steps[0])?;
    script.finished()
}

#[test]
fn a_large_table_is_sampled() -> Result<(), Error> {
    let options = r#"{"source_table": "events", "target_table": "r", "batch_size": 10000}"#;
    let script = tables()
        .answers("attnotnull", &["name"], [vec!["id".into()]])
        .answers("pg_relation_size", &["bytes"], [vec![100_000_000.into()]])
        .answers(
            "FROM events AS s TABLESAMPLE BERNOULLI (0.5) REPEATABLE (1) WHERE s.id IS NOT NULL) AS n WHERE n.row % 50 = 0",
            &["row", "id"],
            [bound(50, "a"), bound(100, "b")],
        );
    let steps = script.plan(&BackfillReadModel, options)?;
    let titles: Vec<_> = steps.iter().map(|step| step.title.as_str()).collect();
    assert_eq!(titles, ["r: rows about 1 to 10000", "r: rows about 10001 to 20000", "r: rows from about 20001"]);
    script.finished()
}

#[test]
fn a_key_that_is_made_up_anew_cuts_nothing() -> Result<(), Error> {
    let options =
        r#"{"source_query": "SELECT gen_random_uuid() AS id, a FROM t", "target_table": "r", "batch_size": 1}"#;
    let script = || {
        found(Script::new())
            .answers("LIMIT 0", &["id", "a"], [])
            .answers("pg_attribute", &COLUMN, [column("id"), column("a")])
            .answers("pg_index", &["index", "name"], [vec![1.into(), "id".into()]])
            .answers("row_number", &["row", "id"], [bound(1, "x"), bound(2, "y")])
            .answers("LIMIT 1", &["found"], [])
    };
    let steps = script().plan(&BackfillReadModel, options)?;
    assert_eq!(steps[0].title, "r: one statement, because there is no key to cut it by");
    let named = options.replace("\"batch_size\"", "\"key\": \"id\", \"batch_size\"");
    assert!(script().plan(&BackfillReadModel, &named).unwrap_err().to_string().contains("`/key`"));
    Ok(())
}

#[test]
fn a_statement_is_one_step_unless_it_asks_for_a_range() -> Result<(), Error> {
    let whole = r#"{"source_tables": ["a", "b"], "target_table": "r", "backfill_query": "INSERT INTO r SELECT 1"}"#;
    let script = found(Script::new()).answers("to_regclass", &["found"], [vec![true.into()]]);
    let script = found(script).changes("INSERT INTO r SELECT 1", 7);
    assert!(script.place(&BackfillReadModel, whole)?.notes[0].contains("one statement"));
    assert_eq!(script.run(&BackfillReadModel, whole)?[0].rows_affected, 7);
    script.finished()?;

    let cut = r#"{"source_table": "a", "target_table": "r", "key": "id", "batch_size": 2,
        "backfill_query": "INSERT INTO r SELECT * FROM a WHERE id >= :from AND id < :to"}"#;
    let script = found(found(Script::new()))
        .answers("row_number", &["row", "id"], [bound(1, "5"), bound(3, "8")])
        .answers("format_type", &["type"], [vec!["integer".into()]])
        .answers("AS beyond", &["beyond", "last"], [vec!["10".into(), "9".into()]])
        .changes("id >= $1::integer AND id < $2::integer", 2)
        .changes("id >= $1::integer AND id < $2::integer", 2);
    script.run(&BackfillReadModel, cut)?;
    let params: Vec<_> = script.sent().into_iter().rev().take(2).map(|sent| sent.params).collect();
    assert_eq!(params, [vec![Value::from("8"), Value::from("10")], vec![Value::from("5"), Value::from("8")]]);
    script.finished()
}

#[test]
fn what_cannot_be_filled_is_said_before_anything_is() {
    let required = vec!["total".into(), false.into(), false.into(), true.into()];
    let script = found(found(Script::new())).answers("pg_attribute", &COLUMN, [column("id")]).answers(
        "pg_attribute",
        &COLUMN,
        [column("id"), required],
    );
    let error = script.plan(&BackfillReadModel, OPTIONS).unwrap_err().to_string();
    assert!(error.starts_with("column `total` of \"R\".model is NOT NULL"), "{error}");
    let script =
        found(Script::new()).answers("LIMIT 0", &["id", "typo"], []).answers("pg_attribute", &COLUMN, [column("id")]);
    let options = r#"{"source_query": "SELECT", "target_table": "r"}"#;
    assert!(script.plan(&BackfillReadModel, options).unwrap_err().to_string().contains("no column `typo`"));
}

#[test]
fn workers_need_a_commit_first() -> Result<(), Error> {
    let options = r#"{"source_table": "events", "target_table": "r", "batch_size": 10000, "parallel_workers": 4}"#;
    let placing = Script::new().place(&BackfillReadModel, options)?;
    assert_eq!(placing.placement, Placement::InTransaction);
    assert!(placing.notes[0].contains("one worker"));
    Ok(())
}

#[test]
fn sources_that_make_no_sense_are_refused() {
    for options in [
        r#"{"target_table": "r"}"#,
        r#"{"target_table": "r", "source_tables": ["a", "b"]}"#,
        r#"{"target_table": "r", "source_query": "q", "backfill_query": "b"}"#,
        r#"{"target_table": "r", "backfill_query": ":from :to"}"#,
        r#"{"target_table": "r", "source_table": "a", "batch_size": 0}"#,
        r#"{"target_table": "r", "source_table": "a", "parallel_workers": 65}"#,
        r#"{"target_table": "r", "source_table": "a b"}"#,
    ] {
        assert!(Script::new().place(&BackfillReadModel, options).is_err(), "{options}");
    }
}
