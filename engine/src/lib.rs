//! The workflows of Confiture. They work on the traits of `confiture-model` and name neither a database driver nor a
//! Wasm runtime: `confiture-cli` joins them with real ones.

pub mod anonymize;
pub mod build;
pub mod config;
pub mod estimate;
pub mod lint;
pub mod migrate;
mod options;
pub mod page;
pub mod snapshot;
pub mod sync;
