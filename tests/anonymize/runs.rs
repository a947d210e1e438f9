//! Masked rows of several tables, in several runs.

use super::Site;
use confiture_engine::anonymize::{
    open_table::{OpenTable, Values},
    samples::sample,
};
use confiture_postgres::text_queries::PgTextQueries;
use std::collections::BTreeMap;

const SCHEMA: &[&str] = &[
    "CREATE TABLE customers (id bigint PRIMARY KEY, email text UNIQUE, first text, last text, tags text[])",
    "CREATE TABLE orders (id int PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, buyer text REFERENCES customers (email))",
    "INSERT INTO customers SELECT n, 'person.' || n || '@mail.test', 'Ada', 'Zanzibar', ARRAY['a', 'Zanzibar', NULL] FROM generate_series(1, 50) AS n",
    "INSERT INTO orders SELECT n, 51 - n, 'person.' || n || '@mail.test' FROM generate_series(1, 50) AS n",
];
const RULES: &str = "strategies: {mail: {type: email_masking}, id: {type: deterministic_hash}}
rules:
  - {table: customers, columns: {id: id, email: mail, first: {type: fake, kind: first_name}, last: {type: fake, kind: last_name}, tags: deterministic_hash}}
  - {table: orders, columns: {customer_id: id, buyer: mail}}
";

/// Each table as it comes out, after a run that resolves everything anew.
async fn run(site: &Site) -> BTreeMap<String, (Values, Values)> {
    let resolved = site.resolved().await;
    let mut tables = BTreeMap::new();
    for table in &resolved.tables {
        let relation = site.snapshot.relation(&table.schema, &table.name).expect("is there");
        let mut database = PgTextQueries::new(site.session.client());
        let before = sample(&mut database, relation, 100).await.expect("rows");
        let after = OpenTable::open(table).await.expect("opens").mask(&before).await.expect("masks");
        tables.insert(table.name.clone(), (before, after));
    }
    tables
}

#[tokio::test(flavor = "multi_thread")]
async fn results_are_the_same_in_every_run_and_join_across_tables() {
    let site = Site::new(SCHEMA, RULES).await;
    let (one, other) = (run(&site).await, run(&site).await);
    assert_eq!(one, other);
    let (customers, orders) = (&one["customers"], &one["orders"]);
    for (key, reference) in [("id", "customer_id"), ("email", "buyer")] {
        let masked: BTreeMap<_, _> = customers.0[key].iter().zip(customers.1[key].iter()).collect();
        let distinct: std::collections::BTreeSet<_> = masked.values().collect();
        assert_eq!(distinct.len(), 50, "{key}");
        for (before, after) in orders.0[reference].iter().zip(orders.1[reference].iter()) {
            assert_eq!(masked[&before], after, "{reference}");
            assert_ne!(before, after, "{reference}");
        }
    }
    let tags = customers.1["tags"].get(0).expect("a value");
    assert!(tags.ends_with(",NULL}") && !tags.contains("Zanzibar"), "{tags}");
    assert!(customers.1.values().all(|column| !column.text().contains("Zanzibar")));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_every_run_differs_and_still_joins() {
    let site = Site::of(Site::new(SCHEMA, RULES).await.session, &format!("anonymization_profile: p\n{RULES}")).await;
    let (one, other) = (run(&site).await, run(&site).await);
    assert_ne!(one["customers"].1["email"], other["customers"].1["email"]);
    let masked: BTreeMap<_, _> = one["customers"].0["id"].iter().zip(one["customers"].1["id"].iter()).collect();
    for (before, after) in one["orders"].0["customer_id"].iter().zip(one["orders"].1["customer_id"].iter()) {
        assert_eq!(masked[&before], after);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_is_wrong_is_said_at_once() {
    let rules = "strategies: {own: {type: deterministic_hash, salt: '${MISSING}'}, empty: {type: deterministic_hash, salt: '${EMPTY}'}}
rules:
  - {table: custmers, columns: {email: none}}
  - {table: 'w_*', strategy: skip_table}
  - table: customers
    columns:
      id: deterministic_hash
      emial: none
      first: {type: fakes}
      last: {type: fake, knd: last_name}
      email: {type: pattern_masking, pattern: '*'}
      tags: date_shift
";
    let said = Site::new(SCHEMA, rules).await.resolve().await.expect_err("is refused");
    for words in [
        "p.yaml:3:52: the secret `MISSING` is not set",
        "the secret `EMPTY` is empty",
        "there is no table `custmers`",
        "no table matches `w_*`",
        "there is no column `emial` in `public.customers`",
        "unknown strategy `fakes`",
        "`knd` is no option of the strategy `fake`",
        "`date_shift` cannot mask `public.customers.tags`, whose type is text",
        "`public.customers.email` belongs to the UNIQUE constraint `customers_email_key`",
        "foreign key `orders_customer_id_fkey` would not join",
        "foreign key `orders_buyer_fkey` would not join",
    ] {
        assert!(said.contains(words), "`{words}` is missing in:\n{said}");
    }
}
