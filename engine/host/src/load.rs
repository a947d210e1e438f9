//! From bytes to a component that can be instantiated.

pub(crate) mod cache;
pub(crate) mod compile;
mod directory;
mod kind;

pub(crate) use kind::require_component;

use cache::Cache;
use confiture_model::fault::FaultKind;
use std::sync::Arc;
use wasmtime::{Engine, component::Component};

/// Where a plugin's native code came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loaded {
    /// It was compiled when this program was built.
    Precompiled,
    /// It was found in the cache.
    Cache,
    /// It was compiled just now.
    Compiled,
}

/// Loads the component in `wasm`, whose SHA-256 is `digest`: from `precompiled` where that fits this machine and this
/// version, else from the cache, else by compiling it.
///
/// # Errors
/// [`FaultKind::Load`]: what the bytes are instead of a component.
pub(crate) async fn load(
    engine: &Engine,
    cache: Option<&Arc<Cache>>,
    wasm: &[u8],
    digest: &str,
    precompiled: Option<&[u8]>,
) -> Result<(Component, Loaded), FaultKind> {
    require_component(wasm)?;
    if let Some(component) = precompiled.and_then(|native| compile::deserialize(engine, native).ok()) {
        return Ok((component, Loaded::Precompiled));
    }
    let (engine, cache, wasm, digest) = (engine.clone(), cache.cloned(), wasm.to_vec(), digest.to_owned());
    let work = move || from_cache_or_compiled(&engine, cache.as_deref(), &wasm, &digest);
    match tokio::task::spawn_blocking(work).await {
        Ok(loaded) => loaded,
        Err(stopped) => Err(FaultKind::Load(format!("compiling it did not end well: {stopped}"))),
    }
}

fn from_cache_or_compiled(
    engine: &Engine,
    cache: Option<&Cache>,
    wasm: &[u8],
    digest: &str,
) -> Result<(Component, Loaded), FaultKind> {
    let cached = cache.and_then(|cache| cache.get(digest));
    if let Some(component) = cached.and_then(|native| compile::deserialize(engine, &native).ok()) {
        return Ok((component, Loaded::Cache));
    }
    let native = compile::compile(engine, wasm)?;
    let component = compile::deserialize(engine, &native)
        .map_err(|error| FaultKind::Load(format!("its compiled form cannot be loaded: {error}")))?;
    if let Some(cache) = cache {
        cache.put(digest, &native);
    }
    Ok((component, Loaded::Compiled))
}
