//! Why there is no plugin, and what to do.

use std::{
    io,
    path::{Path, PathBuf},
};

/// Why there is no plugin, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The directory holds no crate.
    #[error("{} is no Rust crate: it has no Cargo.toml", .0.display())]
    NoCrate(PathBuf),
    /// The crate does not make a library that can become a component.
    #[error("the crate `{name}` makes no plugin: add this to {}:\n\n[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n", manifest.display())]
    NotALibrary {
        /// The crate's name.
        name: String,
        /// Its manifest.
        manifest: PathBuf,
    },
    /// Nothing here can compile to WebAssembly.
    #[error(
        "this Rust cannot compile to WebAssembly yet: {why}. Install what is missing with one of\n\n    \
         rustup target add wasm32-unknown-unknown\n    \
         apt-get install --no-install-recommends rustc-web cargo-web rust-web-src   (Debian, with rustup's rust-lld, or lld)\n"
    )]
    NoToolchain {
        /// What was looked for in vain.
        why: String,
    },
    /// A program could not be started.
    #[error("cannot run `{program}`: {cause}")]
    Program {
        /// Which one.
        program: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// cargo could not read the crate: what it said.
    #[error("cargo cannot read {}:\n{said}", manifest.display())]
    Manifest {
        /// The manifest.
        manifest: PathBuf,
        /// cargo's own words.
        said: String,
    },
    /// The crate does not compile; cargo has said why.
    #[error("the crate `{name}` does not compile to WebAssembly: see cargo's messages above")]
    Compile {
        /// The crate's name.
        name: String,
    },
    /// The module is no plugin.
    #[error("{} is no Confiture plugin: {cause}. Does the crate call `confiture_sdk::export_plugin!`?", module.display())]
    Component {
        /// The core module.
        module: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// A file could not be read or written.
    #[error("cannot {what} {}: {cause}", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
}

impl BuildError {
    pub(crate) fn file(what: &'static str, path: &Path, cause: io::Error) -> Self {
        Self::File { what, path: path.to_owned(), cause }
    }
}
