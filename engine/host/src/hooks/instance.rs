//! One instance of a plugin with hooks.

use super::Maker;
use crate::{
    bindings::{confiture::plugin::common::PluginError, exports::confiture::plugin::hooks},
    convert::hook::{context_out, step_out},
    describe::new_store,
    state::{Powers, State},
};
use confiture_model::hook::{HookCall, HookStep};
use wasmtime::Store;

/// An instance between or during calls. After a call that failed it must be dropped.
pub(crate) struct Instance {
    store: Store<State>,
    guest: hooks::Guest,
}

type Answer<T> = wasmtime::Result<Result<T, PluginError>>;

impl Instance {
    /// Makes a fresh one, which is given nothing yet.
    ///
    /// # Errors
    /// How its start ended.
    pub(crate) async fn make(maker: &Maker, exports: &hooks::GuestIndices) -> wasmtime::Result<Self> {
        let mut store = new_store(&maker.instance, maker.state());
        let made = maker.instance.instantiate_async(&mut store).await?;
        let guest = exports.load(&mut store, &made)?;
        Ok(Self { store, guest })
    }

    /// Gives it what the call that follows may use.
    pub(crate) fn begin(&mut self, powers: Powers) {
        let state = self.store.data_mut();
        state.begin_call();
        state.powers = powers;
    }

    /// Takes all of that away again.
    pub(crate) fn end(&mut self) {
        let state = self.store.data_mut();
        state.powers = Powers::default();
        state.end_call();
    }

    /// Whether another call may use it: it holds no query open, and has not grown too far.
    pub(crate) fn is_clean(&self) -> bool {
        let state = self.store.data();
        state.rows.is_empty() && !state.limiter.is_worn()
    }

    pub(crate) async fn list_hooks(&mut self) -> wasmtime::Result<Vec<hooks::HookInfo>> {
        self.guest.call_list_hooks(&mut self.store).await
    }

    pub(crate) async fn place(&mut self, hook: &str, options: &str) -> Answer<hooks::Placing> {
        self.guest.call_place(&mut self.store, hook, options).await
    }

    pub(crate) async fn plan(&mut self, call: &HookCall<'_>) -> Answer<Vec<hooks::Step>> {
        let context = context_out(call.context);
        self.guest.call_plan(&mut self.store, call.hook, &context, call.options).await
    }

    pub(crate) async fn run(&mut self, call: &HookCall<'_>, step: &HookStep) -> Answer<hooks::Outcome> {
        let context = context_out(call.context);
        self.guest.call_run(&mut self.store, call.hook, &context, call.options, &step_out(step)).await
    }
}
