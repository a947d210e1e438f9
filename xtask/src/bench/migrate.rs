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
    /// `snapshots` of the configuration; none for psql.
    snapshots: Option<&'static str>,
    ms: Vec<f64>,
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
    let script = directory.join("all.sql");
    let (text, count) = psql_script(history)?;
    fs::write(&script, text).map_err(|error| format!("{}: {error}", script.display()))?;
    let contender = |name, snapshots| Contender { name, snapshots, ms: Vec::new() };
    let mut all = vec![
        contender("psql", None),
        contender("confiture, last", Some("last")),
        contender("confiture, each", Some("each")),
    ];
    eprintln!("{count} migrations, {COUNT} rounds, of which the first does not count");
    for round in 0..COUNT {
        for contender in &mut all {
            let database = format!("bench_{round}_{}", contender.snapshots.unwrap_or("psql"));
            sql("postgres", &format!("CREATE DATABASE {database} TEMPLATE template0"))?;
            let mut command = match contender.snapshots {
                None => by_psql(&script),
                Some(snapshots) => by_confiture(history, directory, snapshots)?,
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
fn psql_script(history: &Path) -> Result<(String, usize), String> {
    let entries = fs::read_dir(history).map_err(|error| format!("{}: {error}", history.display()))?;
    let mut files: Vec<(String, PathBuf)> = entries
        .flatten()
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
        .filter(|(_, path)| path.join("up.sql").is_file())
        .map(|(name, path)| (name.split('_').next().unwrap_or_default().replace('-', ""), path))
        .collect();
    files.sort();
    let mut text = "SET client_min_messages = warning;\n".to_owned();
    for (_, path) in &files {
        let metadata = fs::read_to_string(path.join("metadata.toml")).unwrap_or_default();
        let include = format!("\\i '{}'\n", path.join("up.sql").display());
        match metadata.contains("run_in_transaction = false") {
            true => text.push_str(&include),
            false => text.push_str(&format!("BEGIN;\n{include}COMMIT;\n")),
        }
    }
    Ok((text, files.len()))
}
