//! Builds a Rust crate into a Confiture plugin.
