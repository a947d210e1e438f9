//! `cargo xtask bench estimates`: kinds of statements rehearsed on tables of 100,000 and a million rows, foretold for five
//! million, and rehearsed there.

use super::inside::{self, Directory, confiture, median, sql};
use crate::command::Outcome;
use serde_json::Value;
use std::fs;

/// What this program calls itself inside of `confiture scratch`.
pub const ROUNDS: &str = "estimates-rounds";
/// Rows of the databases that are measured.
const MEASURED: [(&str, u32); 2] = [("small", 100_000), ("medium", 1_000_000)];
/// Rows of the one that is foretold.
const FORETOLD: (&str, u32) = ("large", 5_000_000);

/// Each kind, and a statement of it.
const KINDS: [(&str, &str); 20] = [
    ("alter type, rewrite", "ALTER TABLE orders ALTER COLUMN customer TYPE bigint"),
    ("alter type, using", "ALTER TABLE orders ALTER COLUMN total TYPE bigint USING total::bigint"),
    ("add column, volatile default", "ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid()"),
    ("add column, generated", "ALTER TABLE orders ADD COLUMN twice numeric GENERATED ALWAYS AS (total * 2) STORED"),
    ("set not null", "ALTER TABLE orders ALTER COLUMN note SET NOT NULL"),
    ("add check", "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0)"),
    ("add foreign key", "ALTER TABLE orders ADD CONSTRAINT of FOREIGN KEY (customer) REFERENCES customers (id)"),
    ("add unique", "ALTER TABLE orders ADD CONSTRAINT once UNIQUE (id, customer)"),
    ("add primary key", "ALTER TABLE unkeyed ADD PRIMARY KEY (id)"),
    ("create index, integer", "CREATE INDEX i ON orders (customer)"),
    ("create index, text", "CREATE INDEX i ON orders (note)"),
    ("create index, expression", "CREATE INDEX i ON orders (lower(note))"),
    ("create index, partial", "CREATE INDEX i ON orders (id) WHERE customer < 50000"),
    ("create index, two columns", "CREATE INDEX i ON orders (customer, total)"),
    ("create table as", "CREATE TABLE copy AS SELECT * FROM orders"),
    ("materialized view", "CREATE MATERIALIZED VIEW sums AS SELECT customer, sum(total) FROM orders GROUP BY customer"),
    ("set tablespace options, rewrite", "ALTER TABLE orders SET UNLOGGED"),
    ("update all", "UPDATE orders SET total = total + 1"),
    ("update some", "UPDATE orders SET note = 'x' WHERE customer < 20000"),
    ("delete some", "DELETE FROM unkeyed WHERE id % 5 = 0"),
];

/// Builds what is measured, and measures it in a scratch PostgreSQL.
pub fn bench() -> Outcome {
    inside::scratch(ROUNDS, &[])
}

/// All of it, in the scratch PostgreSQL that the environment names.
pub fn rounds() -> Outcome {
    let directory = Directory::new()?;
    for (name, rows) in MEASURED.iter().chain([&FORETOLD]) {
        eprintln!("{name}: {rows} rows");
        fill(name, *rows)?;
    }
    let mut errors: Vec<(f64, f64)> = Vec::new();
    println!(
        "{:<34} {:>10} {:>10} {:>8} {:>11} {:>22}",
        "", "foretold", "measured", "error", "confidence", "nine cases of ten"
    );
    for (number, (kind, statement)) in KINDS.iter().enumerate() {
        let migrations = directory.write(&format!("{number}/1_a.sql"), &format!("{statement};"))?.display().to_string();
        let earlier = directory.0.join(format!("{number}.json")).display().to_string();
        let facts = directory.0.join("large.json").display().to_string();
        let small = rehearse("small", &["--migrations", &migrations, "--repeat", "5"])?;
        fs::write(&earlier, small.to_string()).map_err(|error| format!("{earlier}: {error}"))?;
        let (_, large) = confiture("large", &["facts"])?;
        fs::write(&facts, large.to_string()).map_err(|error| format!("{facts}: {error}"))?;
        let arguments = ["--migrations", &migrations, "--repeat", "4", "--facts", &facts, "--measured", &earlier];
        let foretold = rehearse("medium", &arguments)?;
        let mut seconds = Vec::new();
        for _ in 0..3 {
            seconds.push(times(&rehearse("large", &["--migrations", &migrations])?)?);
        }
        let actual = median(&seconds);
        let number = |value: &Value, path: &str| value.pointer(path).and_then(Value::as_f64);
        let Some(expected) = number(&foretold, "/impact/time/seconds") else {
            println!("{kind:<34} {:>10} {actual:>8.2} s", "none");
            continue;
        };
        let error = expected / actual - 1.0;
        let sure =
            number(&foretold, "/impact/time/confidence").map_or("none".to_owned(), |it| format!("{:.0} %", it * 100.0));
        let bounds = match (number(&foretold, "/impact/time/interval/0"), number(&foretold, "/impact/time/interval/1"))
        {
            (Some(low), Some(high)) => format!("{low:.2} to {high:.2} s"),
            _ => "none".to_owned(),
        };
        println!("{kind:<34} {expected:>8.2} s {actual:>8.2} s {:>6.0} % {sure:>11} {bounds:>22}", error * 100.0);
        errors.push((actual, error));
    }
    let long: Vec<f64> = errors.iter().filter(|(actual, _)| *actual >= 1.0).map(|(_, error)| *error).collect();
    let near = long.iter().filter(|error| error.abs() <= 0.15).count();
    println!("\n{near} of {} that take a second and more within 15 % (aim: nine of ten)", long.len());
    Ok(())
}

/// The table of a size, and its company.
fn fill(database: &str, rows: u32) -> Outcome {
    sql("postgres", &format!("CREATE DATABASE {database}"))?;
    let tables = format!(
        "CREATE TABLE customers (id int PRIMARY KEY);
         INSERT INTO customers SELECT i FROM generate_series(0, 99999) i;
         CREATE TABLE orders (id bigint PRIMARY KEY, customer int NOT NULL, total numeric NOT NULL, note text);
         INSERT INTO orders SELECT i, i % 100000, i % 977, md5(i::text) FROM generate_series(1, {rows}) i;
         CREATE TABLE unkeyed AS SELECT id, customer FROM orders"
    );
    sql(database, &tables)?;
    sql(database, "VACUUM ANALYZE")?;
    sql(database, "CHECKPOINT")
}

/// A dry-run on a copy of its own: the dead rows that one leaves would slow the next.
fn rehearse(database: &str, arguments: &[&str]) -> Result<Value, String> {
    let copy = format!("{database}_copy");
    sql("postgres", &format!("CREATE DATABASE {copy} TEMPLATE {database}"))?;
    sql("postgres", "CHECKPOINT")?;
    let mut all = vec!["migrate", "up", "--dry-run"];
    all.extend(arguments);
    let (_, report) = confiture(&copy, &all)?;
    sql("postgres", &format!("DROP DATABASE {copy}"))?;
    Ok(report)
}

/// The seconds of a rehearsal's statements.
fn times(report: &Value) -> Result<f64, String> {
    let ms = report.pointer("/metrics/total_execution_ms").and_then(Value::as_f64);
    ms.map(|ms| ms / 1000.0).ok_or_else(|| "the report of a dry-run has no time".to_owned())
}
