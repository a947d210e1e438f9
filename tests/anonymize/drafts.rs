//! What `suggest` drafts is a profile that resolves and holds.

use super::Site;
use confiture_engine::anonymize::{
    prove::{Unproven, prove},
    samples::sample,
    suggest::{Sampled, draft, suspicions},
};
use confiture_model::{
    schema::{Parts, RelationKind},
    session::Session as _,
};
use confiture_postgres::{session::PgSession, text_queries::PgTextQueries};
use confiture_tests::{cluster::database, corpus};
use std::path::Path;

/// Drafts a profile for a database, resolves and proves it: how many columns it masks.
async fn drafted(mut session: PgSession) -> (usize, String) {
    let snapshot = session.snapshot(Parts::ALL).await.expect("the schema");
    let mut sampled = Sampled::new();
    for relation in snapshot.relations.iter().filter(|relation| relation.kind == RelationKind::Table) {
        let mut database = PgTextQueries::new(session.client());
        for (column, values) in sample(&mut database, relation, 100).await.expect("rows") {
            sampled.insert((relation.schema.clone(), relation.name.clone(), column), values);
        }
    }
    let text = draft("p", "KEY", &snapshot, &suspicions(&snapshot, &sampled));
    let site = Site::of(session, &text).await;
    let resolved = site.resolve().await.unwrap_or_else(|problems| panic!("{problems}\n\nin the draft:\n{text}"));
    let mut database = PgTextQueries::new(site.session.client());
    match prove(&resolved, &site.snapshot, &mut database, 100).await {
        Ok(found) => (found.columns, text),
        Err(Unproven::Broken(problems)) => panic!("{problems}\n\nin the draft:\n{text}"),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_for_a_shop_holds_as_it_stands() {
    let sql = [
        "CREATE EXTENSION citext",
        "CREATE TYPE title AS ENUM ('Ms', 'Mr')",
        "CREATE TABLE customers (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title title, first_name varchar(40) NOT NULL, \
         last_name varchar(40), email citext UNIQUE, phone varchar(20), birth_date date, iban varchar(34), ip_address inet, \
         street text, city varchar(30), postal_code varchar(10), password_hash text NOT NULL, notes text, photo bytea, tags text[])",
        "CREATE TABLE users (username varchar(24) PRIMARY KEY, ssn char(11) UNIQUE, customer_id int REFERENCES customers)",
        "CREATE TABLE logins (id bigint PRIMARY KEY, username varchar(24) NOT NULL REFERENCES users, user_agent text, ip text)",
        "INSERT INTO customers (title, first_name, last_name, email, phone, birth_date, iban, ip_address, street, city, postal_code, password_hash, notes) \
         SELECT 'Ms', 'Ada', 'Lovelace', 'ada' || n || '@zanzibar.test', '+49 30 ' || 1000000 + n, date '1980-01-01' + n, \
         'DE89370400440532013000', inet '10.0.0.1' + n, 'Main Street ' || n, 'Berlin', '10115', md5(n::text), 'call +49 30 1234567' \
         FROM generate_series(1, 40) AS n",
        "INSERT INTO users SELECT 'ada' || n, lpad(n::text, 3, '0') || '-12-3456', n FROM generate_series(1, 40) AS n",
        "INSERT INTO logins SELECT n, 'ada' || n, 'agent', '10.1.2.' || n FROM generate_series(1, 40) AS n",
    ];
    let (_, session) = database(&sql).await;
    let (masked, text) = drafted(session).await;
    assert!(masked >= 14, "{masked} of:\n{text}");
    assert!(!text.contains("zanzibar") && !text.contains("Lovelace"), "{text}");
}

const CHINOOK: &str = "chinook/sql/ChinookDatabase/DataSources/Chinook_PostgreSql.sql";

#[tokio::test(flavor = "multi_thread")]
async fn drafts_for_chinook_and_northwind_hold_as_they_stand() {
    let Some(corpora) = corpus("corpora") else { return };
    let northwind = std::fs::read_to_string(corpora.join("northwind/sql/northwind.sql"));
    for (name, sql, least) in [("chinook", chinook(&corpora.join(CHINOOK)), 15), ("northwind", northwind.ok(), 20)] {
        let Some(sql) = sql else { panic!("{name} has no dump in the corpora") };
        let (_, mut session) = database(&[]).await;
        session.execute(&sql).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        session.execute("SET search_path = public").await.expect("a setting");
        let (masked, text) = drafted(session).await;
        assert!(masked >= least, "{name}: {masked} of:\n{text}");
    }
}

/// Its script behind the commands of psql that make and enter the database.
fn chinook(path: &Path) -> Option<String> {
    let text = String::from_utf8_lossy(&std::fs::read(path).ok()?).into_owned();
    let after = text.find("\\c ").and_then(|at| Some(at + text[at..].find('\n')?))?;
    Some(text[after..].to_owned())
}
