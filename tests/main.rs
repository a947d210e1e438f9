//! Every integration and end-to-end test.

#![allow(missing_docs)]

mod architecture;
mod files;
mod host;
