//! `cargo xtask test`: everything that has to hold before a change lands.

use crate::{
    command::{Outcome, cargo, exists, run, step, target, workspace},
    postgres::Server,
};
use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

/// Checks and tests all of it; ends with one line that counts the tests.
pub fn test(arguments: &[&str]) -> Outcome {
    let all_postgres = arguments.contains(&"--all-postgres");
    let filter: Vec<&str> = arguments.iter().copied().filter(|word| !word.starts_with("--")).collect();
    if let Some(unknown) = arguments.iter().find(|word| word.starts_with("--") && **word != "--all-postgres") {
        return Err(format!("unknown option {unknown}: `cargo xtask test` knows --all-postgres"));
    }
    if filter.is_empty() {
        check_sources()?;
    }
    let server = prepare()?;
    let mut total = Count::default();
    if all_postgres {
        for server in crate::postgres::all_versions()? {
            eprintln!("── {server}");
            total += tests(&filter, &server)?;
        }
    } else {
        total += tests(&filter, &server)?;
    }
    println!("{} passed, {} failed, {} skipped", total.passed, total.failed, total.ignored);
    if total.failed > 0 {
        return Err(format!("{} tests failed", total.failed));
    }
    if total.passed == 0 {
        return Err("no test ran".to_owned());
    }
    Ok(())
}

/// What needs no build of the product: formatting, clippy, licences.
fn check_sources() -> Outcome {
    step("formatting", || run(&mut cargo(&["fmt", "--all", "--check"])))?;
    step("clippy", || run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"])))?;
    if exists("cargo-deny") {
        step("licences", || {
            // It reads the manifests of every platform's dependencies, of which a build fetches only its own.
            run(&mut cargo(&["fetch", "--quiet", "--locked"]))?;
            run(&mut cargo(&["deny", "--offline", "--log-level", "error", "check", "bans", "licenses", "sources"]))
        })
    } else {
        eprintln!("── licences: not checked, cargo-deny is not installed (cargo install cargo-deny)");
        Ok(())
    }
}

/// Servers, guests and the program itself: what the demo and the tests stand on.
pub fn prepare() -> Result<Server, String> {
    let server = crate::postgres::ensure().map_err(|why| format!("PostgreSQL: {why}"))?;
    eprintln!("── {server}");
    step("plugins", crate::plugins::run)?;
    step("confiture", || run(&mut cargo(&["build", "--quiet", "--package", "confiture-cli"])))?;
    Ok(server)
}

/// How the tests of one run ended.
#[derive(Default, Clone, Copy)]
struct Count {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl std::ops::AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

/// Runs the workspace's tests, showing what the runner prints and adding up its closing lines.
fn tests(filter: &[&str], server: &Server) -> Result<Count, String> {
    let mut command = cargo(&["test", "--workspace", "--no-fail-fast", "--"]);
    command.args(filter);
    command.env("CONFITURE_BIN", target().join("debug/confiture"));
    command.env("CONFITURE_PLUGINS_DIR", workspace().join("target/plugins"));
    command.env("CONFITURE_PG_BIN", &server.binaries);
    count(&mut command)
}

fn count(command: &mut Command) -> Result<Count, String> {
    let mut child =
        command.stdout(Stdio::piped()).spawn().map_err(|error| format!("cargo could not be started: {error}"))?;
    let mut total = Count::default();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            println!("{line}");
            if let Some(count) = closing_line(&line) {
                total += count;
            }
        }
    }
    let status = child.wait().map_err(|error| format!("cargo test: {error}"))?;
    // A test binary that does not compile, or dies before its closing line, has counted nothing.
    if !status.success() && total.failed == 0 {
        return Err(format!("cargo test failed ({status})"));
    }
    Ok(total)
}

/// Reads `test result: ok. 12 passed; 0 failed; 1 ignored; …`.
fn closing_line(line: &str) -> Option<Count> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let mut total = Count::default();
    for part in counts.split(';') {
        match part.trim().split_once(' ')? {
            (number, "passed") => total.passed = number.parse().ok()?,
            (number, "failed") => total.failed = number.parse().ok()?,
            (number, "ignored") => total.ignored = number.parse().ok()?,
            _ => {}
        }
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::closing_line;

    #[test]
    fn a_closing_line_is_counted() {
        let line = "test result: FAILED. 12 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s";
        let count = closing_line(line).map(|count| (count.passed, count.failed, count.ignored));
        assert_eq!(count, Some((12, 2, 1)));
        assert!(closing_line("running 12 tests").is_none());
    }
}
