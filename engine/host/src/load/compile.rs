//! Compiling components, and loading what was compiled.

use confiture_model::fault::FaultKind;
use wasmtime::{Engine, component::Component};

/// The native code of a component.
///
/// # Errors
/// [`FaultKind::Load`]: why the bytes are no valid component.
pub(crate) fn compile(engine: &Engine, wasm: &[u8]) -> Result<Vec<u8>, FaultKind> {
    engine.precompile_component(wasm).map_err(|error| {
        let why = error.root_cause().to_string();
        FaultKind::Load(format!("it is damaged or cut short, or uses what is not supported: {why}"))
    })
}

/// Loads native code that [`compile`] made.
///
/// # Errors
/// It was made by another version or with other settings, or for a CPU with more features.
#[allow(unsafe_code)]
pub(crate) fn deserialize(engine: &Engine, native: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: loading runs whatever machine code is there. `native` has one of three sources: the compiler, just now; our
    // own program file, which could run that code anyway; or a file of the cache, which is in a directory that nobody
    // but the user can write, and whose digest was checked. Code of other versions or settings is refused by wasmtime.
    unsafe { Component::deserialize(engine, native) }
}
