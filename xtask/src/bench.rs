//! `cargo xtask bench NAME`: release builds, measured.

mod estimates;
mod hooks;
mod inside;
mod lint;
mod migrate;
mod sync;

use crate::command::{Outcome, cargo, run};

/// Runs one benchmark.
pub fn bench(name: &str, arguments: &[&str]) -> Outcome {
    match (name, arguments) {
        ("host", []) => {
            run(cargo(&["bench", "--package", "confiture-host", "--bench", "boundary"]).env("CONFITURE_BENCH", "1"))
        }
        ("mask", strategy @ ([] | [_])) => {
            let mut bench = cargo(&["bench", "--package", "confiture-tests", "--bench", "mask", "--"]);
            run(bench.args(strategy).env("CONFITURE_BENCH", "1"))
        }
        ("migrate", []) => migrate::bench(None),
        ("migrate", [history]) => migrate::bench(Some(history)),
        (migrate::ROUNDS, [history]) => migrate::rounds(history),
        ("hooks", []) => hooks::bench(),
        (hooks::ROUNDS, []) => hooks::rounds(),
        ("lint", []) => lint::bench(),
        (lint::ROUNDS, []) => lint::rounds(),
        ("estimates", []) => estimates::bench(),
        (estimates::ROUNDS, []) => estimates::rounds(),
        ("sync", arguments) => sync::bench(arguments),
        (sync::ROUNDS, [rows]) => sync::rounds(rows),
        (other, _) => Err(format!(
            "there is no benchmark `{other}`: only `host`, `mask [STRATEGY]`, `migrate [HISTORY]`, `hooks`, `lint`, `estimates` and `sync [--rows N]`"
        )),
    }
}
