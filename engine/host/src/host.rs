//! The engine that all plugins share, and the way in.

mod engine;
mod ticker;

use crate::{
    contract::Contract,
    convert::info::Description,
    describe::describe,
    fault::fault,
    imports,
    limits::Limits,
    load::{
        self,
        cache::{Cache, hex},
        compile,
    },
    log::{LogSink, Silence},
    plugin::Plugin,
    state::State,
};
use confiture_model::fault::{Fault, FaultKind};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};
use wasmtime::{
    Engine,
    component::{Component, InstancePre, Linker},
};

/// How a host is set up.
#[derive(Clone, Debug, Default)]
pub struct HostOptions {
    /// Where compiled components are kept between runs; none keeps none. Made with mode 0700 where it is missing.
    pub cache_dir: Option<PathBuf>,
    /// How far plugins may go, where a grant says nothing else.
    pub limits: Limits,
}

/// Why there is no host.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The runtime does not take its settings on this machine.
    #[error("the WebAssembly runtime cannot be started on this machine: {0}")]
    Runtime(String),
    /// A component cannot be compiled ahead of time.
    #[error("the component cannot be compiled: {0}")]
    Compile(String),
}

/// Opens plugins. Cheap to clone; clones share one engine.
#[derive(Clone)]
pub struct Host {
    shared: Arc<Shared>,
    log: Arc<dyn LogSink>,
}

struct Shared {
    engine: Engine,
    linker: Linker<State>,
    cache: Option<Arc<Cache>>,
    cache_notice: Option<String>,
    limits: Limits,
    /// What components said of themselves, by the digest of their content: each is asked once.
    described: Mutex<HashMap<String, Description>>,
}

impl Host {
    /// Starts the runtime. A cache directory that cannot be trusted is left alone: [`Host::cache_notice`] says why.
    ///
    /// # Errors
    /// [`HostError::Runtime`] where the machine does not carry the runtime.
    pub fn new(options: HostOptions) -> Result<Self, HostError> {
        let runtime = |error: wasmtime::Error| HostError::Runtime(format!("{error:#}"));
        let engine = engine::for_this_machine().map_err(runtime)?;
        let linker = imports::linker(&engine).map_err(runtime)?;
        ticker::start(&engine).map_err(|error| HostError::Runtime(error.to_string()))?;
        let (cache, cache_notice) = match options.cache_dir.map(|directory| Cache::open(&directory, &engine)) {
            Some(Ok(cache)) => (Some(Arc::new(cache)), None),
            Some(Err(why)) => (None, Some(why)),
            None => (None, None),
        };
        let described = Mutex::default();
        let shared = Shared { engine, linker, cache, cache_notice, limits: options.limits, described };
        Ok(Self { shared: Arc::new(shared), log: Arc::new(Silence) })
    }

    /// Hands what plugins say to `sink`; without one it is dropped.
    pub fn log_to(mut self, sink: Arc<dyn LogSink>) -> Self {
        self.log = sink;
        self
    }

    /// Why the cache directory is not used, where one was given and cannot be trusted.
    pub fn cache_notice(&self) -> Option<&str> {
        self.shared.cache_notice.as_deref()
    }

    /// Compiles a component for machines of this architecture as they have been for long, not for this one.
    ///
    /// # Errors
    /// [`HostError::Compile`] where it is no valid component.
    pub fn precompile(&self, wasm: &[u8]) -> Result<Vec<u8>, HostError> {
        let refused = |kind| match kind {
            FaultKind::Load(why) => HostError::Compile(why),
            other => HostError::Compile(format!("{other:?}")),
        };
        load::require_component(wasm).map_err(refused)?;
        let engine = engine::for_baseline().map_err(|error| HostError::Runtime(format!("{error:#}")))?;
        compile::compile(&engine, wasm).map_err(refused)
    }

    /// Opens a plugin under the name that the project uses for it: loads it, compares it with the contract, and asks it
    /// who it is. Nothing is granted yet.
    ///
    /// `precompiled` is loaded as native code: it may only come from this program itself. Where it does not fit, the
    /// component is found in the cache or compiled.
    ///
    /// # Errors
    /// A [`Fault`] that says what the file is instead of a plugin, or how it broke.
    pub async fn open(&self, name: &str, wasm: &[u8], precompiled: Option<&[u8]>) -> Result<Plugin, Fault> {
        let shared = &self.shared;
        let load_fault = |kind| fault(name, "load", kind);
        let digest = hex(&Sha256::digest(wasm));
        let (component, loaded) =
            load::load(&shared.engine, shared.cache.as_ref(), wasm, &digest, precompiled).await.map_err(load_fault)?;
        let contract = Contract::read(&shared.engine, &component).map_err(load_fault)?;
        let instance = self.link(&component).map_err(|error| load_fault(misfit(&error)))?;
        let name: Arc<str> = name.into();
        let description =
            self.describe(&name, &digest, &instance, &contract).await.map_err(|kind| fault(&name, "describe", kind))?;
        let digest = format!("sha256:{digest}");
        Ok(Plugin { host: self.clone(), name, digest, loaded, contract, description, instance })
    }

    fn link(&self, component: &Component) -> wasmtime::Result<InstancePre<State>> {
        let mut linker = self.shared.linker.clone();
        imports::wasi::refuse_the_rest(&mut linker, &self.shared.engine, component)?;
        linker.instantiate_pre(component)
    }

    async fn describe(
        &self,
        name: &Arc<str>,
        digest: &str,
        instance: &InstancePre<State>,
        contract: &Contract,
    ) -> Result<Description, FaultKind> {
        let known = self.shared.described.lock().unwrap_or_else(PoisonError::into_inner).get(digest).cloned();
        if let Some(description) = known {
            return Ok(description);
        }
        let description = describe(name, instance, &contract.offers, &self.shared.limits).await?;
        let mut described = self.shared.described.lock().unwrap_or_else(PoisonError::into_inner);
        described.insert(digest.to_owned(), description.clone());
        Ok(description)
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    pub(crate) fn log(&self) -> &Arc<dyn LogSink> {
        &self.log
    }
}

fn misfit(error: &wasmtime::Error) -> FaultKind {
    FaultKind::Load(format!("what it imports does not fit the contract of `wit/v0.1`: {error:#}"))
}
