//! A command is one file.

pub mod anonymize;
pub mod build;
pub mod completions;
pub mod facts;
pub mod init;
pub mod lint;
pub mod migrate;
pub mod plugin;
pub mod schema;
pub mod scratch;
pub mod snapshot;
pub mod sync;
