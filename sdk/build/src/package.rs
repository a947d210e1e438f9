//! The crate that is built, as `cargo metadata` describes it.

use crate::{BuildError, route};
use serde::Deserialize;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// A crate that makes a `cdylib`.
pub(crate) struct Package {
    pub name: String,
    pub manifest: PathBuf,
    pub workspace_root: PathBuf,
    pub target_directory: PathBuf,
    /// Whether its workspace says how plugins are compiled.
    pub has_plugin_profile: bool,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Described>,
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

#[derive(Deserialize)]
struct Described {
    name: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    crate_types: Vec<String>,
}

impl Package {
    /// Reads the crate in a directory.
    pub(crate) fn load(crate_dir: &Path) -> Result<Self, BuildError> {
        let manifest = crate_dir.join("Cargo.toml");
        // Metadata names the manifest by its real path.
        let manifest = manifest.canonicalize().map_err(|_| BuildError::NoCrate(crate_dir.to_owned()))?;
        let metadata = metadata(&manifest)?;
        let described = metadata.packages.into_iter().find(|package| package.manifest_path == manifest);
        let described = described.ok_or_else(|| BuildError::Manifest {
            manifest: manifest.clone(),
            said: "it describes a workspace, not a crate: name one of its members".to_owned(),
        })?;
        if !described.targets.iter().any(|target| target.crate_types.iter().any(|kind| kind == "cdylib")) {
            return Err(BuildError::NotALibrary { name: described.name, manifest });
        }
        Ok(Self {
            name: described.name,
            manifest,
            has_plugin_profile: has_plugin_profile(&metadata.workspace_root),
            workspace_root: metadata.workspace_root,
            target_directory: metadata.target_directory,
        })
    }
}

fn metadata(manifest: &Path) -> Result<Metadata, BuildError> {
    let refused = |said: String| BuildError::Manifest { manifest: manifest.to_owned(), said };
    let program = route::cargo();
    let output = Command::new(&program)
        .args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"])
        .arg(manifest)
        .output()
        .map_err(|cause| BuildError::Program { program, cause })?;
    if !output.status.success() {
        return Err(refused(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| refused(error.to_string()))
}

fn has_plugin_profile(workspace_root: &Path) -> bool {
    let manifest = std::fs::read_to_string(workspace_root.join("Cargo.toml")).unwrap_or_default();
    manifest.lines().any(|line| line.trim() == "[profile.plugin]")
}
