//! Running strategies natively, without WebAssembly: keys and inner strategies are the test's.
//!
//! Every secret has a value here: HMAC-SHA-256 under the secret's own name, as [`keyed_hash`] says.

mod examples;
mod hmac;
mod promises;
mod world;

pub use examples::strategy_problems;
pub use promises::promise_problems;
pub use world::Masking;
pub(crate) use world::{keyed_hash, open_inner, random};
