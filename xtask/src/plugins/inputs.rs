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

/// A digest of every file that a crate's component is made from, and of the compiler's version.
pub fn digest(crate_dir: &Path) -> Result<String, String> {
    let mut files = Vec::new();
    collect(crate_dir, &mut files)?;
    for shared in SHARED {
        collect(&workspace().join(shared), &mut files)?;
    }
    files.sort();
    let mut hasher = Sha256::new();
    for file in files {
        let bytes = fs::read(&file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        hasher.update(file.strip_prefix(workspace()).unwrap_or(&file).to_string_lossy().as_bytes());
        hasher.update(bytes.len().to_le_bytes());
        hasher.update(&bytes);
    }
    let version = Command::new("rustc").arg("-vV").output().map(|output| output.stdout).unwrap_or_default();
    hasher.update(version);
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
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
