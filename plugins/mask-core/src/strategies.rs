//! The strategies, one a file.

mod conditional;
mod date_shift;
mod deterministic_hash;
mod email_masking;
mod fake;
mod fixed;
mod format_preserving;
mod generalize;
mod json_paths;
mod network;
mod noise;
mod none;
mod pattern_masking;
mod random_in_range;
mod redact;
mod set_null;
mod shuffle;
mod template;

pub use conditional::Conditional;
pub use date_shift::DateShift;
pub use deterministic_hash::DeterministicHash;
pub use email_masking::EmailMasking;
pub use fake::Fake;
pub use fixed::Fixed;
pub use format_preserving::FormatPreserving;
pub use generalize::Generalize;
pub use json_paths::JsonPaths;
pub use network::Network;
pub use noise::Noise;
pub use none::{NoAnonymization, NoStrategy};
pub use pattern_masking::PatternMasking;
pub use random_in_range::{Custom, CustomFunction, RandomDecimal, RandomInRange};
pub use redact::Redact;
pub use set_null::SetNull;
pub use shuffle::Shuffle;
pub use template::Template;
