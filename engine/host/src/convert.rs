//! Between the contract's types and the model's: the same records twice, since neither side may know the other.

mod age;
pub(crate) mod catalog;
pub(crate) mod column;
pub(crate) mod database;
pub(crate) mod error;
pub(crate) mod finding;
pub(crate) mod hook;
pub(crate) mod info;
pub(crate) mod object;
pub(crate) mod relation;
pub(crate) mod rule;
pub(crate) mod strategy;
