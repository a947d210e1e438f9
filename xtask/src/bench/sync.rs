//! `cargo xtask bench sync`: a table copied and masked by confiture, against `psql COPY TO | psql COPY FROM` of the same table
//! as it is. Alternating rounds in one scratch PostgreSQL, into a table with a primary key and into one without. A strategy in
//! Python on one more column is measured as well, where the machine can build it.

mod python;

use super::inside::{self, Directory, median, program, sql};
use crate::command::Outcome;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// What this program calls itself inside of `confiture scratch`.
pub const ROUNDS: &str = "sync-rounds";
/// Rows, where `--rows` says nothing else.
const ROWS: &str = "5000000";
/// Rounds of all contenders; the first is thrown away.
const COUNT: usize = 9;
/// How often the memory of a run is looked at. Its peak only grows: what is missed is what a run takes in its last moments.
const LOOK: Duration = Duration::from_millis(10);
/// The profile's key.
const KEY: &str = "a key of the benchmark's own";

/// Builds what is measured, and measures it in a scratch PostgreSQL.
pub fn bench(arguments: &[&str]) -> Outcome {
    let rows = match arguments {
        [] => ROWS,
        ["--rows", rows] if rows.parse::<u64>().is_ok_and(|rows| rows > 0) => rows,
        _ => return Err("usage: cargo xtask bench sync [--rows N]".to_owned()),
    };
    crate::plugins::run()?;
    inside::scratch(ROUNDS, &[Path::new(rows)])
}

/// How a table is copied.
#[derive(Clone, Copy)]
enum By {
    Psql(&'static str),
    Confiture { workers: &'static str, masked: Masked },
}

/// What masks.
#[derive(Clone, Copy, PartialEq)]
enum Masked {
    Nothing,
    /// Bundled strategies, on four columns.
    Bundled,
    /// The same, and one in Python on a fifth column.
    Python,
}

struct Contender {
    name: &'static str,
    by: By,
    seconds: Vec<f64>,
    peak_mib: f64,
}

/// All rounds, in the scratch PostgreSQL that the environment names.
pub fn rounds(rows: &str) -> Outcome {
    let directory = Directory::new()?;
    profile(&directory, "bench", "")?;
    let python = python::build(&directory)?;
    if python {
        profile(&directory, "python", "      city: place\n")?;
    }
    for key in ["PRIMARY KEY", ""] {
        let title = if key.is_empty() { "without a primary key" } else { "with a primary key" };
        println!("\n{rows} rows of 10 columns, 4 of them masked, into a table {title}");
        for database in ["bench_source", "bench_target"] {
            sql("postgres", &format!("DROP DATABASE IF EXISTS {database}"))?;
            sql("postgres", &format!("CREATE DATABASE {database} TEMPLATE template0"))?;
            sql(database, &table(key))?;
        }
        sql("bench_source", &filled(rows))?;
        sql("bench_source", "VACUUM (ANALYZE, FREEZE) people")?;
        report(&measure(&directory, python)?);
    }
    Ok(())
}

fn table(key: &str) -> String {
    format!(
        "CREATE TABLE people (id bigint NOT NULL {key}, email text, name text, phone text, token text, city text,
         score int, balance numeric(12,2), born date, seen timestamptz)"
    )
}

fn filled(rows: &str) -> String {
    format!(
        "INSERT INTO people SELECT i, 'person' || i || '@example.org', 'First' || i % 1000 || ' Last' || i % 7919,
         '+49 30 ' || lpad(i::text, 8, '0'), md5(i::text), 'City ' || i % 500, i % 1000, i % 100000 / 100.0,
         date '1950-01-01' + (i % 20000)::int, timestamptz '2020-01-01' + i * interval '1 s' FROM generate_series(1, {rows}) i"
    )
}

/// Writes one of this name, with more columns.
fn profile(directory: &Directory, name: &str, more: &str) -> Outcome {
    let text = format!(
        "anonymization_profile: {name}\nkey: ${{BENCH_KEY}}\nrules:\n  - table: people\n    columns:\n      \
        email: email_masking\n      name: {{type: fake, kind: full_name}}\n      phone: {{type: pattern_masking, pattern: '### ## ********'}}\n      \
        token: deterministic_hash\n{more}"
    );
    directory.write(&format!("{name}.yaml"), &text).map(drop)
}

fn measure(directory: &Directory, python: bool) -> Result<Vec<Contender>, String> {
    let contender = |name, by| Contender { name, by, seconds: Vec::new(), peak_mib: 0.0 };
    let mut all = vec![
        contender("psql | psql, text", By::Psql("text")),
        contender("psql | psql, binary", By::Psql("binary")),
        contender("confiture, as it is", By::Confiture { workers: "1", masked: Masked::Nothing }),
        contender("confiture, masked", By::Confiture { workers: "1", masked: Masked::Bundled }),
        contender("confiture, masked, 2 workers", By::Confiture { workers: "2", masked: Masked::Bundled }),
    ];
    if python {
        let by = By::Confiture { workers: "1", masked: Masked::Python };
        all.push(contender("confiture, masked, and Python", by));
    }
    for round in 0..COUNT {
        for contender in &mut all {
            sql("bench_target", "TRUNCATE people")?;
            sql("bench_target", "CHECKPOINT")?;
            let mut command = match contender.by {
                By::Psql(form) => pipe(form),
                By::Confiture { workers, masked } => confiture(directory, workers, masked),
            };
            let (seconds, peak) = timed(&mut command, contender.name)?;
            if round > 0 {
                contender.seconds.push(seconds);
                contender.peak_mib = contender.peak_mib.max(peak);
            }
        }
    }
    Ok(all)
}

fn pipe(form: &str) -> Command {
    let psql = "psql -X -q -v ON_ERROR_STOP=1";
    let mut command = Command::new("sh");
    command.env_remove("DATABASE_URL").args([
        "-c",
        &format!(
            "{psql} -d bench_source -c 'COPY people TO STDOUT (FORMAT {form})' | \
             {psql} -d bench_target -c 'COPY people FROM STDIN (FORMAT {form})'"
        ),
    ]);
    command
}

fn confiture(directory: &Directory, workers: &str, masked: Masked) -> Command {
    let mut command = Command::new(program());
    command.env_remove("DATABASE_URL").env("BENCH_KEY", KEY);
    command.args(["sync", "--source", "dbname=bench_source", "--target", "dbname=bench_target", "--yes"]);
    command.args(["--workers", workers]);
    let profile = |name: &str| directory.0.join(name).display().to_string();
    match masked {
        Masked::Nothing => command.arg("--no-anonymization"),
        Masked::Bundled => command.args(["--anonymization-profile", &profile("bench.yaml")]),
        // Its project is the one that knows the plugin.
        Masked::Python => command.current_dir(&directory.0).args(["--anonymization-profile", &profile("python.yaml")]),
    };
    command
}

/// Seconds, and the most memory that the process itself had, in MiB.
fn timed(command: &mut Command, name: &str) -> Result<(f64, f64), String> {
    let log = log_of(name);
    let error = |error: std::io::Error| format!("{name}: {error}");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(fs::File::create(&log).map_err(error)?);
    let begun = Instant::now();
    let mut child = command.spawn().map_err(error)?;
    let mut peak = 0.0_f64;
    let status = loop {
        if let Some(status) = child.try_wait().map_err(error)? {
            break status;
        }
        peak = peak.max(high_water(child.id()).unwrap_or(0.0));
        std::thread::sleep(LOOK);
    };
    let seconds = begun.elapsed().as_secs_f64();
    let said = fs::read_to_string(&log).unwrap_or_default();
    let _ = fs::remove_file(&log);
    match status.success() {
        true => Ok((seconds, peak)),
        false => Err(format!("{name}: {status}\n{said}")),
    }
}

fn log_of(name: &str) -> PathBuf {
    let word: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    std::env::temp_dir().join(format!("confiture-bench-{}-{word}.log", std::process::id()))
}

/// `VmHWM` of a process, in MiB.
fn high_water(pid: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<f64>().ok().map(|kib| kib / 1024.0)
}

/// Of a pipe, only the shell's would be known.
fn peak(one: &Contender) -> String {
    match one.by {
        By::Psql(_) => "-".to_owned(),
        By::Confiture { .. } => format!("{:.0} MiB", one.peak_mib),
    }
}

fn report(all: &[Contender]) {
    let of = |at: usize| all.get(at).map_or(f64::NAN, |one| median(&one.seconds));
    let (text, binary) = (of(0), of(1));
    println!("{:<30} {:>9} {:>9} {:>9} {:>8} {:>8} {:>9}", "", "median", "least", "most", "× text", "× binary", "peak");
    for one in all {
        let (least, most) = one.seconds.iter().fold((f64::MAX, 0.0_f64), |(a, b), s| (a.min(*s), b.max(*s)));
        let middle = median(&one.seconds);
        println!(
            "{:<30} {middle:>7.2} s {least:>7.2} s {most:>7.2} s {:>7.2} {:>8.2} {:>9}",
            one.name,
            text / middle,
            binary / middle,
            peak(one)
        );
    }
    println!("aims: masked at least 1.30 × text and 0.95 × binary; at most 80 MiB a stream; Python is only reported");
}
