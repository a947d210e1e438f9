//! One instance of a plugin that lints.

use super::Maker;
use crate::{
    bindings::{confiture::plugin::common::PluginError, exports::confiture::plugin::lint},
    describe::new_store,
    state::State,
};
use confiture_model::plugin::SchemaView;
use std::sync::Arc;
use wasmtime::Store;

/// An instance between or during calls. After a call that failed it must be dropped.
pub(crate) struct Instance {
    store: Store<State>,
    guest: lint::Guest,
}

impl Instance {
    /// Makes a fresh one.
    ///
    /// # Errors
    /// How its start ended.
    pub(crate) async fn make(maker: &Maker, exports: &lint::GuestIndices) -> wasmtime::Result<Self> {
        let mut store = new_store(&maker.instance, maker.state());
        let made = maker.instance.instantiate_async(&mut store).await?;
        let guest = exports.load(&mut store, &made)?;
        Ok(Self { store, guest })
    }

    /// Gives it the schema of the call that follows.
    pub(crate) fn begin(&mut self, schema: Option<Arc<SchemaView>>) {
        let state = self.store.data_mut();
        state.begin_call();
        state.powers.schema = schema;
    }

    /// Takes the schema away again.
    pub(crate) fn end(&mut self) {
        let state = self.store.data_mut();
        state.powers.schema = None;
        state.page = Arc::default();
        state.end_call();
    }

    /// Whether another call may use it: it holds no query open, and has not grown too far.
    pub(crate) fn is_clean(&self) -> bool {
        let state = self.store.data();
        state.rows.is_empty() && !state.limiter.is_worn()
    }

    pub(crate) async fn list_rules(&mut self) -> wasmtime::Result<Vec<lint::RuleInfo>> {
        self.guest.call_list_rules(&mut self.store).await
    }

    pub(crate) async fn check_schema(
        &mut self,
        rules: &[lint::RuleSetting],
    ) -> wasmtime::Result<Result<Vec<lint::Finding>, PluginError>> {
        self.guest.call_check_schema(&mut self.store, rules).await
    }
}
