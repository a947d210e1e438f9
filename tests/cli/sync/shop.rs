//! A shop with everything that a copy has to mind.

use super::pair::{Pair, value};

pub const SCHEMA: &[&str] = &[
    "CREATE TYPE state AS ENUM ('new', 'paid')",
    "CREATE SEQUENCE invoice_number START 1000",
    "CREATE TABLE people (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, chief int REFERENCES people, name text NOT NULL,
       email varchar(80) UNIQUE, phone varchar(24), address text, nicknames text[], born date,
       domain text GENERATED ALWAYS AS (lower(email)) STORED)",
    "CREATE TABLE orders (id serial PRIMARY KEY, person int NOT NULL REFERENCES people, state state, total numeric(10,2),
       note text, file bytea)",
    "CREATE TABLE items (order_id int REFERENCES orders, line int, what text)",
    "CREATE TABLE events (at timestamptz NOT NULL, person int REFERENCES people, data jsonb) PARTITION BY RANGE (at)",
    "CREATE TABLE events_old PARTITION OF events FOR VALUES FROM (MINVALUE) TO ('2020-01-01')",
    "CREATE TABLE events_new PARTITION OF events FOR VALUES FROM ('2020-01-01') TO (MAXVALUE)",
    "CREATE TABLE one (id int PRIMARY KEY, other int)",
    "CREATE TABLE other (id int PRIMARY KEY, one int REFERENCES one)",
    "ALTER TABLE one ADD CONSTRAINT one_other_fkey FOREIGN KEY (other) REFERENCES other",
    "CREATE MATERIALIZED VIEW totals AS SELECT person, sum(total) AS total FROM orders GROUP BY person",
];

pub const ROWS: &[&str] = &[
    "INSERT INTO people (chief, name, email, phone, address, nicknames, born)
       SELECT nullif((n + 1) / 2, n), 'Zebedee Quux-' || n, 'zebedee' || n || '@quux.example', '+49 30 ' || 7000000 + n,
         n || ' Quuxway, Quuxton', CASE WHEN n % 5 > 0 THEN ARRAY['Quuxi' || n, NULL, 'Zeb'] END, date '1950-01-01' + n
       FROM generate_series(1, 300) AS n",
    "INSERT INTO orders (person, state, total, note, file)
       SELECT n % 300 + 1, CASE WHEN n % 7 > 0 THEN 'paid'::state END, n / 7.0, E'tab\\there \\\\ ' || n, decode(md5(n::text), 'hex')
       FROM generate_series(1, 900) AS n",
    "INSERT INTO items SELECT n % 900 + 1, n, 'a thing' FROM generate_series(1, 2000) AS n",
    "INSERT INTO events SELECT timestamptz '2019-01-01' + n * interval '1 day', n % 300 + 1, jsonb_build_object('n', n)
       FROM generate_series(1, 700) AS n",
    "INSERT INTO one VALUES (1, NULL), (2, NULL)",
    "INSERT INTO other VALUES (1, 2), (2, 1)",
    "UPDATE one SET other = id",
    "SELECT nextval('invoice_number') FROM generate_series(1, 17)",
    "REFRESH MATERIALIZED VIEW totals",
    "ANALYZE",
];

pub const RULES: &str = "rules:
  - table: people
    columns:
      name: {type: fake, kind: full_name}
      email: {type: email_masking, keep_domain: false}
      phone: {type: fake, kind: phone}
      address: {type: fake, kind: address}
      nicknames: {type: deterministic_hash}
      born: {type: date_shift}
";

pub async fn shop() -> Pair {
    Pair::alike(SCHEMA, ROWS, RULES).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_database_is_copied_masked_and_proved() {
    let pair = Pair::new(&[SCHEMA, ROWS].concat(), RULES).await;
    let planned = pair.sync(&["--create-schema", "--dry-run"]).expect(0);
    assert!(planned.stdout.contains("6 of 8 columns masked") && !planned.stdout.contains("Quux"), "{}", planned.stdout);
    assert!(planned.stdout.contains("how long it takes is not known"), "{}", planned.stdout);
    assert_eq!(pair.value("SELECT count(*)::text FROM pg_class WHERE relname = 'people'").await, "0");
    let ran = pair.sync(&["--create-schema", "--verify-consistency", "--format", "json"]).expect(0);
    let report = ran.json();
    assert_eq!((report["outcome"].as_str(), report["schema_version"].as_u64()), (Some("verified"), Some(1)));
    assert!(!ran.stderr.contains("Quux") && !ran.stdout.contains("Quux"), "{}", ran.stderr);
    for column in ["name", "email", "phone", "address"] {
        pair.leaks_none_of(&format!("SELECT {column} FROM people")).await;
    }
    pair.leaks_none_of("SELECT unnest(nicknames) FROM people WHERE id < 200").await;
    let sums = "SELECT concat_ws(' ', (SELECT count(*) FROM people JOIN people c ON c.id = people.chief),
        (SELECT sum(total) FROM orders JOIN people ON people.id = person), (SELECT count(*) FROM items JOIN orders ON id = order_id),
        (SELECT count(*) FROM ONLY events_old), (SELECT count(*) FROM events_new JOIN people ON id = person),
        (SELECT sum(other) FROM one), (SELECT sum(total) FROM totals), (SELECT last_value FROM invoice_number),
        (SELECT last_value FROM orders_id_seq), (SELECT count(*) FROM people WHERE domain = lower(email)))";
    assert_eq!(value(&pair.target, sums).await, value(&pair.source, sums).await);
    let verdict = "SELECT state FROM confiture.sync_run";
    assert_eq!(pair.value(verdict).await, "verified");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_streams_copy_the_same() {
    let pair = shop().await;
    pair.sync(&["--workers", "3", "--verify-consistency"]).expect(0);
    let one =
        pair.value("SELECT string_agg(name || email || phone || nicknames::text, ',' ORDER BY id) FROM people").await;
    let planned = pair.sync(&["--replace", "--dry-run"]).expect(0);
    assert!(planned.stdout.contains("as fast as the last run into this target"), "{}", planned.stdout);
    pair.sync(&["--replace", "--yes", "--verify-consistency"]).expect(0);
    let other =
        pair.value("SELECT string_agg(name || email || phone || nicknames::text, ',' ORDER BY id) FROM people").await;
    assert!(one == other && !one.is_empty(), "the same key masks alike in every run");
}

/// The copy is of one moment, whatever is written meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_meanwhile_is_not_copied() {
    let pair = shop().await;
    pair.execute(super::killed::SLOWLY).await;
    let running = pair.start(&["--fire-triggers", "--verify-consistency"]);
    pair.wait_until(super::killed::COPYING).await;
    pair.source
        .client()
        .batch_execute("DELETE FROM items; UPDATE orders SET total = 0; INSERT INTO items VALUES (1, 1, 'late')")
        .await
        .expect("is written");
    super::pair::ended(running).expect(0);
    let copied =
        pair.value("SELECT (SELECT count(*) FROM items) || ' ' || (SELECT count(*) FROM orders WHERE total > 0)").await;
    assert_eq!(copied, "2000 900");
}
