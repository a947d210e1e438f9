//! PostgreSQL: connections as libpq makes them, the catalog, scratch clusters, and the ledger of migrations,
//! and the copying of databases.

pub mod backup;
pub mod catalog;
pub mod connect;
pub mod facts;
mod identity;
pub mod migration;
pub mod plugin_database;
pub mod scratch;
pub mod session;
pub mod sync;
pub mod text_queries;
