//! Copying from one real database to another.

mod copying;
mod failures;
mod several;

mod support;
mod types;
