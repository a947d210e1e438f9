//! Asking a plugin who it is, before anything is granted.

use crate::{
    bindings::exports::confiture::plugin::{anonymization, hooks, identity, lint},
    call::bounded,
    convert::info::{Description, description_in},
    limits::Limits,
    log::Silence,
    state::{Powers, State},
};
use confiture_model::{fault::FaultKind, plugin::Offer};
use std::sync::Arc;
use wasmtime::{
    Store,
    component::{Instance, InstancePre},
};

/// Calls `describe` in an instance that has no power at all, and that is thrown away.
///
/// # Errors
/// How the plugin broke, or why what it said cannot be used.
pub(crate) async fn describe(
    plugin: &Arc<str>,
    instance: &InstancePre<State>,
    offers: &[Offer],
    limits: &Limits,
) -> Result<Description, FaultKind> {
    let limits = Arc::new(limits.while_describing());
    let limit = limits.call_timeout;
    let state = State::new(Arc::clone(plugin), limits, Powers::default(), Arc::new(Silence));
    let mut store = new_store(instance, state);
    let info = bounded(limit, async {
        let made = instance.instantiate_async(&mut store).await?;
        let guest = match exported(&mut store, instance, &made, offers) {
            Ok(guest) => guest,
            Err(mismatch) => return Ok(Err(mismatch)),
        };
        guest.call_describe(&mut store).await.map(Ok)
    })
    .await??;
    description_in(info).map_err(FaultKind::Malformed)
}

/// `identity`, after every interface that the host would call later was compared with the contract: whoever wrote the plugin
/// hears of a record that does not fit when it is loaded, not in the middle of a run.
fn exported(
    store: &mut Store<State>,
    pre: &InstancePre<State>,
    made: &Instance,
    offers: &[Offer],
) -> Result<identity::Guest, FaultKind> {
    let misfit = |interface: &str, error: wasmtime::Error| {
        FaultKind::Load(format!("its `{interface}` does not fit the contract of `wit/v0.1`: {error:#}"))
    };
    if offers.contains(&Offer::Lint) {
        let indices = lint::GuestIndices::new(pre).map_err(|error| misfit("lint", error))?;
        indices.load(&mut *store, made).map_err(|error| misfit("lint", error))?;
    }
    if offers.contains(&Offer::Hooks) {
        let indices = hooks::GuestIndices::new(pre).map_err(|error| misfit("hooks", error))?;
        indices.load(&mut *store, made).map_err(|error| misfit("hooks", error))?;
    }
    if offers.contains(&Offer::Anonymization) {
        let indices = anonymization::GuestIndices::new(pre).map_err(|error| misfit("anonymization", error))?;
        indices.load(&mut *store, made).map_err(|error| misfit("anonymization", error))?;
    }
    let indices = identity::GuestIndices::new(pre).map_err(|error| misfit("identity", error))?;
    indices.load(store, made).map_err(|error| misfit("identity", error))
}

/// A store whose guest gives way at every tick of the epoch.
pub(crate) fn new_store(instance: &InstancePre<State>, state: State) -> Store<State> {
    let result_bytes = state.limits.result_bytes;
    let mut store = Store::new(instance.engine(), state);
    store.limiter(|state| &mut state.limiter);
    store.set_hostcall_fuel(result_bytes);
    store.set_epoch_deadline(1);
    store.epoch_deadline_async_yield_and_update(1);
    store
}
