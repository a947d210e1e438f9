//! Migrations: files that change a database step by step, and the run that leaves it before or after, never between.
//!
//! A directory is read into migrations ([`files`]); with what the ledger of a database holds they make a plan ([`plan`]),
//! which says everything before anything runs; [`run`] follows it.

mod error;
pub mod files;
pub mod plan;
pub mod run;
pub mod script;
pub mod version;

pub use {
    error::{FileError, FileErrors},
    version::Version,
};
