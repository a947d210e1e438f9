//! The real program, run as a user would.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The `confiture` program: `CONFITURE_BIN`, or the one that was built beside this test.
pub fn confiture_bin() -> PathBuf {
    if let Some(path) = std::env::var_os("CONFITURE_BIN") {
        return path.into();
    }
    let beside = std::env::current_exe().ok().and_then(|test| Some(test.parent()?.parent()?.join("confiture")));
    match beside {
        Some(path) if path.exists() => path,
        _ => panic!("the program is not built: run `cargo xtask test`, or `cargo build -p confiture-cli`"),
    }
}

/// How a run ended.
#[derive(Debug)]
pub struct Ran {
    /// The exit code; -1 where a signal ended it.
    pub code: i32,
    /// What it printed as data.
    pub stdout: String,
    /// What it said.
    pub stderr: String,
}

impl Ran {
    /// Fails unless the run ended with `code`, showing what it said.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Fails unless standard error holds every one of `words`.
    #[track_caller]
    pub fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.stderr.contains(word), "`{word}` is missing in:\n{}", self.stderr);
        }
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in:\n{}", self.stdout))
    }
}

/// Runs the program in `directory`, with nothing of the machine's PostgreSQL settings.
pub fn confiture(directory: &Path, arguments: &[&str]) -> Ran {
    run(directory, arguments, &[])
}

/// As [`confiture`], with some variables set.
pub fn run(directory: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    ran(command(directory, arguments, variables).output().expect("the program starts"))
}

/// What a run that was started by hand ended with.
pub fn ran(output: Output) -> Ran {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program prints UTF-8");
    Ran { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// The program, to be started by hand.
pub fn command(directory: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(confiture_bin());
    command.args(arguments).current_dir(directory).env("NO_COLOR", "1");
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if (name.starts_with("PG") && !name.starts_with("PG_")) || name == "DATABASE_URL" {
            command.env_remove(name);
        }
    }
    command.envs(variables.iter().copied());
    command
}

/// Writes files into a fresh directory.
pub fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    for (name, text) in files {
        write(directory.path(), name, text.as_bytes());
    }
    directory
}

/// Writes one file, making its directories.
pub fn write(directory: &Path, name: &str, content: &[u8]) {
    let path = directory.join(name);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).expect("a directory");
    }
    std::fs::write(path, content).expect("a file");
}
