//! A target that is not what it should be is found out.

use super::{pair::Pair, shop};

/// Copies into a target where a trigger does something behind our back.
async fn tampered(table: &str, action: &str) -> (Pair, serde_json::Value) {
    let pair = shop::shop().await;
    pair.execute(&format!(
        "CREATE FUNCTION tamper() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {action} RETURN NEW; END $$;
         CREATE TRIGGER tamper BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION tamper()"
    ))
    .await;
    let ran = pair.sync(&["--fire-triggers", "--verify-consistency", "--format", "json"]).expect(1);
    assert!(!ran.stdout.contains("Quux") && !ran.stderr.contains("Quux"), "{}", ran.stdout);
    assert_eq!(pair.value("SELECT state FROM confiture.sync_run").await, "unverified");
    let report = ran.json();
    assert_eq!(report["outcome"], "unverified");
    (pair, report)
}

/// `kind table.subject` of what does not hold.
fn broken(report: &serde_json::Value) -> Vec<String> {
    let checks = report["checks"].as_array().expect("has checks").iter().filter(|check| check["holds"] == false);
    let words = |check: &serde_json::Value| {
        let word = |name: &str| check[name].as_str().unwrap_or("-").to_owned();
        format!("{} {} {}", word("kind"), word("table"), word("subject"))
    };
    checks.map(words).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_missing() {
    let (_, report) = tampered("items", "IF NEW.line = 7 THEN RETURN NULL; END IF;").await;
    assert_eq!(broken(&report), ["rows public.items -", "sum public.items -"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_nothing_masks_and_that_differs() {
    let (_, report) = tampered("orders", "IF NEW.id = 7 THEN NEW.total := 0; NEW.note := NULL; END IF;").await;
    assert_eq!(broken(&report), ["sum public.orders -", "nulls public.orders -"]);
    let details: Vec<&str> =
        report["checks"].as_array().into_iter().flatten().filter_map(|check| check["detail"].as_str()).collect();
    assert!(details.contains(&"nothing masks them, and they differ: `total`, `note`"), "{details:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn values_of_the_source_in_a_masked_column() {
    let leak = "NEW.email := CASE WHEN NEW.id = 9 THEN 'zebedee44@quux.example' ELSE NEW.email END;
                NEW.nicknames := CASE WHEN NEW.id = 8 THEN ARRAY['Quuxi41'] ELSE NEW.nicknames END;";
    let (_, report) = tampered("people", leak).await;
    assert_eq!(broken(&report), ["survivors public.people email", "survivors public.people nicknames"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_a_foreign_key_misses_at_the_source() {
    let pair = shop::shop().await;
    let key = "ALTER TABLE items ADD CONSTRAINT line_fkey FOREIGN KEY (line) REFERENCES orders DEFERRABLE NOT VALID;
        COMMENT ON CONSTRAINT line_fkey ON items IS 'since 2020'";
    pair.source.client().batch_execute(key).await.expect("is added");
    pair.execute(key).await;
    // It was not validated there, and is not validated here: of rows that come later, PostgreSQL asks it all the same.
    let state =
        "SELECT concat_ws(' ', (SELECT count(*) FROM items WHERE line > 900), (SELECT convalidated FROM pg_constraint
        WHERE conname = 'line_fkey'), (SELECT obj_description(oid) FROM pg_constraint WHERE conname = 'line_fkey'))";
    for more in [&["--verify-consistency"][..], &["--workers", "2", "--replace", "--yes", "--verify-consistency"]] {
        pair.sync(more).expect(0);
        assert_eq!(pair.value(state).await, "1100 f since 2020");
    }
    assert!(pair.target.client().batch_execute("INSERT INTO items VALUES (1, 5000, '')").await.is_err());
    // Validated in the target alone, its rows are counted beforehand, and nothing is touched.
    pair.execute("TRUNCATE items; ALTER TABLE items VALIDATE CONSTRAINT line_fkey").await;
    let ran = pair.sync(&["--replace", "--yes"]).expect(8);
    ran.says(&["`line_fkey` of `public.items` is validated in the target and not at the source, where 1100 rows"]);
    assert_eq!(pair.value("SELECT count(*)::text FROM people").await, "300");
}

/// A strategy inside of another one makes nulls; so does one that shuffles too few values: they promise no less.
#[tokio::test(flavor = "multi_thread")]
async fn nulls_that_strategies_say_they_make() {
    let schema = ["CREATE TABLE t (id int PRIMARY KEY, name text, town text)"];
    let rows = [
        "INSERT INTO t SELECT n, 'Zebedee ' || n, CASE WHEN n % 10 = 0 THEN 'town ' || n END FROM generate_series(1, 400) AS n",
    ];
    let rules = "rules:
  - table: t
    columns:
      name: {type: conditional, condition: 'row.id < 100', if_true: set_null, if_false: {type: deterministic_hash}}
      town: shuffle
";
    let pair = Pair::alike(&schema, &rows, rules).await;
    pair.sync(&["--verify-consistency"]).expect(0);
    let nulls =
        "SELECT concat_ws(' ', count(*) FILTER (WHERE name IS NULL), count(*) FILTER (WHERE town IS NULL)) FROM t";
    assert_eq!(pair.value(nulls).await, "99 400");
}
