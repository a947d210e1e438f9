//! What several tests need: where things lie.
#![allow(clippy::print_stderr, reason = "a test that skips says so")]

pub mod cluster;
pub mod program;
pub mod small_disk;

use std::path::{Path, PathBuf};

/// The workspace's root.
pub fn workspace() -> PathBuf {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().map(Path::to_path_buf).unwrap_or(manifest)
}

/// Where this workspace's artefacts go.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from)
}

/// A folder of real inputs beside the checkout; none where it is absent, and then the test says that it skips.
pub fn corpus(name: &str) -> Option<PathBuf> {
    let folder = workspace().join("../shared").join(name);
    if folder.exists() {
        return Some(folder);
    }
    skipped(&format!("{name} is not beside this checkout"));
    None
}

/// Says why a test, or a part of one, does not run here.
pub fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}

/// A component that `cargo xtask plugins` built.
pub fn plugin_wasm(name: &str) -> Vec<u8> {
    let folder = std::env::var_os("CONFITURE_PLUGINS_DIR").map(PathBuf::from);
    let path = folder.unwrap_or_else(|| workspace().join("target/plugins")).join(format!("{name}.wasm"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}: run `cargo xtask plugins`", path.display()))
}
