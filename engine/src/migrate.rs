//! Migrations: files that change a database step by step, and the run that leaves it before or after, never between.
//!
//! A directory is read into migrations ([`files`]); with what the ledger of a database holds they make a plan ([`plan`]),
//! which says everything before anything runs, [`hooks`] included; [`run`] follows it.
//! [`status`] and [`verify`] say where a database stands, [`ledger`] takes over what is there and puts right what went
//! wrong.

pub mod diff;
mod error;
pub mod files;
pub mod hooks;
pub mod ledger;
pub mod new;
pub mod plan;
pub mod rehearse;
pub mod run;
pub mod script;
pub mod status;
pub mod verify;
pub mod version;

pub use {
    error::{FileError, FileErrors},
    version::Version,
};
