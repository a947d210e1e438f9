//! Parts of a database: each holds together.

use super::{pair::value, shop};

#[tokio::test(flavor = "multi_thread")]
async fn conditions_and_limits_take_what_refers_to_the_others_with_them() {
    let pair = shop::shop().await;
    // Chiefs are people: whoever has one that is left out is left out, up the whole line.
    pair.sync(&["--where", "people=id <> 40 -- not him", "--limit", "orders=100", "--verify-consistency"]).expect(0);
    let expected =
        "WITH RECURSIVE gone (id) AS (SELECT 40 UNION SELECT people.id FROM people JOIN gone ON chief = gone.id)
        SELECT count(*)::text FROM people WHERE id NOT IN (SELECT id FROM gone)";
    assert_eq!(pair.value("SELECT count(*)::text FROM people").await, value(&pair.source, expected).await);
    assert_eq!(pair.value("SELECT count(*)::text FROM orders").await, "100");
    assert_eq!(pair.value("SELECT bool_and(order_id IN (SELECT id FROM orders))::text FROM items").await, "true");
    let gone = "SELECT count(*)::text FROM events WHERE person NOT IN (SELECT id FROM people)";
    assert_eq!(pair.value(gone).await, "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subset_is_what_is_reachable() {
    let pair = shop::shop().await;
    pair.sync(&["--subset", "orders=id IN (10, 20)", "--verify-consistency", "--workers", "2"]).expect(0);
    assert_eq!(pair.value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM orders").await, "10 20");
    let items = value(&pair.source, "SELECT count(*)::text FROM items WHERE order_id IN (10, 20)").await;
    assert_eq!(pair.value("SELECT count(*)::text FROM items").await, items);
    // Their people, the people's chiefs, and nobody else.
    let people = "WITH RECURSIVE up (id) AS (SELECT person FROM orders WHERE id IN (10, 20)
        UNION SELECT chief FROM people JOIN up USING (id) WHERE chief IS NOT NULL) SELECT string_agg(id::text, ' ' ORDER BY id) FROM up";
    assert_eq!(
        pair.value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM people").await,
        value(&pair.source, people).await
    );
    assert_eq!(pair.value("SELECT count(*)::text FROM events").await, "0");
    // A circle of two tables.
    pair.sync(&["--subset", "one=id = 1", "--replace", "--yes", "--verify-consistency"]).expect(0);
    let both = "SELECT (SELECT count(*) FROM one) || ' ' || (SELECT count(*) FROM other)";
    assert_eq!(pair.value(both).await, "2 2");
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_are_not_named_stay_as_they_are() {
    let pair = shop::shop().await;
    pair.execute("INSERT INTO other VALUES (77, NULL)").await;
    pair.sync(&["--tables", "people", "--verify-consistency"]).expect(0);
    pair.sync(&["--tables", "o*,items,events", "--replace", "--yes"]).expect(0);
    assert_eq!(pair.value("SELECT count(*)::text FROM items").await, "2000");
}
