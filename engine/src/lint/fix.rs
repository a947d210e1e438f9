//! Fixes: the SQL that rules give for what they found, as far as it is safe to run.

mod kinds;
mod script;

pub use kinds::{Refused, Safe, judge};
pub use script::{Fixes, collect};
