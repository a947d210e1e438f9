//! PostgreSQL: connections as libpq makes them, the catalog, scratch clusters.

pub mod catalog;
pub mod scratch;
pub mod session;
