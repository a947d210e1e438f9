//! PostgreSQL: connections as libpq makes them, the catalog, scratch clusters.

pub mod connect;
