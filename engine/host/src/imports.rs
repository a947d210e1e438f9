//! What a plugin may import: one file an interface of the contract, and WASI with nothing behind it.
//!
//! Every interface is linked for every plugin; what an instance may really use is in its
//! [`Powers`](crate::state::Powers). A call that it may not make answers `denied` where the interface has room for that,
//! and ends the instance where it has not.

pub(crate) mod backup;
pub(crate) mod database;
pub(crate) mod files;
pub(crate) mod log;
pub(crate) mod nested;
pub(crate) mod progress;
pub(crate) mod pseudonym;
pub(crate) mod schema;
pub(crate) mod wasi;

use crate::{bindings::confiture::plugin, state::State};
use wasmtime::{
    Engine,
    component::{HasSelf, Linker},
};

/// Links all that plugins may import.
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    type Own = HasSelf<State>;
    let mut linker = Linker::new(engine);
    plugin::log::add_to_linker::<State, Own>(&mut linker, |state| state)?;
    schema::link(&mut linker)?;
    plugin::database::add_to_linker::<State, Own>(&mut linker, |state| state)?;
    plugin::progress::add_to_linker::<State, Own>(&mut linker, |state| state)?;
    plugin::files::add_to_linker::<State, Own>(&mut linker, |state| state)?;
    plugin::backup::add_to_linker::<State, Own>(&mut linker, |state| state)?;
    plugin::pseudonym::add_to_linker::<State, Own>(&mut linker, |state| state)?;
    plugin::nested::add_to_linker::<State, Own>(&mut linker, |state| state)?;
    // Types alone: a guest imports these where another interface uses them.
    plugin::common::add_to_linker::<State, Own>(&mut linker, |state| state)?;
    plugin::catalog::add_to_linker::<State, Own>(&mut linker, |state| state)?;
    plugin::masking::add_to_linker::<State, Own>(&mut linker, |state| state)?;
    plugin::statements::add_to_linker::<State, Own>(&mut linker, |state| state)?;
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    Ok(linker)
}

impl plugin::common::Host for State {}
impl plugin::catalog::Host for State {}
impl plugin::masking::Host for State {}
impl plugin::statements::Host for State {}
