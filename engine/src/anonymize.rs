//! Anonymization: a profile says which strategy masks which column, and nothing is read before all of it is found sound.
//!
//! [`profile`] reads the files, [`resolve`](fn@resolve::resolve) joins them with a schema and with what plugins offer,
//! [`promises`] tries what strategies promise, [`verify`](fn@verify::verify) tries a profile on made-up values and on samples,
//! and [`prove`](fn@prove::prove) refuses one whose results a schema would not take. [`open_table`] masks the rows of a run.
//! [`report`] says what is masked how, and [`suggest`] finds what looks personal.

pub mod identifiability;
pub mod keyring;
pub mod open_table;
pub mod pattern;
pub mod profile;
pub mod promises;
pub mod prove;
pub mod report;
pub mod resolve;
pub mod samples;
pub mod suggest;
pub mod verify;
