//! Every integration and end-to-end test.

#![allow(missing_docs)]
#![allow(clippy::print_stderr, reason = "a test that skips says so")]

mod action;
mod anonymize;
mod architecture;
mod cli;
mod documents;
mod files;
mod hooks;
mod host;
mod lint_everything;
mod rehearse;
mod rules;
