//! What a dry-run reports of migrations that go well, and that nothing of them stays.

use super::site::{Site, request, site};
use confiture_engine::migrate::{
    diff::diff,
    plan::Undo,
    rehearse::{RehearsalOptions, Request, StepKind, html, text},
};

const BEFORE: [&str; 6] = [
    "CREATE TABLE customers (id int PRIMARY KEY, name text)",
    "INSERT INTO customers SELECT n, 'customer-' || n FROM generate_series(1, 500) n",
    "CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer int, amount int)",
    "INSERT INTO orders (customer, amount) SELECT n % 500 + 1, n FROM generate_series(1, 2000) n",
    "CREATE VIEW totals AS SELECT customer, sum(amount) FROM orders GROUP BY customer",
    "ANALYZE",
];

const MIGRATIONS: [(&str, &str); 2] = [
    (
        "001_orders.sql",
        "ALTER TABLE orders ADD COLUMN status text DEFAULT 'draft', ADD COLUMN note text;
         UPDATE orders SET status = 'pending' WHERE id <= 700;
         ALTER TABLE orders ADD CONSTRAINT orders_customer_fkey FOREIGN KEY (customer) REFERENCES customers;
         CREATE INDEX orders_status ON orders (status);
         INSERT INTO orders (customer, amount) VALUES (1, 1);",
    ),
    ("002_names.sql", "ALTER TABLE customers ALTER name TYPE varchar(80); DELETE FROM customers WHERE false;"),
];

async fn shop() -> Site {
    site(&BEFORE, &MIGRATIONS).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_metric_is_reported_and_nothing_stays() {
    let site = shop().await;
    let before = site.dump(&[]);
    let rehearsal = site.rehearse(&RehearsalOptions::default()).await;
    assert_eq!(rehearsal.failure, None);
    let (report, metrics) = (&rehearsal.report, &rehearsal.report.metrics);
    assert_eq!(report.migrations.len(), 2);
    assert_eq!((metrics.rows_inserted, metrics.rows_updated, metrics.rows_deleted), (1, 700, 0));
    assert_eq!(metrics.tables_rewritten, ["public.customers"]);
    assert_eq!(metrics.indexes_created, ["public.orders.orders_status"]);
    assert!(metrics.index_bytes["public.orders.orders_status"] > 0);
    assert!(metrics.index_creation_ms["public.orders.orders_status"] > 0.0);
    assert_eq!(metrics.constraints_added, ["public.orders.orders_customer_fkey"]);
    assert_eq!(metrics.constraints_verified, 1);
    assert!(metrics.total_execution_ms > 0.0 && metrics.ddl_execution_ms == metrics.total_execution_ms);
    assert!(
        metrics.table_lock_ms.contains_key("public.orders") && metrics.table_lock_ms.contains_key("public.customers")
    );
    assert!(metrics.max_lock_ms > 0.0 && metrics.max_lock_ms <= metrics.total_execution_ms);
    let expected = ["added columns: 2", "added indexes: 1", "added constraints: 1", "changed columns: 1"];
    assert_eq!(report.changes, expected);
    let names: Vec<String> = report.left_behind.iter().map(|moved| moved.sequence.to_string()).collect();
    assert_eq!(names, ["public.orders_id_seq"]);
    let locks = &report.migrations[0].locks;
    assert_eq!((locks[0].relation.to_string().as_str(), locks[0].blocks.len()), ("public.orders", 8));
    // Locked by the first already.
    assert_eq!(report.migrations[1].locked_before.len(), 1);
    assert!(
        matches!(&report.migrations[0].steps[3].what, StepKind::Statement { number: 4, kind, .. } if kind == "create index")
    );

    let setval = |dump: Option<String>| {
        let lines =
            dump.map(|dump| dump.lines().filter(|line| !line.contains("setval")).collect::<Vec<_>>().join("\n"));
        lines.map(|lines| lines.lines().count().to_string() + &lines)
    };
    assert_eq!(setval(before), setval(site.dump(&[])));
    // And then the same is done.
    let schema = site.snapshot().await;
    site.up(&site.files(), &request()).await.expect("applies");
    assert_eq!(report.differences, diff(&schema, &site.snapshot().await));
}

#[tokio::test(flavor = "multi_thread")]
async fn people_and_programs_read_it_and_rows_are_in_neither() {
    let site = shop().await;
    let options = RehearsalOptions { sample_rows: Some(2), ..RehearsalOptions::default() };
    let rehearsal = site.rehearse(&options).await;
    let shown = text(&rehearsal.report);
    for line in [
        "✓ migrations/001_orders.sql:2:10  update",
        "rows of public.orders: 700 updated",
        "rewrites table public.customers",
        "locks public.orders ACCESS EXCLUSIVE for",
        "everything waits",
        "Rows affected: 701 (1 inserted, 700 updated, 0 deleted)",
        "├─ added columns: 2",
        "sequence public.orders_id_seq: was 2000, is 2001",
    ] {
        assert!(shown.contains(line), "{line} is not in\n{shown}");
    }
    let json = serde_json::to_string(&rehearsal.report).expect("is written");
    for value in ["customer-", "pending"] {
        assert!(!json.contains(value) && !shown.contains(value), "{value}");
    }
    let orders = rehearsal.samples.iter().find(|sample| sample.table.name == "orders").expect("is sampled");
    assert_eq!((orders.columns_before.len(), orders.columns_after.len(), orders.rows.len()), (3, 5, 2));
    assert!(orders.rows.iter().all(|row| row.before.is_some()));
    assert_eq!(orders.rows[0].after[3].as_deref(), Some("pending"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_undoes_a_migration_is_rehearsed_as_well() {
    let site = site(&[], &[("1_a.up.sql", "CREATE TABLE a (id int)"), ("1_a.down.sql", "DROP TABLE a")]).await;
    site.up(&site.files(), &request()).await.expect("applies");
    let dump = site.dump(&[]);
    let undo = Undo::Steps(1);
    let rehearsal = site.rehearse_files(&site.files(), Request::Down(&undo, 2_000), &RehearsalOptions::default()).await;
    assert_eq!(
        (rehearsal.failure.as_ref(), rehearsal.report.changes.as_slice()),
        (None, &["removed tables: 1".to_owned()][..])
    );
    assert_eq!(dump, site.dump(&[]));
    site.down(&undo).await.expect("is undone");
    assert_eq!(site.rehearse(&RehearsalOptions::default()).await.report.changes, ["added tables: 1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_without_a_ledger_stays_without() {
    let mut site = site(&[], &[("1_a.sql", "CREATE TABLE a (id int)")]).await;
    assert_eq!(site.rehearse(&RehearsalOptions::default()).await.failure, None);
    site.sql("DO $$ BEGIN ASSERT to_regnamespace('confiture') IS NULL AND to_regclass('a') IS NULL; END $$").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_is_pending_nothing_is_said() {
    let site = site(&[], &[]).await;
    let rehearsal = site.rehearse(&RehearsalOptions::default()).await;
    assert_eq!((rehearsal.failure, rehearsal.report.migrations.len()), (None, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_locks_and_holds_no_rows() {
    let rehearsal = shop().await.rehearse(&RehearsalOptions::default()).await;
    let page = html(&rehearsal.report, "shop").expect("is written");
    for part in ["001_orders", "ACCESS EXCLUSIVE", "class=\"bar reads\"", "public.orders_id_seq", "added columns: 2"] {
        assert!(page.contains(part), "{part} is not in\n{page}");
    }
    assert!(!page.contains("customer-") && !page.contains("pending"));
    if let Some(path) = std::env::var_os("CONFITURE_WRITE_PAGE") {
        std::fs::write(path, page).expect("is written");
    }
}
