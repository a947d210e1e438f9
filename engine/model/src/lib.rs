//! Plain data and traits: the words that Confiture's crates share.
//!
//! Nothing here does any work, and nothing here depends on another crate of ours. The traits in [`session`] and
//! [`plugin`] are what lets the workflows of `confiture-engine` run without naming a database driver or a Wasm runtime.

pub mod backup;
pub mod database;
pub mod facts;
pub mod fault;
pub mod finding;
pub mod hook;
pub mod mask;
pub mod migration;
pub mod object;
pub mod plugin;
pub mod rehearsal;
pub mod rule;
pub mod sampling;
pub mod schema;
pub mod session;
pub mod sync;

use std::{future::Future, pin::Pin};

/// A boxed future that can move between threads: what the traits of this crate return.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
