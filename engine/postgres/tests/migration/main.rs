//! Migrations against a real PostgreSQL: what the ledger promises, and what happens when things go wrong.

// A test that has to be skipped says so.
#![allow(clippy::print_stderr)]

mod adopt;
mod cancel;
mod checks;
mod failures;
mod ledger;
mod loan;
mod loan_refusals;
mod locks;
mod pooler;
mod run_lock;
mod scripts;
mod snapshots;
mod support;
mod watch;
