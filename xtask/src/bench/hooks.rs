//! `cargo xtask bench hooks`: a dry-run against the run that it rehearses, a hook that does nothing, and a backfill in batches
//! against one `INSERT … SELECT`. Alternating rounds in one scratch PostgreSQL.

use super::inside::{self, Directory, confiture, median, sql};
use crate::command::{Outcome, workspace};

/// What this program calls itself inside of `confiture scratch`.
pub const ROUNDS: &str = "hooks-rounds";
/// Rounds of each; the first is thrown away.
const COUNT: usize = 5;
/// Rows of the backfill.
const ROWS: &str = "5000000";
/// Hooks that do nothing, in one migration.
const HOOKS: u32 = 500;

/// Builds what is measured, and measures it in a scratch PostgreSQL.
pub fn bench() -> Outcome {
    crate::plugins::run()?;
    inside::scratch(ROUNDS, &[])
}

/// All of it, in the scratch PostgreSQL that the environment names.
pub fn rounds() -> Outcome {
    let directory = Directory::new()?;
    nothing(&directory)?;
    backfill(&directory)?;
    rehearsal(&directory)
}

/// Migrations with 500 hooks that do nothing, and with none.
fn nothing(directory: &Directory) -> Outcome {
    let guest = workspace().join("target/plugins/hooking.wasm");
    let place = directory.0.display();
    let config = format!(
        "[directories]\nbackups = \"{place}\"\n[plugins.hooking]\nsource = \"{}\"\ngrant = {{ database = \"write\", backup = true, \
         directories = {{ backups = \"write\" }} }}\n",
        guest.display()
    );
    directory.write("hooking.toml", &config)?;
    let config = directory.0.join("hooking.toml").display().to_string();
    let hooks = "      - type: report\n".repeat(HOOKS as usize);
    let ddl = "migration:\n  ddl: SELECT 1\n";
    let plain = directory.write("plain/1_a.yaml", &format!("{ddl}  hooks:\n    after_ddl:\n      - type: report\n"))?;
    let hooked = directory.write("hooked/1_a.yaml", &format!("{ddl}  hooks:\n    after_ddl:\n{hooks}"))?;
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for round in 0..COUNT {
        for (migrations, times) in [(&plain, &mut without), (&hooked, &mut with)] {
            sql("postgres", "DROP DATABASE IF EXISTS nothing")?;
            sql("postgres", "CREATE DATABASE nothing")?;
            let path = migrations.display().to_string();
            let (_, json) = confiture("nothing", &["migrate", "up", "--migrations", &path, "--config", &config])?;
            let ms = json.pointer("/migrations/0/duration_ms").and_then(serde_json::Value::as_f64);
            if round > 0 {
                times.push(ms.ok_or("the report of a run has no duration")?);
            }
        }
    }
    let each = (median(&with) - median(&without)) / f64::from(HOOKS - 1);
    println!("a hook that does nothing: {each:.3} ms (aim: 0.2)");
    Ok(())
}

/// Five million rows from one table to another.
fn backfill(directory: &Directory) -> Outcome {
    sql("postgres", "CREATE DATABASE backfill")?;
    let tables = format!(
        "CREATE TABLE w_orders (id bigint PRIMARY KEY, customer int NOT NULL, total numeric NOT NULL);
         INSERT INTO w_orders SELECT i, i % 100000, i % 977 FROM generate_series(1, {ROWS}) i;
         CREATE TABLE r_orders (id bigint PRIMARY KEY, customer int NOT NULL, total numeric NOT NULL)"
    );
    sql("backfill", &tables)?;
    sql("backfill", "VACUUM ANALYZE w_orders")?;
    let hook = || {
        "migration:\n  ddl: SELECT 1\n  hooks:\n    after_ddl:\n      - type: backfill_read_model\n        config:\n          \
         source_table: w_orders\n          target_table: r_orders\n          batch_size: 50000\n"
            .to_owned()
    };
    let one = directory.write("one/1_a.sql", "INSERT INTO r_orders SELECT id, customer, total FROM w_orders;")?;
    let batches = directory.write("batches/1_a.yaml", &hook())?;
    let two = hook() + "          parallel_workers: 2\n          stage: after-commit\n";
    let two = directory.write("two/1_a.yaml", &two)?;
    let mut contenders = [
        ("one INSERT … SELECT", one, Vec::new()),
        ("batches", batches, Vec::new()),
        ("batches, two workers", two, Vec::new()),
    ];
    for round in 0..COUNT {
        for (_, migrations, times) in &mut contenders {
            sql("backfill", "DROP SCHEMA IF EXISTS confiture CASCADE")?;
            sql("backfill", "TRUNCATE r_orders")?;
            sql("backfill", "CHECKPOINT")?;
            let path = migrations.display().to_string();
            let (ms, _) = confiture("backfill", &["migrate", "up", "--migrations", &path])?;
            if round > 0 {
                times.push(ms);
            }
        }
    }
    let base = median(&contenders[0].2);
    println!("backfill of {ROWS} rows (aim: 1.1 × in batches, less than 1 × with two workers)");
    for (name, _, times) in &contenders {
        println!("  {name:<24} {:>8.0} ms {:>7.2} ×", median(times), median(times) / base);
    }
    sql("postgres", "DROP DATABASE backfill")
}

/// A change that writes a table anew.
fn rehearsal(directory: &Directory) -> Outcome {
    sql("postgres", "CREATE DATABASE rehearsal")?;
    let table = "CREATE TABLE orders (id bigint PRIMARY KEY, customer int NOT NULL, total numeric NOT NULL);
                 INSERT INTO orders SELECT i, i % 100000, i % 977 FROM generate_series(1, 2000000) i";
    sql("rehearsal", table)?;
    sql("rehearsal", "VACUUM ANALYZE orders")?;
    directory.write("rewrite/1_a.up.sql", "ALTER TABLE orders ALTER COLUMN customer TYPE bigint;")?;
    let migrations = directory.write("rewrite/1_a.down.sql", "ALTER TABLE orders ALTER COLUMN customer TYPE int;")?;
    let path = migrations.display().to_string();
    let (mut rehearsed, mut run) = (Vec::new(), Vec::new());
    for round in 0..COUNT + 2 {
        let dry = || confiture("rehearsal", &["migrate", "up", "--migrations", &path, "--dry-run"]);
        let real = || -> Result<f64, String> {
            sql("rehearsal", "CHECKPOINT")?;
            let (ms, _) = confiture("rehearsal", &["migrate", "up", "--migrations", &path])?;
            confiture("rehearsal", &["migrate", "down", "--migrations", &path])?;
            sql("rehearsal", "CHECKPOINT")?;
            Ok(ms)
        };
        // Who comes first takes turns.
        let (a, b) = match round % 2 {
            0 => {
                let (a, _) = dry()?;
                (a, real()?)
            }
            _ => {
                let b = real()?;
                (dry()?.0, b)
            }
        };
        if round > 0 {
            rehearsed.push(a);
            run.push(b);
        }
    }
    let (a, b) = (median(&rehearsed), median(&run));
    println!("dry-run {a:.0} ms, run {b:.0} ms: {:.3} × (aim: 1.02)", a / b);
    Ok(())
}
