//! What benchmarks share that run in a scratch PostgreSQL: the release build, the server, databases, times.

use crate::command::{Outcome, cargo, exists, run, step, target};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

/// Builds the program, starts a scratch PostgreSQL, and runs this program in it again, as `bench ROUNDS ARGUMENTS`.
pub fn scratch(rounds: &str, arguments: &[&Path]) -> Outcome {
    if !exists("psql") {
        return Err("psql is not installed: it is what confiture is measured against".to_owned());
    }
    let server = crate::postgres::ensure().map_err(|why| format!("PostgreSQL: {why}"))?;
    step("confiture, release", || run(&mut cargo(&["build", "--quiet", "--release", "--package", "confiture-cli"])))?;
    let this = std::env::current_exe().map_err(|error| format!("this program: {error}"))?;
    let mut scratch = Command::new(program());
    scratch.args(["scratch", "--"]).arg(this).args(["bench", rounds]).args(arguments);
    run(scratch.env("CONFITURE_PG_BIN", &server.binaries))
}

/// The program that is measured.
pub fn program() -> PathBuf {
    target().join("release/confiture")
}

/// A directory of a benchmark's own, gone with this.
pub struct Directory(pub PathBuf);

impl Directory {
    /// Makes it.
    pub fn new() -> Result<Self, String> {
        let path = std::env::temp_dir().join(format!("confiture-bench-{}", std::process::id()));
        fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }

    /// Writes a file below it, and answers the directory that the file is in.
    pub fn write(&self, name: &str, text: &str) -> Result<PathBuf, String> {
        let path = self.0.join(name);
        let parent = path.parent().unwrap_or(&self.0).to_owned();
        let written = fs::create_dir_all(&parent).and_then(|()| fs::write(&path, text));
        written.map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(parent)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs one SQL text with psql in a database.
pub fn sql(database: &str, statement: &str) -> Outcome {
    run(psql(database).args(["-q", "-c", statement]))
}

fn psql(database: &str) -> Command {
    let mut command = Command::new("psql");
    command.args(["-X", "-v", "ON_ERROR_STOP=1", "-d", database]).env_remove("DATABASE_URL");
    command
}

/// Runs confiture on a database: its milliseconds, and the JSON that it printed.
pub fn confiture(database: &str, arguments: &[&str]) -> Result<(f64, serde_json::Value), String> {
    let mut command = Command::new(program());
    command.args(arguments).args(["--format", "json"]).env("PGDATABASE", database).env_remove("DATABASE_URL");
    let begun = Instant::now();
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("confiture: {error}"))?;
    let ms = begun.elapsed().as_secs_f64() * 1000.0;
    if !output.status.success() {
        let (out, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        return Err(format!("confiture {}: {}\n{said}{out}", arguments.join(" "), output.status));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let json = serde_json::from_str(&text).map_err(|error| format!("confiture {}: {error}", arguments.join(" ")))?;
    Ok((ms, json))
}

/// The middle one.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
