//! A way to compile to WebAssembly: rustup's standard library for the target, or Debian's sources of one.

use crate::{apt, command::Outcome};
use confiture_plugin_build::Route;
use std::process::Command;

/// Finds a way, or makes one: rustup where it may fetch, else apt as root on Debian.
///
/// # Errors
/// What was tried, and what to install.
pub fn ensure() -> Outcome {
    let Err(missing) = Route::find() else { return Ok(()) };
    let from_rustup = || {
        let mut rustup = Command::new("rustup");
        rustup.args(["target", "add", "wasm32-unknown-unknown"]).status().is_ok_and(|status| status.success())
    };
    // Where rustup is told not to fetch, it is not asked to.
    let may_fetch = std::env::var_os("RUSTUP_AUTO_INSTALL").is_none_or(|value| value != "0");
    if !(may_fetch && from_rustup()) && apt::is_usable() {
        apt::install(&["rustc-web", "cargo-web", "rust-web-src"])?;
    }
    Route::find().map(drop).map_err(|_| missing.to_string())
}
