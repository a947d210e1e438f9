//! Builds a Rust crate into a Confiture plugin: cargo makes a core module of it, and that becomes a component.
//!
//! The module is built with the standard library that rustup installs for `wasm32-unknown-unknown`, or else with one
//! that cargo builds from Debian's sources. Either way the result does not depend on where the checkout or cargo's caches
//! lie. One exception: cargo mixes the absolute path of a path dependency outside the crate's workspace into its names.

mod cargo;
mod error;
mod package;
mod route;

pub use error::BuildError;
pub use route::Route;

use package::Package;
use std::path::{Path, PathBuf};
use wit_component::ComponentEncoder;

/// The target that plugins are built for. Without WASI: a plugin has no system to call.
const TARGET: &str = "wasm32-unknown-unknown";

/// What to build.
#[derive(Clone, Debug)]
pub struct Request {
    /// The directory of the crate's `Cargo.toml`.
    pub crate_dir: PathBuf,
    /// Where cargo puts what it builds; none for a directory of its own in the crate's target directory.
    pub target_dir: Option<PathBuf>,
    /// Where the component goes; none for `NAME.wasm` in the crate's directory.
    pub out: Option<PathBuf>,
    /// Whether cargo keeps its progress to itself. Warnings and errors are shown either way.
    pub quiet: bool,
    /// Whether the crate's `Cargo.lock` must be up to date.
    pub locked: bool,
}

impl Request {
    /// Builds the crate in `crate_dir`, with everything else as it usually is.
    pub fn new(crate_dir: impl Into<PathBuf>) -> Self {
        Self { crate_dir: crate_dir.into(), target_dir: None, out: None, quiet: false, locked: false }
    }
}

/// What was built.
#[derive(Clone, Debug)]
pub struct Built {
    /// The crate's name.
    pub name: String,
    /// The component.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// How it was built.
    pub route: Route,
}

/// Builds a crate into a component.
///
/// # Errors
/// [`BuildError`]: what is missing and how to install it, or what is wrong with the crate.
pub fn build(request: &Request) -> Result<Built, BuildError> {
    let package = Package::load(&request.crate_dir)?;
    let route = Route::find()?;
    let target_dir = request.target_dir.clone().unwrap_or_else(|| package.target_directory.join("plugin"));
    let target_dir = std::path::absolute(&target_dir).map_err(|cause| BuildError::file("find", &target_dir, cause))?;
    let module = cargo::build(&package, &route, &target_dir, request)?;
    let component = encode(&module)?;
    let path = request.out.clone().unwrap_or_else(|| request.crate_dir.join(format!("{}.wasm", package.name)));
    write(&path, &component)?;
    Ok(Built { name: package.name, path, bytes: component.len() as u64, route })
}

/// Makes a component of a core module that carries its world, as wit-bindgen leaves it.
fn encode(module: &Path) -> Result<Vec<u8>, BuildError> {
    let bytes = std::fs::read(module).map_err(|cause| BuildError::file("read", module, cause))?;
    let encoded = ComponentEncoder::default().validate(true).module(&bytes).and_then(|encoder| encoder.encode());
    encoded.map_err(|cause| BuildError::Component { module: module.to_owned(), cause: format!("{cause:#}") })
}

/// Writes beside the file and renames: whoever reads it sees the old component or the new one, never half of one.
fn write(path: &Path, bytes: &[u8]) -> Result<(), BuildError> {
    let fail = |cause| BuildError::file("write", path, cause);
    if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        std::fs::create_dir_all(directory).map_err(fail)?;
    }
    let beside = path.with_extension(format!("{}.partial", std::process::id()));
    std::fs::write(&beside, bytes).and_then(|()| std::fs::rename(&beside, path)).map_err(fail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_without_a_crate_is_named() {
        let error = build(&Request::new("src")).map(|built| built.path).unwrap_err();
        assert_eq!(error.to_string(), "src is no Rust crate: it has no Cargo.toml");
    }

    #[test]
    fn a_crate_that_makes_no_library_is_told_how() {
        let error = build(&Request::new(env!("CARGO_MANIFEST_DIR"))).map(|built| built.path).unwrap_err();
        assert!(error.to_string().contains("crate-type = [\"cdylib\", \"rlib\"]"), "{error}");
    }
}
