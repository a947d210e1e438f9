//! Which compiler, and whose standard library.

use crate::{BuildError, TARGET};
use std::{
    env, fmt,
    path::{Path, PathBuf},
    process::Command,
};

/// Where Debian puts the compiler of rustc-web.
const DEBIAN: &str = "/usr/bin";

/// How a module is compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// With the standard library that the toolchain has for the target.
    Installed {
        /// The toolchain's root.
        sysroot: PathBuf,
    },
    /// With a standard library that cargo builds from Debian's sources.
    BuildStd {
        /// The compiler.
        rustc: PathBuf,
        /// Its cargo.
        cargo: PathBuf,
        /// The root of its toolchain.
        sysroot: PathBuf,
        /// The linker, which Debian does not ship with the compiler.
        linker: PathBuf,
    },
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Installed { .. } => f.write_str("installed standard library"),
            Self::BuildStd { .. } => f.write_str("standard library built from Debian's sources"),
        }
    }
}

impl Route {
    /// The first route that this machine has.
    ///
    /// # Errors
    /// [`BuildError::NoToolchain`] where it has none.
    pub fn find() -> Result<Self, BuildError> {
        let sysroot = sysroot(Path::new("rustc"));
        if let Some(sysroot) = sysroot.clone().filter(|sysroot| has_target(sysroot)) {
            return Ok(Self::Installed { sysroot });
        }
        Self::debian(sysroot.as_deref()).map_err(|why| BuildError::NoToolchain { why })
    }

    fn debian(other: Option<&Path>) -> Result<Self, String> {
        let (rustc, cargo) = (Path::new(DEBIAN).join("rustc"), Path::new(DEBIAN).join("cargo"));
        let sysroot = sysroot(&rustc)
            .ok_or_else(|| format!("no standard library for {TARGET}, and no {} to build one with", rustc.display()))?;
        if has_target(&sysroot) && cargo.exists() {
            // A distribution's own compiler with its own library: nothing to build, but not the `rustc` of the PATH.
            return Ok(Self::Installed { sysroot });
        }
        if !sysroot.join("lib/rustlib/src/rust/library/std/Cargo.toml").exists() {
            return Err(format!("no standard library for {TARGET}, and no sources to build one from"));
        }
        let linker = linker(&[Some(&sysroot), other]).ok_or("no WebAssembly linker: neither rust-lld nor wasm-ld")?;
        Ok(Self::BuildStd { rustc, cargo, sysroot, linker })
    }

    /// The root of the toolchain: what its sources' paths start with.
    pub(crate) fn sysroot(&self) -> &Path {
        match self {
            Self::Installed { sysroot } | Self::BuildStd { sysroot, .. } => sysroot,
        }
    }
}

/// The cargo that runs us, or else the one on the PATH.
pub(crate) fn cargo() -> PathBuf {
    env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

fn sysroot(rustc: &Path) -> Option<PathBuf> {
    let output = Command::new(rustc).args(["--print", "sysroot"]).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !path.trim().is_empty()).then(|| PathBuf::from(path.trim()))
}

fn has_target(sysroot: &Path) -> bool {
    let libraries = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    let Ok(mut entries) = libraries.read_dir() else { return false };
    entries.any(|entry| entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with("libstd-")))
}

fn linker(sysroots: &[Option<&Path>]) -> Option<PathBuf> {
    let host = format!("lib/rustlib/{}-unknown-linux-gnu/bin/rust-lld", env::consts::ARCH);
    let bundled = sysroots.iter().flatten().map(|sysroot| sysroot.join(&host));
    let paths = env::var_os("PATH").unwrap_or_default();
    let searched: Vec<_> = env::split_paths(&paths).collect();
    let on_path = ["rust-lld", "wasm-ld"].iter().flat_map(|name| searched.iter().map(move |path| path.join(name)));
    bundled.chain(on_path).find(|linker| linker.exists())
}
