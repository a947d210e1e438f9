//! Real stores, synced whole with profiles that mask every personal column.

use super::pair::{Pair, value};
use confiture_tests::cluster::database;
use std::path::PathBuf;

const CHINOOK: &str = "rules:
  - table: customer
    columns: &person
      first_name: {type: fake, kind: first_name}
      last_name: {type: fake, kind: last_name}
      address: {type: fake, kind: address}
      city: {type: fake, kind: city}
      state: {type: redact}
      postal_code: {type: fake, kind: postcode}
      phone: {type: fake, kind: phone}
      fax: {type: fake, kind: phone}
      email: {type: email_masking, keep_domain: false}
      company: {type: fake, kind: company}
  - table: employee
    columns:
      first_name: {type: fake, kind: first_name}
      last_name: {type: fake, kind: last_name}
      address: {type: fake, kind: address}
      city: {type: fake, kind: city}
      state: {type: redact}
      postal_code: {type: fake, kind: postcode}
      phone: {type: fake, kind: phone}
      fax: {type: fake, kind: phone}
      email: {type: email_masking, keep_domain: false}
      birth_date: {type: date_shift}
  - table: invoice
    columns:
      billing_address: {type: fake, kind: address}
      billing_city: {type: fake, kind: city}
      billing_state: {type: redact}
      billing_postal_code: {type: fake, kind: postcode}
";

const NORTHWIND: &str = "rules:
  - table: '{customers,suppliers}'
    columns:
      company_name: {type: fake, kind: company}
      contact_name: {type: fake, kind: full_name}
      address: {type: fake, kind: address}
      city: {type: fake, kind: city}
      postal_code: {type: fake, kind: postcode}
      phone: {type: fake, kind: phone}
      fax: {type: fake, kind: phone}
  - table: employees
    columns:
      first_name: {type: fake, kind: first_name}
      last_name: {type: fake, kind: last_name}
      address: {type: fake, kind: address}
      city: {type: fake, kind: city}
      postal_code: {type: fake, kind: postcode}
      home_phone: {type: fake, kind: phone}
      birth_date: {type: date_shift}
      notes: set_null
      photo: set_null
      photo_path: set_null
  - table: orders
    columns:
      ship_name: {type: fake, kind: company}
      ship_address: {type: fake, kind: address}
      ship_city: {type: fake, kind: city}
      ship_postal_code: {type: fake, kind: postcode}
  - table: shippers
    columns: {phone: {type: fake, kind: phone}}
";

/// The text of a file of the corpora; none, said, without them.
fn corpus(path: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora").join(path);
    let text = std::fs::read_to_string(&path);
    if text.is_err() {
        eprintln!("skipped: {} is not there", path.display());
    }
    text.ok()
}

async fn pair(sql: &str, rules: &str) -> Pair {
    let (url, session) = database(&[]).await;
    session.client().batch_execute(sql).await.unwrap_or_else(|error| panic!("{error:?}"));
    session.client().batch_execute("RESET ALL; ANALYZE").await.expect("is analysed");
    Pair::of(url, session, rules).await
}

#[tokio::test(flavor = "multi_thread")]
async fn chinook() {
    let Some(text) = corpus("chinook/sql/ChinookDatabase/DataSources/Chinook_PostgreSql.sql") else { return };
    let Some((_, sql)) = text.split_once("\\c chinook;") else { panic!("another form") };
    let pair = pair(sql, CHINOOK).await;
    let report = pair.sync(&["--create-schema", "--verify-consistency", "--format", "json"]).expect(0).json();
    assert_eq!(report["outcome"], "verified");
    for column in ["email", "phone", "fax", "address", "first_name || ' ' || last_name"] {
        pair.leaks_none_of(&format!("SELECT {column} FROM customer UNION SELECT {column} FROM employee")).await;
    }
    pair.leaks_none_of("SELECT billing_address FROM invoice").await;
    let joined = "SELECT sum(i.total) || ' ' || count(DISTINCT c.customer_id) || ' ' || count(e.*) FROM invoice i
        JOIN customer c USING (customer_id) JOIN employee e ON e.employee_id = c.support_rep_id LEFT JOIN employee b ON b.employee_id = e.reports_to";
    assert_eq!(value(&pair.target, joined).await, value(&pair.source, joined).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn northwind() {
    let Some(sql) = corpus("northwind/sql/northwind.sql") else { return };
    let pair = pair(&sql, NORTHWIND).await;
    let report =
        pair.sync(&["--create-schema", "--verify-consistency", "--workers", "2", "--format", "json"]).expect(0).json();
    assert_eq!(report["outcome"], "verified");
    for table in ["customers", "suppliers"] {
        for column in ["phone", "address", "contact_name"] {
            pair.leaks_none_of(&format!("SELECT {column} FROM {table}")).await;
        }
    }
    pair.leaks_none_of("SELECT ship_address FROM orders").await;
    pair.leaks_none_of("SELECT home_phone FROM employees UNION SELECT address FROM employees").await;
    let joined =
        "SELECT sum(d.unit_price * d.quantity)::numeric(20,2) || ' ' || count(DISTINCT o.customer_id) FROM orders o
        JOIN order_details d USING (order_id) JOIN customers USING (customer_id) JOIN employees USING (employee_id)";
    assert_eq!(value(&pair.target, joined).await, value(&pair.source, joined).await);
}
