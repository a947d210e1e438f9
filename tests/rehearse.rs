//! The dry-run, on a real server.

mod corpora;
mod ends;
mod site;
mod story;
