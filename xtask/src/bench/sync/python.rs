//! A strategy in Python (`python/app.py`), built where its toolchain is installed.

use crate::{
    bench::inside::Directory,
    command::{exists, run, step, workspace},
};
use std::process::Command;

/// The version that the strategy is known to build with.
const TOOL: &str = "componentize-py==0.25.1";

/// Builds it into the directory, with a configuration that names it. False, said, where that cannot be done here.
pub fn build(directory: &Directory) -> Result<bool, String> {
    if !exists("componentize-py") {
        println!("a strategy in Python is not measured: componentize-py is not on the PATH (pip install {TOOL})");
        return Ok(false);
    }
    let bench = workspace().join("xtask/src/bench/sync/python");
    let mut command = Command::new("componentize-py");
    command.env("PYTHONDONTWRITEBYTECODE", "1").arg("-d").arg(workspace().join("wit/v0.1"));
    command.args(["-w", "anonymizer", "componentize", "app", "--stub-wasi", "-p"]).arg(bench);
    command.arg("-o").arg(directory.0.join("python.wasm"));
    step("the strategy in Python", || run(&mut command))?;
    directory.write("confiture.toml", "[plugins.python]\nsource = \"python.wasm\"\n")?;
    Ok(true)
}
