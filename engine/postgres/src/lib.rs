//! PostgreSQL: connections as libpq makes them, the catalog, scratch clusters.

pub mod catalog;
pub mod connect;
pub mod plugin_database;
pub mod scratch;
pub mod session;
