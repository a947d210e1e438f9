//! Copying from one real database to another.

// A test that has to be skipped says so.
#![allow(clippy::print_stderr)]

mod copying;
mod failures;
mod kept;
mod several;
mod support;
mod types;
