//! Write Confiture plugins in Rust.
