//! One instance of a plugin with strategies.

use super::{MaskingPower, Parts};
use crate::{
    bindings::{
        confiture::plugin::{
            common::PluginError,
            masking::{Column, ColumnInfo},
        },
        exports::confiture::plugin::anonymization,
    },
    describe::new_store,
    state::State,
};
use confiture_model::{fault::Fault, mask::ContextColumn};
use wasmtime::{Store, component::ResourceAny};

/// An instance between or during calls. After a call that failed it must be dropped.
pub(super) struct Instance {
    store: Store<State>,
    guest: anonymization::Guest,
}

/// What one call may need to open a strategy.
pub(super) struct Asked {
    pub strategy: String,
    /// A JSON object.
    pub options: String,
    pub target: ColumnInfo,
    pub row: Vec<ColumnInfo>,
}

type Answer<T> = wasmtime::Result<Result<T, PluginError>>;

impl Instance {
    /// Makes a fresh one, which is given nothing yet.
    ///
    /// # Errors
    /// How its start ended.
    pub(super) async fn make(parts: &Parts) -> wasmtime::Result<Self> {
        let mut store = new_store(&parts.maker.instance, parts.maker.state());
        let made = parts.maker.instance.instantiate_async(&mut store).await?;
        let guest = parts.exports.load(&mut store, &made)?;
        Ok(Self { store, guest })
    }

    /// Gives it what the calls that follow may use.
    pub(super) fn begin(&mut self, power: Option<MaskingPower>) {
        let state = self.store.data_mut();
        state.begin_call();
        state.powers.masking = power;
    }

    /// Takes that away again.
    pub(super) fn end(&mut self) {
        let state = self.store.data_mut();
        state.powers.masking = None;
        state.end_call();
    }

    /// Whether it has grown so far that a fresh one should take its place.
    pub(super) fn is_worn(&self) -> bool {
        self.store.data().limiter.is_worn()
    }

    /// What broke inside of a strategy that it opened, since this was asked last.
    pub(super) fn inner_fault(&mut self) -> Option<Fault> {
        self.store.data_mut().nested.take_fault()
    }

    /// Columns that inner strategies want to see after their own masking.
    pub(super) fn wanted_masked(&self) -> &[String] {
        self.store.data().nested.wanted_masked()
    }

    pub(super) async fn list_strategies(&mut self) -> wasmtime::Result<Vec<anonymization::StrategyInfo>> {
        self.guest.call_list_strategies(&mut self.store).await
    }

    pub(super) async fn open(&mut self, asked: &Asked) -> Answer<ResourceAny> {
        let Asked { strategy, options, target, row } = asked;
        self.guest.call_open(&mut self.store, strategy, options, target, row).await
    }

    pub(super) async fn context_columns(&mut self, strategy: ResourceAny) -> wasmtime::Result<Vec<ContextColumn>> {
        let columns = self.guest.strategy().call_context_columns(&mut self.store, strategy).await?;
        Ok(columns.into_iter().map(|column| ContextColumn { name: column.name, masked: column.masked }).collect())
    }

    pub(super) async fn mask(&mut self, strategy: ResourceAny, values: &Column, context: &[Column]) -> Answer<Column> {
        self.guest.strategy().call_mask(&mut self.store, strategy, values, context).await
    }
}
