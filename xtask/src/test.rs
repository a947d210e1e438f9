//! `cargo xtask test`: everything that has to hold before a change lands.

use crate::{
    command::{Outcome, cargo, exists, run, step, target, workspace},
    postgres::{Server, all_versions},
};
use count::Count;
use serde_json::Value;
use std::time::Instant;

mod count;

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
    let total = if all_postgres { on_all(&filter, &server)? } else { tests(&everything(), &filter, &server)? };
    for (why, tests) in &total.skipped_because {
        println!("skipped, {why}: {}", tests.iter().map(String::as_str).collect::<Vec<_>>().join(", "));
    }
    println!("{} passed, {} failed, {} skipped", total.passed, total.failed, total.skipped);
    if total.failed > 0 {
        return Err(format!("{} tests failed", total.failed));
    }
    if total.passed == 0 {
        return Err("no test ran".to_owned());
    }
    Ok(())
}

/// Everything once, on the server that is there anyway; on each other version what touches a server. Nothing is compiled
/// a second time: a server is chosen when a test runs.
fn on_all(filter: &[&str], first: &Server) -> Result<Count, String> {
    let servers = all_versions()?;
    let on_a_server = on_a_server()?;
    let mut table = String::from("PostgreSQL   passed   failed   skipped     time\n");
    let mut total = Count::default();
    for server in &servers {
        eprintln!("── {server}");
        let start = Instant::now();
        let scope = if server.version == first.version { everything() } else { on_a_server.clone() };
        let count = tests(&scope, filter, server)?;
        let seconds = start.elapsed().as_secs();
        table += &format!(
            "{:<10} {:>8} {:>8} {:>9} {seconds:>6} s\n",
            server.version, count.passed, count.failed, count.skipped
        );
        for name in &count.failures {
            table += &format!("           failed: {name}\n");
        }
        total += count;
    }
    println!("\n{table}");
    Ok(total)
}

/// For cargo: all tests of the workspace.
fn everything() -> Vec<String> {
    vec!["--workspace".to_owned()]
}

/// For cargo: the tests, without those in documentation, of the packages that can start a server.
fn on_a_server() -> Result<Vec<String>, String> {
    let output = cargo(&["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .output()
        .map_err(|error| format!("cargo could not be started: {error}"))?;
    let metadata: Value =
        serde_json::from_slice(&output.stdout).map_err(|error| format!("`cargo metadata` answers no JSON: {error}"))?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let starts_servers = |package: &&Value| {
        let mut dependencies = package["dependencies"].as_array().into_iter().flatten();
        package["name"] == SERVERS || dependencies.any(|dependency| dependency["name"] == SERVERS)
    };
    let names = packages.filter(starts_servers).filter_map(|package| package["name"].as_str());
    let mut arguments = vec!["--tests".to_owned()];
    arguments.extend(names.flat_map(|name| ["--package".to_owned(), name.to_owned()]));
    Ok(arguments)
}

/// The package that starts servers.
const SERVERS: &str = "confiture-postgres";

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
    step("WebAssembly", crate::wasm::ensure)?;
    step("plugins", crate::plugins::run)?;
    step("confiture", || run(&mut cargo(&["build", "--quiet", "--package", "confiture-cli"])))?;
    Ok(server)
}

/// Runs tests, showing what the runner prints and adding up its closing lines.
fn tests(scope: &[String], filter: &[&str], server: &Server) -> Result<Count, String> {
    let mut command = cargo(&["test", "--no-fail-fast"]);
    // A test that skips says so in its output, which is otherwise only shown where a test fails.
    command.args(scope).args(["--", "--show-output"]).args(filter);
    command.env("CONFITURE_BIN", target().join("debug/confiture"));
    command.env("CONFITURE_PLUGINS_DIR", workspace().join("target/plugins"));
    command.env("CONFITURE_PG_BIN", &server.binaries);
    count::run(&mut command)
}
