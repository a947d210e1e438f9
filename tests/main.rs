//! Every integration and end-to-end test.

#![allow(missing_docs)]

mod architecture;
mod cli;
mod documents;
mod files;
mod host;
mod rules;
