//! `cargo xtask bench lint`: every rule over a live database of 1,000 and of 10,000 tables against `pg_dump --schema-only`
//! of the same, the share of plugins in it, its peak memory; and over an empty database against `psql -c 'select 1'`.
//! Alternating rounds in one scratch PostgreSQL.

mod schema;

use super::inside::{self, Directory, median, program, sql};
use crate::command::Outcome;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

/// What this program calls itself inside of `confiture scratch`.
pub const ROUNDS: &str = "lint-rounds";
/// Rounds of each with a thousand tables; the first is thrown away.
const COUNT: usize = 6;
/// The same with ten thousand, where each takes seconds.
const FEW: usize = 4;
/// Rounds of what takes milliseconds.
const QUICK: usize = 21;

/// Builds what is measured, and measures it in a scratch PostgreSQL.
pub fn bench() -> Outcome {
    crate::plugins::run()?;
    inside::scratch(ROUNDS, &[])
}

/// All of it, in the scratch PostgreSQL that the environment names.
pub fn rounds() -> Outcome {
    let directory = Directory::new()?;
    let configurations = [
        // Names as PostgreSQL makes them are no findings where the project says so.
        (
            "names follow",
            every_rule(&directory, "follow", |rule| match rule {
                "constraint-naming" => Some("{table}_{columns}_{type}"),
                "index-naming" => Some("{table}_{columns}_idx"),
                _ => None,
            })?,
        ),
        ("names differ", every_rule(&directory, "differ", |_| None)?),
    ];
    empty(&directory)?;
    for (tables, rounds) in [(1_000, COUNT), (10_000, FEW)] {
        full(&directory, &configurations, tables, rounds)?;
    }
    Ok(())
}

/// A configuration that switches on every rule of the bundled plugins, with what each needs, and with templates for names.
fn every_rule(
    directory: &Directory,
    name: &str,
    template: impl Fn(&str) -> Option<&'static str>,
) -> Result<PathBuf, String> {
    let called = name;
    let output = Command::new(program())
        .args(["schema", "configuration"])
        .current_dir(&directory.0)
        .output()
        .map_err(|error| format!("confiture schema: {error}"))?;
    let schema: Value = serde_json::from_slice(&output.stdout).map_err(|error| format!("confiture schema: {error}"))?;
    let rules =
        schema.pointer("/$defs/Rules/properties").and_then(Value::as_object).ok_or("the schema has no rules")?;
    let mut text = "[linting.rules]\n".to_owned();
    for name in rules.keys() {
        let required = schema.pointer(&format!("/$defs/rule-{name}/anyOf/2/required")).and_then(Value::as_array);
        let required: Vec<&str> = required.into_iter().flatten().filter_map(Value::as_str).collect();
        let options = required.iter().map(|option| match *option {
            "column" => Ok("column = \"tenant_id\"".to_owned()),
            "pattern" => Ok("pattern = \"^[a-z]\"".to_owned()),
            other => Err(format!("{name} needs `{other}`: say here what that is to be")),
        });
        let options = options.collect::<Result<Vec<_>, _>>()?;
        let template = template(name).map(|template| format!("template = \"{template}\""));
        let enabled = std::iter::once("enabled = true".to_owned()).chain(options).chain(template);
        let enabled = enabled.collect::<Vec<_>>().join(", ");
        text.push_str(&format!("{name} = {{ {enabled} }}\n"));
    }
    directory.write(&format!("{called}/confiture.toml"), &text).map(|directory| directory.join("confiture.toml"))
}

/// What a run that finds nothing to look at costs, with nothing of an earlier one to go by.
fn empty(directory: &Directory) -> Outcome {
    sql("postgres", "CREATE DATABASE nothing TEMPLATE template0")?;
    let (mut psql, mut confiture) = (Vec::new(), Vec::new());
    for round in 0..QUICK {
        let mut select = Command::new("psql");
        select.args(["-X", "-q", "-c", "select 1"]);
        let select = measured(&mut select, "nothing")?;
        let cache = directory.0.join(format!("cache-{round}"));
        let lint = measured(Command::new(program()).arg("lint").env("CONFITURE_CACHE_DIR", &cache), "nothing")?;
        if round > 0 {
            psql.push(select.ms);
            confiture.push(lint.ms);
        }
    }
    let (psql, confiture) = (median(&psql), median(&confiture));
    println!("an empty database, no cache");
    println!("  psql -c 'select 1'  {psql:>8.1} ms");
    println!("  confiture lint      {confiture:>8.1} ms   {:+.1} ms (at most +60)", confiture - psql);
    sql("postgres", "DROP DATABASE nothing")
}

/// What came of the rounds with one configuration.
#[derive(Default)]
struct Rounds {
    ms: Vec<f64>,
    shares: Vec<f64>,
    peaks: Vec<f64>,
    findings: usize,
}

fn full(directory: &Directory, configurations: &[(&str, PathBuf)], tables: usize, rounds: usize) -> Outcome {
    let name = format!("tables_{tables}");
    make(directory, &name, tables)?;
    let report = directory.0.join("report.json");
    let (mut dumped, mut linted) = (Vec::new(), Vec::new());
    linted.resize_with(configurations.len(), Rounds::default);
    for round in 0..rounds {
        let dump = || measured(Command::new(pg_dump()).args(["--schema-only", "--file", "/dev/null"]), &name);
        // Who comes first takes turns.
        let before = if round % 2 == 0 { Some(dump()?) } else { None };
        for ((_, configuration), seen) in configurations.iter().zip(&mut linted) {
            let mut command = Command::new(program());
            command.args(["lint", "--fail-on", "never", "--format", "json", "--config"]).arg(configuration);
            let lint = measured(command.arg("--output").arg(&report), &name)?;
            let inside = inside_plugins(&report)?;
            seen.findings = inside.findings;
            if round > 0 {
                seen.ms.push(lint.ms);
                seen.shares.push(inside.ms / lint.ms * 100.0);
                seen.peaks.push(lint.peak_kib as f64 / 1024.0);
            }
        }
        let dump = before.map_or_else(dump, Ok)?;
        if round > 0 {
            dumped.push(dump.ms);
        }
    }
    let dump = median(&dumped);
    println!("{tables} tables");
    println!("  pg_dump             {dump:>8.0} ms");
    for ((label, _), seen) in configurations.iter().zip(&linted) {
        let lint = median(&seen.ms);
        println!("  {label}: {} findings", seen.findings);
        println!("    confiture lint    {lint:>8.0} ms   {:.3} × (at most 0.4, aim 0.25)", lint / dump);
        println!("    inside plugins    {:>8.1} %    (at most 20)", median(&seen.shares));
        println!("    peak memory       {:>8.0} MiB  (at most 300 at 10,000 tables)", median(&seen.peaks));
    }
    sql("postgres", &format!("DROP DATABASE {name}"))
}

/// Makes the database, schema by schema, several at a time.
fn make(directory: &Directory, name: &str, tables: usize) -> Outcome {
    sql("postgres", &format!("CREATE DATABASE {name} TEMPLATE template0"))?;
    let scripts: Vec<PathBuf> = schema::of(tables)
        .iter()
        .enumerate()
        .map(|(at, text)| {
            let file = format!("schema_{at}.sql");
            Ok(directory.write(&format!("{name}/{file}"), text)?.join(file))
        })
        .collect::<Result<_, String>>()?;
    let next = AtomicUsize::new(0);
    let work = || -> Outcome {
        while let Some(script) = scripts.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut load = Command::new("psql");
            load.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f"]).arg(script);
            measured(&mut load, name)?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let workers: Vec<_> =
            (0..thread::available_parallelism().map_or(1, usize::from)).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().map_err(|_| "a thread that loads panicked".to_owned())?)
    })?;
    sql(name, "VACUUM ANALYZE")
}

/// What a report says of its run.
struct Inside {
    ms: f64,
    findings: usize,
}

fn inside_plugins(report: &Path) -> Result<Inside, String> {
    let failed = |error: String| format!("{}: {error}", report.display());
    let text = fs::read(report).map_err(|error| failed(error.to_string()))?;
    let report: Value = serde_json::from_slice(&text).map_err(|error| failed(error.to_string()))?;
    let plugins = report.pointer("/checked/plugins").and_then(Value::as_array).into_iter().flatten();
    let micros: u64 = plugins.filter_map(|plugin| plugin.get("micros")?.as_u64()).sum();
    let findings = report.get("findings").and_then(Value::as_array).map_or(0, Vec::len);
    Ok(Inside { ms: micros as f64 / 1000.0, findings })
}

/// A whole process.
struct Measured {
    ms: f64,
    /// The most memory that it had resident.
    peak_kib: u64,
}

fn measured(command: &mut Command, database: &str) -> Result<Measured, String> {
    command.env("PGDATABASE", database).env_remove("DATABASE_URL");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let name = command.get_program().to_string_lossy().into_owned();
    let begun = Instant::now();
    let child = command.spawn().map_err(|error| format!("{name}: {error}"))?;
    let status = format!("/proc/{}/status", child.id());
    let (over, peak) = (AtomicBool::new(false), AtomicU64::new(0));
    let (output, ms) = thread::scope(|scope| {
        // The high-water mark only grows: what the last look saw is what there was, but for the last moment.
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                peak.fetch_max(high_water(&status), Ordering::Relaxed);
                thread::sleep(Duration::from_millis(2));
            }
        });
        let output = child.wait_with_output();
        let ms = begun.elapsed().as_secs_f64() * 1000.0;
        over.store(true, Ordering::Relaxed);
        (output, ms)
    });
    let output = output.map_err(|error| format!("{name}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{name}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr)));
    }
    Ok(Measured { ms, peak_kib: peak.load(Ordering::Relaxed) })
}

fn high_water(status: &str) -> u64 {
    let text = fs::read_to_string(status).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

/// The server's own, where it is known.
fn pg_dump() -> PathBuf {
    let binaries = std::env::var_os("CONFITURE_PG_BIN").map(PathBuf::from);
    binaries.map(|binaries| binaries.join("pg_dump")).filter(|path| path.exists()).unwrap_or_else(|| "pg_dump".into())
}
