//! Anonymization: what masks which column, and whether what masks it keeps its promises.

pub mod keyring;
pub mod promises;
