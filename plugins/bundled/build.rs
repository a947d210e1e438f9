//! Embeds what `cargo xtask plugins` built. Where it has not run, this crate still compiles, with nothing to embed.

use std::{
    env,
    fmt::Write,
    path::{Path, PathBuf},
};

/// The bundled plugins, by the names of their directories beside this one, and what each offers.
const PLUGINS: [(&str, &str); 3] = [("hooks-core", "hooks"), ("lint-schema", "lint"), ("mask-core", "anonymization")];

fn main() {
    let directory = plugins_directory();
    let mut list = String::from("&[\n");
    for (name, offers) in PLUGINS {
        let wasm = include(directory.as_deref(), name, "wasm");
        let precompiled = if native_code_fits() { include(directory.as_deref(), name, "cwasm") } else { none() };
        // Writing to a string does not fail.
        let _ = writeln!(
            list,
            "    BundledPlugin {{ name: {name:?}, offers: {offers:?}, wasm: {wasm}, precompiled: {precompiled} }},"
        );
    }
    list.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("plugins.rs");
    if let Err(error) = std::fs::write(&out, list) {
        println!("cargo::error=cannot write {}: {error}", out.display());
    }
}

/// Where `cargo xtask plugins` puts components, whatever CARGO_TARGET_DIR says.
fn plugins_directory() -> Option<PathBuf> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR")?);
    Some(here.parent()?.parent()?.join("target/plugins"))
}

/// The components were compiled by a program that ran here, so for this machine's architecture and system.
fn native_code_fits() -> bool {
    env::var("HOST") == env::var("TARGET")
}

/// An expression for the content of a file, where there is one.
fn include(directory: Option<&Path>, name: &str, extension: &str) -> String {
    let Some(path) = directory.map(|directory| directory.join(format!("{name}.{extension}"))) else { return none() };
    // Also while it is missing: cargo runs this again once it is there.
    println!("cargo::rerun-if-changed={}", path.display());
    if path.exists() { format!("Some(include_bytes!({:?}))", path.display().to_string()) } else { none() }
}

fn none() -> String {
    "None".to_owned()
}
