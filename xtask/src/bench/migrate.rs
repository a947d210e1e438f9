//! `cargo xtask bench migrate`: a real history applied by confiture and by psql, file by file, each in its transaction,
//! over one connection. Alternating rounds on fresh databases of one scratch PostgreSQL.

use super::inside::{self, Directory, median, program, sql};
use crate::command::{Outcome, workspace};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

/// What this program calls itself inside of `confiture scratch`.
pub const ROUNDS: &str = "migrate-rounds";
/// Where the history is, from the workspace.
const HISTORY: &str = "../shared/corpora/cratesio/sql/migrations";
/// Rounds of all contenders; the first is thrown away.
const COUNT: usize = 8;

/// Builds what is measured, and measures it in a scratch PostgreSQL.
pub fn bench(history: Option<&str>) -> Outcome {
    let history = history.map_or_else(|| workspace().join(HISTORY), PathBuf::from);
    if !history.is_dir() {
        return Err(format!("{}: there is no such history of migrations", history.display()));
    }
    let history = history.canonicalize().map_err(|error| format!("{}: {error}", history.display()))?;
    inside::scratch(ROUNDS, &[&history])
}

/// Who is measured.
struct Contender {
    name: &'static str,
    by: By,
    ms: Vec<f64>,
}

/// How the history is applied.
#[derive(Clone, Copy)]
enum By {
    /// As the measure of all.
    Psql,
    /// With two rows in a ledger for each file, in its transaction: what any tool has to do that remembers what it did.
    PsqlWithLedger,
    /// With `snapshots` of the configuration.
    Confiture(&'static str),
}

impl By {
    fn word(self) -> &'static str {
        match self {
            Self::Psql => "psql",
            Self::PsqlWithLedger => "ledger",
            Self::Confiture(snapshots) => snapshots,
        }
    }
}

/// A ledger as small as one can be that says what is applied, and what happened.
const LEDGER: &str = "
    CREATE SCHEMA ledger;
    CREATE TABLE ledger.migration (version text PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,
        applied_at timestamptz NOT NULL, applied_by text NOT NULL, details jsonb NOT NULL);
    CREATE TABLE ledger.event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, version text, kind text NOT NULL,
        at timestamptz NOT NULL, details jsonb NOT NULL);\n";

fn ledger_rows(version: &str) -> String {
    format!(
        "INSERT INTO ledger.migration VALUES ('{version}', 'name', repeat('0', 64), now(), 'somebody@somewhere', '{{\"rows\": 1}}')
            ON CONFLICT (version) DO UPDATE SET checksum = excluded.checksum, details = excluded.details;
         INSERT INTO ledger.event (version, kind, at, details) VALUES ('{version}', 'applied', now(), '{{\"rows\": 1}}');\n"
    )
}

/// All rounds, in the scratch PostgreSQL that DATABASE_URL names.
pub fn rounds(history: &str) -> Outcome {
    let directory = Directory::new()?;
    let contenders = measure(Path::new(history), &directory.0)?;
    let psql = contenders.first().map_or(f64::NAN, |psql| median(&psql.ms));
    println!("\n{:<24} {:>10} {:>10} {:>10} {:>8}", "", "median", "least", "most", "ratio");
    for contender in &contenders {
        let (least, most) = contender.ms.iter().fold((f64::MAX, 0.0_f64), |(a, b), ms| (a.min(*ms), b.max(*ms)));
        let middle = median(&contender.ms);
        println!("{:<24} {middle:>7.0} ms {least:>7.0} ms {most:>7.0} ms {:>7.2} ×", contender.name, middle / psql);
    }
    Ok(())
}

fn measure(history: &Path, directory: &Path) -> Result<Vec<Contender>, String> {
    let (plain, with_ledger) = (directory.join("all.sql"), directory.join("ledger.sql"));
    let (text, count) = psql_script(history, false)?;
    fs::write(&plain, text).map_err(|error| format!("{}: {error}", plain.display()))?;
    fs::write(&with_ledger, psql_script(history, true)?.0)
        .map_err(|error| format!("{}: {error}", with_ledger.display()))?;
    let contender = |name, by| Contender { name, by, ms: Vec::new() };
    let mut all = vec![
        contender("psql", By::Psql),
        contender("psql, with a ledger", By::PsqlWithLedger),
        contender("confiture, last", By::Confiture("last")),
        contender("confiture, each", By::Confiture("each")),
    ];
    eprintln!("{count} migrations, {COUNT} rounds, of which the first does not count");
    for round in 0..COUNT {
        for contender in &mut all {
            let database = format!("bench_{round}_{}", contender.by.word());
            sql("postgres", &format!("CREATE DATABASE {database} TEMPLATE template0"))?;
            let mut command = match contender.by {
                By::Psql => by_psql(&plain),
                By::PsqlWithLedger => by_psql(&with_ledger),
                By::Confiture(snapshots) => by_confiture(history, directory, snapshots)?,
            };
            command.env("PGDATABASE", &database).env_remove("DATABASE_URL");
            command.stdout(Stdio::null()).stderr(Stdio::piped());
            let begun = Instant::now();
            let output = command.output().map_err(|error| format!("{}: {error}", contender.name))?;
            let ms = begun.elapsed().as_secs_f64() * 1000.0;
            if !output.status.success() {
                return Err(format!("{}: {}", contender.name, String::from_utf8_lossy(&output.stderr)));
            }
            sql("postgres", &format!("DROP DATABASE {database}"))?;
            if round > 0 {
                contender.ms.push(ms);
            }
        }
    }
    Ok(all)
}

fn by_psql(script: &Path) -> Command {
    let mut command = Command::new("psql");
    command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f"]).arg(script);
    command
}

fn by_confiture(history: &Path, directory: &Path, snapshots: &str) -> Result<Command, String> {
    let configuration = directory.join(format!("{snapshots}.toml"));
    fs::write(&configuration, format!("[migrations]\nsnapshots = \"{snapshots}\"\n"))
        .map_err(|error| format!("{}: {error}", configuration.display()))?;
    let mut command = Command::new(program());
    command.args(["migrate", "up", "--migrations"]).arg(history).arg("--config").arg(configuration);
    Ok(command)
}

/// One script for psql that includes every file in the order of its version, each between BEGIN and COMMIT unless its
/// `metadata.toml` says otherwise.
fn psql_script(history: &Path, with_ledger: bool) -> Result<(String, usize), String> {
    let entries = fs::read_dir(history).map_err(|error| format!("{}: {error}", history.display()))?;
    let mut files: Vec<(String, PathBuf)> = entries
        .flatten()
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
        .filter(|(_, path)| path.join("up.sql").is_file())
        .map(|(name, path)| (name.split('_').next().unwrap_or_default().replace('-', ""), path))
        .collect();
    files.sort();
    let mut text = "SET client_min_messages = warning;\n".to_owned();
    if with_ledger {
        text.push_str(LEDGER);
    }
    for (version, path) in &files {
        let rows = if with_ledger { ledger_rows(version) } else { String::new() };
        let metadata = fs::read_to_string(path.join("metadata.toml")).unwrap_or_default();
        let include = format!("\\i '{}'\n", path.join("up.sql").display());
        match metadata.contains("run_in_transaction = false") {
            true => text.push_str(&format!("{include}{rows}")),
            false => text.push_str(&format!("BEGIN;\n{include}{rows}COMMIT;\n")),
        }
    }
    Ok((text, files.len()))
}
