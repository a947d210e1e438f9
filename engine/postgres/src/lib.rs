//! PostgreSQL: connections as libpq makes them, the catalog, scratch clusters.
