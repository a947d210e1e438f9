//! WASI, for guests whose language runtime carries it along: everything is there and nothing is behind it.

use crate::{fault::Refused, state::State};
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use wasmtime::{
    Engine,
    component::{
        Component, Linker, LinkerInstance, ResourceType,
        types::{ComponentInstance, ComponentItem},
    },
};
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxBuilder};

/// The packages of WASI 0.2 that the empty context answers.
const ANSWERED: [&str; 6] =
    ["wasi:cli/", "wasi:io/", "wasi:clocks/", "wasi:random/", "wasi:filesystem/", "wasi:sockets/"];

/// A context without files, arguments, environment, network or standard streams.
///
/// Clocks and random bytes are real: runtimes read both when they start (Go seeds its maps), and a fixed stream of
/// «random» bytes would be worse than none for a guest that takes it for a secret.
pub(crate) fn empty_context() -> WasiCtx {
    WasiCtxBuilder::new().allow_tcp(false).allow_udp(false).allow_ip_name_lookup(false).build()
}

/// As [`empty_context`], and without the time: the wall clock stands still, and the other one counts how often it was
/// looked at, since runtimes wait for it to go on.
pub(crate) fn timeless_context() -> WasiCtx {
    WasiCtxBuilder::new()
        .allow_tcp(false)
        .allow_udp(false)
        .allow_ip_name_lookup(false)
        .wall_clock(Standing)
        .monotonic_clock(Counting::default())
        .build()
}

/// It is always the first second of 1970.
struct Standing;

impl HostWallClock for Standing {
    fn resolution(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn now(&self) -> Duration {
        Duration::ZERO
    }
}

/// A microsecond passes whenever someone looks.
#[derive(Default)]
struct Counting(AtomicU64);

const MICROSECOND: u64 = 1_000;

impl HostMonotonicClock for Counting {
    fn resolution(&self) -> u64 {
        MICROSECOND
    }

    fn now(&self) -> u64 {
        self.0.fetch_add(MICROSECOND, Ordering::Relaxed)
    }
}

/// Whether a name is of WASI at all.
pub(crate) fn is_wasi(import: &str) -> bool {
    import.starts_with("wasi:")
}

/// Links every other interface of WASI that a component carries (`wasi:http`, a later version) so that calling it ends
/// the instance as a refusal.
pub(crate) fn refuse_the_rest(
    linker: &mut Linker<State>,
    engine: &Engine,
    component: &Component,
) -> wasmtime::Result<()> {
    for (name, import) in component.component_type().imports(engine) {
        if !is_wasi(name) || is_answered(name) {
            continue;
        }
        match import.ty {
            ComponentItem::ComponentInstance(instance) => {
                refuse_instance(&mut linker.instance(name)?, engine, name, &instance)?;
            }
            item => refuse_item(&mut linker.root(), name, name, &item)?,
        }
    }
    Ok(())
}

fn is_answered(name: &str) -> bool {
    let version = name.rsplit_once('@').map_or("", |(_, version)| version);
    ANSWERED.iter().any(|package| name.starts_with(package)) && version.starts_with("0.2.")
}

fn refuse_instance(
    linker: &mut LinkerInstance<'_, State>,
    engine: &Engine,
    interface: &str,
    instance: &ComponentInstance,
) -> wasmtime::Result<()> {
    for (name, export) in instance.exports(engine) {
        refuse_item(linker, name, &format!("{interface}#{name}"), &export.ty)?;
    }
    Ok(())
}

fn refuse_item(
    linker: &mut LinkerInstance<'_, State>,
    name: &str,
    shown: &str,
    item: &ComponentItem,
) -> wasmtime::Result<()> {
    match item {
        ComponentItem::ComponentFunc(_) => {
            let what = format!("calling `{shown}`");
            linker.func_new(name, move |_, _, _, _| Err(Refused::call(&what).into()))
        }
        ComponentItem::Resource(_) => linker.resource(name, ResourceType::host::<()>(), |_, _| Ok(())),
        _ => Ok(()),
    }
}
