//! The strategies, one a file.

mod deterministic_hash;
mod email_masking;
mod none;
mod pattern_masking;
mod set_null;

pub use deterministic_hash::DeterministicHash;
pub use email_masking::EmailMasking;
pub use none::{NoAnonymization, NoStrategy};
pub use pattern_masking::PatternMasking;
pub use set_null::SetNull;
