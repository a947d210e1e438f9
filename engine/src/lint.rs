//! Linting: the rules that the project switched on, run by their plugins over one snapshot.

pub mod resolve;
pub mod rule;
