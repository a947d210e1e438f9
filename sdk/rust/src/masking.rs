//! Anonymization strategies: what replaces the values of a column, a batch at a time.
//!
//! A strategy is a type with metadata, options and [`Strategy::open`], which refuses what it could not do for a column
//! before any row is read, and gives back a [`Mask`]. Values come and go as [`Column`]s: one text and one list of ends
//! for a whole batch, so that nothing is allocated for a value. Secrets are [`Secret`]s: names of keys that stay with the
//! host, which hashes a whole column in one call.

mod column;
mod column_info;
mod documented;
mod kind;
mod nested;
mod pseudonym;
mod strategy;

pub use column::{Column, ColumnBuilder, Values, Written};
pub use column_info::ColumnInfo;
pub use documented::{Example, Row, SECTIONS, examples, problems};
pub use kind::{Kind, types};
pub use nested::{Inner, NestedStrategy};
pub use pseudonym::{Digests, Secret};
pub use strategy::{AnyStrategy, ContextColumn, Mask, OpenStrategy, Promises, Strategy, StrategyMeta, When};

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use nested::NativeInner;
