//! Strategies inside strategies: the host opens the inner one, of whichever plugin.

use super::{column::Column, column_info::ColumnInfo};
use crate::error::Error;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use std::borrow::Cow;

/// An option that holds a strategy, as a profile writes one: a name, `{ strategy: name }`, or one written out with its
/// `type` and options.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct NestedStrategy(serde_json::Value);

impl JsonSchema for NestedStrategy {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "NestedStrategy".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "object"], "format": "strategy" })
    }
}

impl NestedStrategy {
    /// Opens it. `row` describes the columns that [`Inner::mask`] will be given as context, in that order.
    ///
    /// # Errors
    /// Why the inner strategy could not do its work for this column, or that there is none of that name.
    pub fn open(&self, target: &ColumnInfo, row: &[ColumnInfo]) -> Result<Inner, Error> {
        Ok(Inner(open(&self.0.to_string(), target, row)?))
    }
}

/// A strategy that another one opened.
pub struct Inner(NativeOrHost);

impl Inner {
    /// As [`super::Mask::mask`]. `context` has the columns that [`NestedStrategy::open`] described.
    ///
    /// # Errors
    /// What the inner strategy said.
    pub fn mask(&self, values: &Column, context: &[Column]) -> Result<Column, Error> {
        let masked = self.0.mask(values, context)?;
        if masked.len() != values.len() {
            return Err(Error::failed("an inner strategy gave back another number of values"));
        }
        Ok(masked)
    }
}

#[cfg(target_arch = "wasm32")]
use crate::wasm::masking::{HostInner as NativeOrHost, open_inner as open};

#[cfg(not(target_arch = "wasm32"))]
type NativeOrHost = Box<dyn NativeInner>;

/// An inner strategy of a native test.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) trait NativeInner {
    fn mask(&self, values: &Column, context: &[Column]) -> Result<Column, Error>;
}

#[cfg(not(target_arch = "wasm32"))]
fn open(strategy: &str, target: &ColumnInfo, row: &[ColumnInfo]) -> Result<NativeOrHost, Error> {
    crate::testing::masking::open_inner(strategy, target, row)
}
