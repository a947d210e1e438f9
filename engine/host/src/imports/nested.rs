//! `nested`: strategies inside strategies.

use crate::{
    bindings::confiture::plugin::{
        common::PluginError as WitError,
        masking::{Column, ColumnInfo},
        nested::{Host, HostInner},
    },
    convert::{
        column::{column_from, column_in, info_in},
        error::error_out,
    },
    log::one_line,
    state::State,
};
use confiture_model::{
    fault::{Fault, FaultKind, PluginError},
    mask::{self, Masking, Opening},
};
use wasmtime::component::{Resource, ResourceTable};

/// A strategy that another one opened, of whichever plugin, in an instance of its own.
pub struct Inner {
    masking: Box<dyn Masking>,
    /// How many columns of context come with each batch.
    row: usize,
    /// Which of these it wants to see, in its order.
    picks: Vec<usize>,
}

/// The inner strategies of one instance.
#[derive(Default)]
pub(crate) struct Nested {
    open: ResourceTable,
    fault: Option<Fault>,
    wanted_masked: Vec<String>,
}

impl Nested {
    /// What broke inside of an inner strategy, once. The outer one is told, and may not pass over it.
    pub(crate) fn take_fault(&mut self) -> Option<Fault> {
        self.fault.take()
    }

    /// Columns that inner strategies want to see after their own masking.
    pub(crate) fn wanted_masked(&self) -> &[String] {
        &self.wanted_masked
    }

    /// As the outer strategy is told: what an inner one reports is passed on as it is, and can be answered; anything else
    /// ends the outer call as well.
    fn told(&mut self, fault: Fault) -> PluginError {
        match fault.kind {
            FaultKind::Reported(error) => error,
            _ => {
                let told = PluginError::Failed(fault.to_string());
                self.fault.get_or_insert(fault);
                told
            }
        }
    }
}

impl State {
    async fn open_inner(
        &mut self,
        strategy: &str,
        target: ColumnInfo,
        row: Vec<ColumnInfo>,
    ) -> Result<Resource<Inner>, PluginError> {
        let Some(power) = self.powers.masking.clone() else {
            return Err(PluginError::Denied("other strategies are there only while columns are masked".to_owned()));
        };
        let written = serde_json::from_str(strategy)
            .map_err(|error| PluginError::Failed(format!("an inner strategy is no JSON: {error}")))?;
        let resolved = power.strategies.resolve(&written)?;
        let (target, row) = (info_in(target), row.into_iter().map(info_in).collect::<Vec<_>>());
        let opening = Opening {
            strategy: &resolved.strategy,
            options: &resolved.options,
            target: &target,
            row: &row,
            keys: resolved.keys,
            strategies: power.strategies,
            nesting: power.nesting.inner()?,
        };
        let masking = resolved.plugin.open(opening).await.map_err(|fault| self.nested.told(fault))?;
        let inner = self.inner(masking, &row)?;
        self.nested.open.push(inner).map_err(|error| PluginError::LimitExceeded(error.to_string()))
    }

    fn inner(&mut self, masking: Box<dyn Masking>, row: &[mask::ColumnInfo]) -> Result<Inner, PluginError> {
        let mut picks = Vec::new();
        for wanted in masking.context_columns() {
            let at = row.iter().position(|column| column.name == wanted.name);
            picks.push(at.ok_or_else(|| {
                let name = one_line(&wanted.name);
                PluginError::Failed(format!(
                    "it wants to see column `{name}`, which the outer strategy does not pass on"
                ))
            })?);
            if wanted.masked && !self.nested.wanted_masked.contains(&wanted.name) {
                self.nested.wanted_masked.push(wanted.name.clone());
            }
        }
        Ok(Inner { masking, row: row.len(), picks })
    }

    async fn mask_inner(
        &mut self,
        inner: &Resource<Inner>,
        values: Column,
        context: Vec<Column>,
    ) -> wasmtime::Result<Result<Column, PluginError>> {
        let inner = self.nested.open.get_mut(inner)?;
        let broken = |why: String| PluginError::Failed(format!("what an inner strategy was given {why}"));
        if context.len() != inner.row {
            let (given, row) = (context.len(), inner.row);
            return Ok(Err(broken(format!("has {given} columns of context, and it was opened with {row}"))));
        }
        let parts = column_in(values).and_then(|values| {
            let context = context.into_iter().map(column_in).collect::<Result<Vec<_>, _>>()?;
            Ok((values, context))
        });
        let (values, context) = match parts {
            Ok(parts) => parts,
            Err(why) => return Ok(Err(broken(format!("is no column: {why}")))),
        };
        // In the inner strategy's order; each is wanted at most once as it is and once masked.
        let context: Vec<mask::Column> = inner.picks.iter().map(|&at| context[at].clone()).collect();
        match inner.masking.mask(&values, &context).await {
            Ok(masked) => Ok(Ok(column_from(masked))),
            Err(fault) => Ok(Err(self.nested.told(fault))),
        }
    }
}

impl Host for State {
    async fn open(
        &mut self,
        strategy: String,
        target: ColumnInfo,
        row: Vec<ColumnInfo>,
    ) -> wasmtime::Result<Result<Resource<Inner>, WitError>> {
        Ok(self.open_inner(&strategy, target, row).await.map_err(error_out))
    }
}

impl HostInner for State {
    async fn mask(
        &mut self,
        inner: Resource<Inner>,
        values: Column,
        context: Vec<Column>,
    ) -> wasmtime::Result<Result<Column, WitError>> {
        Ok(self.mask_inner(&inner, values, context).await?.map_err(error_out))
    }

    async fn drop(&mut self, inner: Resource<Inner>) -> wasmtime::Result<()> {
        self.nested.open.delete(inner)?;
        Ok(())
    }
}
