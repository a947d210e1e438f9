//! `cargo xtask plugins`: the bundled plugins and the guests of the tests, as components.

use crate::command::{self, Outcome, cargo, target, workspace};
use confiture_plugin_build::{Request, build};
use std::{
    fs,
    path::{Path, PathBuf},
};

mod inputs;

/// Builds what has changed, and precompiles the bundled plugins for the engine that embeds them.
pub fn run() -> Outcome {
    let out = workspace().join("target/plugins");
    fs::create_dir_all(&out).map_err(|error| format!("cannot make {}: {error}", out.display()))?;
    let mut bundled = Vec::new();
    for crate_dir in crates_in("plugins")? {
        bundled.push(component(&crate_dir, &out)?);
    }
    for crate_dir in crates_in("tests/guests")? {
        component(&crate_dir, &out)?;
    }
    precompile(&bundled)
}

/// The crates right below a directory that make a component, in a stable order.
fn crates_in(directory: &str) -> Result<Vec<PathBuf>, String> {
    let Ok(entries) = workspace().join(directory).read_dir() else { return Ok(Vec::new()) };
    let mut crates: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    crates.retain(|path| makes_component(path));
    crates.sort();
    Ok(crates)
}

fn makes_component(crate_dir: &Path) -> bool {
    fs::read_to_string(crate_dir.join("Cargo.toml")).is_ok_and(|manifest| manifest.contains("\"cdylib\""))
}

/// Builds one crate, unless its component is there and nothing that it is made from has changed.
fn component(crate_dir: &Path, out: &Path) -> Result<PathBuf, String> {
    let name = crate_dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (wasm, stamp) = (out.join(format!("{name}.wasm")), out.join(format!("{name}.inputs")));
    let inputs = inputs::digest(crate_dir)?;
    if wasm.exists() && fs::read_to_string(&stamp).is_ok_and(|stamped| stamped == inputs) {
        return Ok(wasm);
    }
    let mut request = Request::new(crate_dir);
    request.target_dir = Some(target().join("guests"));
    request.out = Some(wasm.clone());
    let built = build(&request).map_err(|error| error.to_string())?;
    eprintln!("   {name}: {} KB, {}", built.bytes / 1024, built.route);
    fs::write(&stamp, inputs).map_err(|error| format!("cannot write {}: {error}", stamp.display()))?;
    Ok(wasm)
}

/// Compiles components to native code, so that `confiture` starts without a compiler. Asks the host, because what it
/// loads has to come from the same engine with the same settings.
fn precompile(components: &[PathBuf]) -> Outcome {
    let mut stale = Vec::new();
    for wasm in components {
        let inputs = inputs::native_digest(wasm)?;
        let (native, stamp) = (wasm.with_extension("cwasm"), wasm.with_extension("cwasm.inputs"));
        if !native.exists() || fs::read_to_string(&stamp).ok().as_ref() != Some(&inputs) {
            stale.push((wasm, native, stamp, inputs));
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    command::run(&mut cargo(&["build", "--quiet", "--package", "confiture-host", "--bin", "confiture-precompile"]))?;
    for (wasm, native, stamp, inputs) in stale {
        let program = target().join("debug/confiture-precompile");
        command::run(std::process::Command::new(program).arg(wasm).arg(native))?;
        fs::write(&stamp, inputs).map_err(|error| format!("cannot write {}: {error}", stamp.display()))?;
    }
    Ok(())
}
