//! `cargo xtask demo`: the main job on a real example.

use crate::command::{Outcome, run, target, workspace};
use std::process::Command;

/// Builds the program, then builds, lints and explains the example as a user would.
pub fn demo() -> Outcome {
    crate::test::prepare()?;
    let example = workspace().join("examples/printoptim");
    eprintln!("\nin examples/printoptim:");
    let confiture = |arguments: &[&str]| {
        eprintln!("\n$ confiture {}", arguments.join(" "));
        let mut command = Command::new(target().join("debug/confiture"));
        command.args(arguments).current_dir(&example);
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
    run(&mut confiture(&["lint", "--explain", "foreign-key-indexed"]))
}
