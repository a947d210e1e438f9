//! `--dry-run` and `confiture facts`, as a user has them.

use super::site::{Site, site};
use confiture_tests::{
    program::{Ran, confiture, confiture_bin, run, write},
    skipped,
};
use std::process::Command;

const TABLES: &str = "CREATE TABLE customers (id int PRIMARY KEY, name text, grade int);
    INSERT INTO customers SELECT i, 'customer-' || i, i % 5 FROM generate_series(1, 3000) i;
    CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer int, amount int);
    INSERT INTO orders (customer, amount) SELECT i % 3000 + 1, i FROM generate_series(1, 9000) i; ANALYZE;";

const CHANGE: &str = "migration:
  name: 001_status
  ddl: |
    ALTER TABLE orders ADD COLUMN status text;
    ALTER TABLE orders ADD CONSTRAINT orders_customer_fkey FOREIGN KEY (customer) REFERENCES customers;
    CREATE TABLE r_orders (id bigint PRIMARY KEY, amount int);
  rollback:
    ddl: DROP TABLE r_orders; ALTER TABLE orders DROP CONSTRAINT orders_customer_fkey, DROP COLUMN status;
  hooks:
    after_ddl:
      - type: backfill_read_model
        config: {source_table: orders, target_table: r_orders, batch_size: 2000}
    after_validation:
      - type: sql
        config: {statements: UPDATE orders SET status = 'secret-status' WHERE id <= 700}
    after_migration:
      - type: rebuild_index
        config: {indexes: [customers_pkey], concurrent: true}
";

async fn shop() -> Site {
    let site = site(&[("001_status.yaml", CHANGE)]).await;
    site.execute(TABLES).await;
    site
}

/// Everything that is in the database but what a dry-run may move; none where there is no pg_dump for it.
fn dump(site: &Site) -> Option<String> {
    let output = Command::new("pg_dump").args(["-d", &site.url]).output();
    let Some(output) = output.ok().filter(|output| output.status.success()) else {
        skipped("there is no pg_dump for this server");
        return None;
    };
    let text = String::from_utf8(output.stdout).expect("is UTF-8");
    Some(
        text.lines()
            .filter(|line| !line.contains("restrict ") && !line.contains("setval"))
            .collect::<Vec<_>>()
            .join("\n"),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn text_json_and_a_page_and_nothing_stays() {
    let site = shop().await;
    let before = dump(&site);
    let text = site.migrate(&["up", "--dry-run"]).expect(0).says(&["everything was rolled back"]);
    for line in [
        "after_ddl  backfill_read_model",
        "rows of public.r_orders: 9,000 inserted",
        "rows of public.orders: 700 updated",
        "locks public.customers SHARE ROW EXCLUSIVE",
        "Rows affected: 9,700 (9,000 inserted, 700 updated, 0 deleted)",
        "added columns: 1",
        "added tables: 1",
        "Not rehearsed:",
        "hook rebuild_index",
    ] {
        assert!(text.stdout.contains(line), "{line} is not in\n{}", text.stdout);
    }
    let json = site.migrate(&["up", "--dry-run", "--format", "json"]).expect(0);
    let document = json.json();
    assert_eq!(document["schema_version"], 1);
    assert_eq!(document["metrics"]["rows_inserted"], 9000, "{document}");
    assert_eq!(document["unrehearsed"][0]["what"], "hook rebuild_index");
    let page = site.migrate(&["up", "--dry-run", "--format", "html", "--output", "report.html"]).expect(0);
    assert_eq!(page.stdout, "");
    let page = std::fs::read_to_string(site.directory.path().join("report.html")).expect("a page");
    for part in ["001_status", "SHARE ROW EXCLUSIVE", "rebuild_index", "</html>"] {
        assert!(page.contains(part), "{part} is not in the page");
    }
    for part in ["http://", "https://", "src=", "@import", "url(", "<link"] {
        assert!(!page.contains(part), "the page would ask for {part}");
    }
    for report in [&text.stdout, &json.stdout, &page] {
        assert!(!report.contains("secret-status") && !report.contains("customer-1"));
    }
    assert_eq!(before, dump(&site));
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("customers orders", ""));
    assert_eq!(site.value("SELECT coalesce(to_regnamespace('confiture')::text, 'none')").await, "none");
    // The real run says the same, and so does the way back.
    site.migrate(&["up"]).expect(0);
    let down = site.migrate(&["down", "--dry-run"]).expect(0).stdout;
    assert!(down.contains("removed columns: 1") && down.contains("removed tables: 1"), "{down}");
    assert_eq!(site.ledger().await, "001");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_scratch_cluster_without_any_database() {
    let site = site(&[("001_a.sql", "CREATE TABLE a (id int);"), ("002_b.sql", "ALTER TABLE a ADD b int;")]).await;
    let root = site.directory.path();
    let up = |more: &[&str]| confiture(root, &[&["migrate", "up", "--dry-run", "--on", "scratch"], more].concat());
    let ran = up(&[]).expect(0);
    assert!(ran.stdout.contains("002_b") && !ran.stdout.contains("001_a"), "{}", ran.stdout);
    assert!(ran.stdout.contains("added columns: 1"), "{}", ran.stdout);
    let ran = up(&["--target", "1"]).expect(0);
    assert!(ran.stdout.contains("added tables: 1"), "{}", ran.stdout);
    write(root, "db/a.sql", b"CREATE TABLE a (id int, other text);\nCREATE VIEW v AS SELECT other FROM a;\n");
    let ran = up(&["--from", "db/", "--format", "json"]).expect(0).json();
    assert_eq!(ran["changes"], serde_json::json!(["added columns: 1"]), "{ran}");
    // What stands in the files already cannot be made again.
    write(root, "db/a.sql", b"CREATE TABLE a (id int, b text);\n");
    up(&["--from", "db/"]).expect(5).says(&["42701", "002_b.sql:1"]);
    write(root, "db/a.sql", b"CREATE TABEL a (id int);\n");
    up(&["--from", "db/"]).expect(5).says(&["db/a.sql:1:8", "syntax error"]);
    let down = confiture(root, &["migrate", "down", "--dry-run", "--on", "scratch"]);
    down.expect(8).says(&["it has no way down"]);
    assert_eq!(site.tables().await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_scratch_cluster_made_of_a_snapshot() {
    let site = site(&[("001_a.sql", "SELECT 1;"), ("002_b.sql", "ALTER TABLE sales.\"Order\" ADD b int;")]).await;
    let root = site.directory.path();
    site.execute(
        "CREATE SCHEMA sales; CREATE TYPE sales.state AS ENUM ('new', 'it''s'); CREATE SEQUENCE sales.numbers;
         CREATE DOMAIN sales.positive AS int DEFAULT 1 NOT NULL CHECK (VALUE > 0);
         CREATE TYPE sales.pair AS (a int, \"B\" text); CREATE TYPE sales.days AS RANGE (SUBTYPE = date);
         CREATE FUNCTION sales.fresh() RETURNS sales.state LANGUAGE sql STABLE AS $$ SELECT 'new'::sales.state $$;
         CREATE TABLE sales.\"Order\" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int DEFAULT nextval('sales.numbers'),
             old serial, state sales.state DEFAULT sales.fresh(), total numeric(10, 2), twice numeric GENERATED ALWAYS AS (total * 2) STORED,
             amount sales.positive, pair sales.pair, days sales.days, CHECK (total > 0), UNIQUE (n, state)) WITH (fillfactor = 70);
         CREATE TABLE sales.line (of_order bigint REFERENCES sales.\"Order\" ON DELETE CASCADE, PRIMARY KEY (of_order));
         CREATE INDEX ON sales.\"Order\" (abs(n) DESC) WHERE total > 1;
         CREATE VIEW sales.a AS SELECT id, twice FROM sales.\"Order\"; CREATE MATERIALIZED VIEW sales.b AS SELECT * FROM sales.a;
         CREATE UNIQUE INDEX ON sales.b (id);
         CREATE FUNCTION sales.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         CREATE TRIGGER noted BEFORE INSERT ON sales.line FOR EACH ROW EXECUTE FUNCTION sales.note();
         ALTER TABLE sales.line ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON sales.line USING (of_order > 0);
         COMMENT ON TABLE sales.line IS 'Lines'",
    )
    .await;
    let snapshot = |name: &str| {
        let written = run(root, &["snapshot"], &[("DATABASE_URL", &site.url)]).expect(0).stdout;
        write(root, name, written.as_bytes());
    };
    let up = |more: &[&str]| confiture(root, &[&["migrate", "up", "--dry-run", "--on", "scratch"], more].concat());
    snapshot("whole.json");
    let ran = up(&["--from", "whole.json", "--format", "json"]).expect(0).json();
    assert_eq!(ran["changes"], serde_json::json!(["added columns: 1"]), "{ran}");
    site.execute("CREATE TABLE sales.split (id int) PARTITION BY LIST (id)").await;
    snapshot("thin.json");
    up(&["--from", "thin.json"]).expect(3).says(&[
        "thin.json",
        "sales.split: how it is partitioned",
        "-> name the DDL files",
    ]);
    write(root, "none.json", b"{}");
    up(&["--from", "none.json"]).expect(3).says(&["none.json:1", "no snapshot"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_of_one_database_and_what_to_expect_there() {
    let site = shop().await;
    let root = site.directory.path();
    let facts = |arguments: &[&str]| run(root, &[&["facts"], arguments].concat(), &[("DATABASE_URL", &site.url)]);
    let printed = facts(&[]).expect(0);
    assert!(printed.stdout.contains("customers") && !printed.stdout.contains("customer-"), "{}", printed.stdout);
    let schema = facts(&["--schema"]).expect(0).json();
    assert!(schema["properties"]["schema_version"].is_object(), "{schema}");
    // The same a hundred times as large.
    let mut there = printed.json();
    for table in there["tables"].as_array_mut().expect("tables") {
        for key in ["rows", "bytes", "table_bytes", "index_bytes"] {
            if let Some(number) = table[key].as_f64() {
                table[key] = serde_json::json!((number * 100.0) as u64);
            }
        }
    }
    write(root, "there.json", there.to_string().as_bytes());
    let ran =
        site.migrate(&["up", "--dry-run", "--facts", "there.json", "--repeat", "3", "--format", "json"]).expect(0);
    let document = ran.json();
    assert!(document["impact"].is_object(), "{document}");
    let text = site.migrate(&["up", "--dry-run", "--facts", "there.json"]).expect(0).stdout;
    assert!(text.contains("Confidence: "), "{text}");
    assert_eq!(site.ledger().await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_named_and_nothing_runs() {
    let site = shop().await;
    let root = site.directory.path();
    write(root, "torn.json", b"{\"schema_version\": 1,\n \"environ");
    write(root, "new.json", b"{\"schema_version\": 99}");
    write(root, "confiture.toml", b"[environments.production]\n[environments.staging]\n");
    let up = |more: &[&str]| site.migrate(&[&["up", "--dry-run"], more].concat());
    up(&["--facts", "torn.json"]).expect(3).says(&[
        "torn.json:2:",
        "these are no facts of a database",
        "confiture facts",
    ]);
    up(&["--facts", "new.json"]).expect(3).says(&["form 99", "newer version"]);
    up(&["--facts", "nowhere.json"]).expect(3).says(&["nowhere.json: it cannot be read"]);
    up(&["--on", "prodction"]).expect(3).says(&["prodction", "production"]);
    up(&["--from", "db"]).expect(2).says(&["--on"]);
    up(&["--on", "production", "--from", "db"]).expect(2).says(&["--on scratch"]);
    up(&["--repeat", "0"]).expect(2);
    up(&["--lock-budget", "soon"]).expect(2).says(&["soon"]);
    site.migrate(&["up", "--facts", "torn.json"]).expect(2).says(&["--dry-run"]);
    site.migrate(&["up", "--format", "html"]).expect(2).says(&["dry-run"]);
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("customers orders", ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_of_locks_ends_it() {
    let site = site(&[("001_a.sql", "ALTER TABLE customers ADD note text;\nSELECT pg_sleep(60);\n")]).await;
    site.execute(TABLES).await;
    let ran = site.migrate(&["up", "--dry-run", "--lock-budget", "300ms"]).expect(5);
    ran.says(&["longer than the lock budget of 300ms", "the dry-run was rolled back"]);
    site.wait_for_end_of("pg_sleep").await;
    assert_eq!(site.ledger().await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protected_environment_asks_first() {
    let site = shop().await;
    let configuration = format!("[environments.production]\ndatabase_url = \"{}\"\nprotected = true\n", site.url);
    write(site.directory.path(), "confiture.toml", configuration.as_bytes());
    let up = |more: &[&str]| site.migrate(&[&["up", "--dry-run"], more].concat());
    let ran = up(&["--env", "production"]).expect(8).says(&["production", "protected", "locks held to the end"]);
    assert!(!ran.stderr.contains("begun"), "{}", ran.stderr);
    up(&["--on", "production"]).expect(8).says(&["protected"]);
    up(&["--env", "production", "--yes"]).expect(0);
    up(&["--env", "production", "--on", "scratch", "--target", "1"]).expect(5).says(&["42P01"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_violation_names_the_columns_of_the_key_and_no_value() {
    let site = site(&[("001_a.sql", "CREATE UNIQUE INDEX one ON customers (grade, (name = ''));\n")]).await;
    site.execute(TABLES).await;
    let ran = site.migrate(&["up", "--dry-run", "--format", "json"]).expect(5).says(&["23505"]);
    let document = ran.json();
    assert_eq!(document["violations"][0]["columns"][0], "grade", "{document}");
    site.write("001_a.sql", "ALTER TABLE orders ADD CONSTRAINT whose FOREIGN KEY (amount) REFERENCES customers;\n");
    let ran = site.migrate(&["up", "--dry-run", "--format", "json"]).expect(5).says(&["23503"]);
    let document = ran.json();
    assert_eq!(document["violations"][0]["columns"], serde_json::json!(["amount"]), "{document}");
    assert!(!ran.stdout.contains("3001") && !ran.stdout.contains("9000"), "{}", ran.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_violation_by_a_hook_names_the_table_as_well() {
    let hooks = "migration:\n  ddl: CREATE UNIQUE INDEX one ON customers (id)\n  hooks:\n    after_ddl:\n      - type: sql\n        \
                 config: {statements: INSERT INTO customers SELECT * FROM customers LIMIT 1}\n";
    let site = site(&[("001_a.yaml", hooks)]).await;
    site.execute(TABLES).await;
    let document = site.migrate(&["up", "--dry-run", "--format", "json"]).expect(5).says(&["23505"]).json();
    assert_eq!(document["violations"][0]["table"]["name"], "customers", "{document}");
    assert_eq!(document["violations"][0]["columns"], serde_json::json!(["id"]), "{document}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_shown_on_a_terminal_alone() {
    let site = shop().await;
    let up = ["up", "--dry-run", "--show-sample-rows", "2"];
    let ran = site.migrate(&up).expect(0).says(&["rows are shown on a terminal only"]);
    assert!(!ran.stdout.contains("secret-status"), "{}", ran.stdout);
    let Some(ran) = on_a_terminal(&site, "migrate up --dry-run --show-sample-rows 2") else { return };
    assert!(ran.stdout.contains("secret-status"), "{}", ran.stdout);
}

/// Runs the program with a terminal for its output; none, said, where `script` is not installed.
fn on_a_terminal(site: &Site, arguments: &str) -> Option<Ran> {
    let line = format!("{} {arguments}", confiture_bin().display());
    let mut script = Command::new("script");
    script.args(["-qec", &line, "/dev/null"]).current_dir(site.directory.path());
    script.env("DATABASE_URL", &site.url).env("NO_COLOR", "1");
    match script.output() {
        Ok(output) => Some(confiture_tests::program::ran(output).expect(0)),
        Err(_) => {
            skipped("`script` is not installed");
            None
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_breaks_is_told_and_all_is_rolled_back() {
    let site = shop().await;
    site.write("001_status.yaml", &CHANGE.replace("UPDATE orders SET status", "UPDATE orders SET statsu"));
    let before = dump(&site);
    let ran = site.migrate(&["up", "--dry-run", "--format", "json"]);
    let ran = ran.expect(5).says(&["hook `sql` in after_validation failed", "42703", "the dry-run was rolled back"]);
    let document = ran.json();
    assert_eq!(document["failure"]["code"], "hook-failed", "{document}");
    assert_eq!(document["metrics"]["rows_inserted"], 9000, "{document}");
    assert_eq!(before, dump(&site));
}
