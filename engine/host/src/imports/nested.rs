//! `nested`: strategies inside strategies.

use crate::{
    bindings::confiture::plugin::{
        common::PluginError,
        masking::{Column, ColumnInfo},
        nested::{Host, HostInner},
    },
    fault::Refused,
    state::State,
};
use wasmtime::component::Resource;

/// A strategy that another one opened. None can be had outside a masking use, so there is no value of this type.
pub enum Inner {}

impl Host for State {
    fn open(
        &mut self,
        _strategy: String,
        _target: ColumnInfo,
        _row: Vec<ColumnInfo>,
    ) -> wasmtime::Result<Result<Resource<Inner>, PluginError>> {
        Ok(Err(PluginError::Denied("other strategies are there only while columns are masked".to_owned())))
    }
}

impl HostInner for State {
    fn mask(
        &mut self,
        _inner: Resource<Inner>,
        _values: Column,
        _context: Vec<Column>,
    ) -> wasmtime::Result<Result<Column, PluginError>> {
        Err(Refused::call("`nested.inner.mask` outside a masking use").into())
    }

    fn drop(&mut self, _inner: Resource<Inner>) -> wasmtime::Result<()> {
        Ok(())
    }
}
