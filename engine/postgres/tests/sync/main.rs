//! Copying from one real database to another.

mod copying;
mod failures;
mod support;
mod types;
