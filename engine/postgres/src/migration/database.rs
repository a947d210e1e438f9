//! Which database a connection leads to.

use super::{
    link::Link,
    own_settings::{Around, run},
};
use crate::identity::{IS_VISIBLE, SYSTEM_IDENTIFIER};
use confiture_model::{migration::DatabaseIdentity, session::SessionError};

/// Asks for it.
pub(super) async fn identity(link: &Link) -> Result<DatabaseIdentity, SessionError> {
    let sql = format!(
        "SELECT {IS_VISIBLE} AS visible, datname AS database, oid AS oid
            FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()"
    );
    let rows = run(link, Around::to_read(link).await?, &sql).await?;
    let text = |name: &str| rows.first().and_then(|row| row.try_get(name).ok().flatten()).unwrap_or_default();
    let server = match text("visible") {
        "t" => {
            let rows = run(link, Around::to_read(link).await?, SYSTEM_IDENTIFIER).await?;
            rows.first().and_then(|row| row.try_get("server").ok().flatten()).unwrap_or_default().to_owned()
        }
        _ => "not visible".to_owned(),
    };
    Ok(DatabaseIdentity { server, database: text("database").to_owned(), oid: text("oid").parse().unwrap_or(0) })
}
