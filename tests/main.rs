//! Every integration and end-to-end test.

#![allow(missing_docs)]

mod architecture;
mod cli;
mod files;
mod host;
