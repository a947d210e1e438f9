//! `cargo xtask demo`: the main jobs on a real example.

use crate::command::{Outcome, run, target, workspace};
use std::{ffi::OsString, process::Command};

/// Builds the program, then lints, explains, migrates and syncs the example as a user would.
pub fn demo() -> Outcome {
    let server = crate::test::prepare()?;
    let example = workspace().join("examples/printoptim");
    eprintln!("\nin examples/printoptim:");
    let confiture = |arguments: &[&str]| {
        eprintln!("\n$ confiture {}", shown(arguments));
        let mut command = Command::new(target().join("debug/confiture"));
        command.args(arguments).current_dir(&example).env("CONFITURE_PG_BIN", &server.binaries);
        command
    };
    run(&mut confiture(&["plugin", "list"]))?;
    let findings = confiture(&["lint", "db", "--env", "production"])
        .status()
        .map_err(|error| format!("confiture could not be started: {error}"))?;
    if findings.code() != Some(1) {
        return Err(format!(
            "the example's schema has findings, so `confiture lint` should exit 1; it ended with {findings}"
        ));
    }
    run(&mut confiture(&["lint", "--explain", "foreign-key-indexed"]))?;
    run(confiture(&["scratch", "--", "sh", "-ec", MIGRATE]).env("PATH", with_program_first()?))?;
    let mut sync = confiture(&["scratch", "--", "sh", "-ec", SYNC]);
    run(sync.env("PATH", with_program_first()?).env("QA_ANON_SALT", "the demo's own salt, which is no secret"))
}

/// A script is shown by what it says itself.
fn shown(arguments: &[&str]) -> String {
    let words: Vec<&str> = arguments.iter().map(|word| if word.contains('\n') { "…" } else { word }).collect();
    words.join(" ")
}

/// A rehearsal with its hooks, the same for good, a look at it, and back, on a database that is thrown away.
const MIGRATE: &str = "
    say() { printf '\\n$ %s\\n' \"$*\"; \"$@\"; }
    say confiture migrate up --target 001
    say confiture migrate up --target 002 --dry-run
    say confiture migrate up
    say confiture migrate status
    say confiture migrate down --steps 2
    say confiture migrate status
    say confiture migrate verify";

/// A sync from production to QA through the specification's profile, tried first and proved afterwards.
const SYNC: &str = r#"
    say() { printf '\n$ %s\n' "$*"; "$@"; }
    psql() { "$CONFITURE_PG_BIN/psql" -qX -v ON_ERROR_STOP=1 "$@"; }
    for name in production qa; do psql -c "CREATE DATABASE $name"; psql -d $name -f sync/schema.sql; done
    psql -d production -f sync/rows.sql
    url() { printf '%s' "$DATABASE_URL" | sed "s,/scratch?,/$1?,"; }
    set -- --source "$(url production)" --target "$(url qa)" --anonymization-profile qa
    say confiture sync "$@" --dry-run
    say confiture sync "$@" --verify-consistency
    say psql -d qa -c "SELECT first_name, email, phone, ssn, count(*) AS orders FROM w_customers c JOIN w_orders o
        ON o.customer_id = c.id GROUP BY c.id ORDER BY email LIMIT 3""#;

/// The PATH in which `confiture` is the program that was just built.
fn with_program_first() -> Result<OsString, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(target().join("debug")).chain(std::env::split_paths(&path));
    std::env::join_paths(all).map_err(|error| format!("the program's directory cannot stand in PATH: {error}"))
}
