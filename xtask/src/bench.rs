//! `cargo xtask bench NAME`: release builds, measured by the benchmarks that live beside the code.

use crate::command::{Outcome, cargo, run};

/// Runs one benchmark.
pub fn bench(name: &str) -> Outcome {
    match name {
        "host" => {
            run(cargo(&["bench", "--package", "confiture-host", "--bench", "boundary"]).env("CONFITURE_BENCH", "1"))
        }
        other => Err(format!("there is no benchmark `{other}`: only `host`")),
    }
}
