//! What becomes of a value that a strategy cannot be applied to. Never the value itself.

use crate::{refusal, written};
use confiture_sdk::{
    Error,
    masking::{ColumnInfo, When, Written},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// What becomes of a value that a strategy cannot be applied to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnMismatch {
    /// A star for each of its characters.
    #[default]
    Mask,
    /// Null.
    Null,
    /// The run stops.
    Error,
}

impl OnMismatch {
    /// What a strategy with the option `on_mismatch` promises besides.
    pub const WHEN: &'static [When] = &[("on_mismatch", "null", "makes-nulls")];

    /// Whether the column can take what becomes of such values.
    pub fn check(self, target: &ColumnInfo) -> Result<(), Error> {
        match self {
            Self::Null if !target.nullable => Err(Error::option(
                "/on_mismatch",
                format!("`mask` or `error`, because the column `{}` is NOT NULL", target.name),
            )),
            _ => Ok(()),
        }
    }

    /// Writes what becomes of a value; `why` is said where it stops the run.
    pub fn write(self, row: usize, value: &str, why: &str, text: &mut String) -> Result<Written, Error> {
        match self {
            Self::Mask => {
                written::repeated('*', value.chars().count(), text);
                Ok(Written::Value)
            }
            Self::Null => Ok(Written::Null),
            Self::Error => Err(refusal::value(row, why)),
        }
    }
}
