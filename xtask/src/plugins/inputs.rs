//! What a component is made from, as one digest.

use crate::command::workspace;
use sha2::{Digest, Sha256};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What every component is made from besides its own crate: the contract, the SDK, and how it is built.
const SHARED: [&str; 5] = ["wit/v0.1", "sdk/rust", "sdk/build", "Cargo.toml", "Cargo.lock"];

/// What native code is made from besides the component: the settings of the engine, and its version.
const ENGINE: [&str; 2] = ["engine/host/src/host/engine.rs", "Cargo.lock"];

/// A digest of every file that a crate's component is made from, and of the compiler's version.
pub fn digest(crate_dir: &Path) -> Result<String, String> {
    let shared = SHARED.iter().map(|shared| workspace().join(shared));
    let mut hasher = hash(&[crate_dir.to_path_buf()].into_iter().chain(shared).collect::<Vec<_>>())?;
    let version = Command::new("rustc").arg("-vV").output().map(|output| output.stdout).unwrap_or_default();
    hasher.update(version);
    Ok(hex(hasher))
}

/// A digest of what a component's native code is made from.
pub fn native_digest(component: &Path) -> Result<String, String> {
    let engine = ENGINE.iter().map(|file| workspace().join(file));
    Ok(hex(hash(&[component.to_path_buf()].into_iter().chain(engine).collect::<Vec<_>>())?))
}

fn hex(hasher: Sha256) -> String {
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hash(paths: &[PathBuf]) -> Result<Sha256, String> {
    let mut files = Vec::new();
    for path in paths {
        collect(path, &mut files)?;
    }
    files.sort();
    let mut hasher = Sha256::new();
    for file in files {
        let bytes = fs::read(&file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        hasher.update(file.strip_prefix(workspace()).unwrap_or(&file).to_string_lossy().as_bytes());
        hasher.update(bytes.len().to_le_bytes());
        hasher.update(&bytes);
    }
    Ok(hasher)
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    if !path.is_dir() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    let entries = path.read_dir().map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    for entry in entries {
        let entry = entry.map_err(|error| format!("cannot read {}: {error}", path.display()))?.path();
        if entry.file_name().is_some_and(|name| name != "target") {
            collect(&entry, files)?;
        }
    }
    Ok(())
}
