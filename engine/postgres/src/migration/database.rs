//! Which database a connection leads to.

use super::{
    link::Link,
    own_settings::{Around, run},
};
use confiture_model::{migration::DatabaseIdentity, session::SessionError};

/// Asks for it. Some services take the function with the cluster's identifier from their users; CASE keeps it from being
/// called there.
pub(super) async fn identity(link: &Link) -> Result<DatabaseIdentity, SessionError> {
    let sql = "SELECT CASE WHEN pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')
                THEN (SELECT system_identifier::pg_catalog.text FROM pg_catalog.pg_control_system())
                ELSE 'not visible' END AS server, datname AS database, oid AS oid
            FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()";
    let rows = run(link, Around::to_read(link).await?, sql).await?;
    let text = |name: &str| rows.first().and_then(|row| row.try_get(name).ok().flatten()).unwrap_or_default();
    Ok(DatabaseIdentity {
        server: text("server").to_owned(),
        database: text("database").to_owned(),
        oid: text("oid").parse().unwrap_or(0),
    })
}
