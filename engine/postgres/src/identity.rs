//! What tells a server from every other one.

use tokio_postgres::{Client, Error};

/// Whether the role may see the system identifier, as an SQL expression. Some services take the function from their users,
/// and PostgreSQL looks at the right as soon as a statement names it, in a branch that is never taken too: so this is asked
/// first.
pub(crate) const IS_VISIBLE: &str = "pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')";

/// PostgreSQL's system identifier, where it may be seen.
pub(crate) const SYSTEM_IDENTIFIER: &str =
    "SELECT system_identifier::pg_catalog.text AS server FROM pg_catalog.pg_control_system()";

/// The system identifier; none where the role may not see it.
pub(crate) async fn system_identifier(client: &Client) -> Result<Option<String>, Error> {
    if !client.query_one(&format!("SELECT {IS_VISIBLE}"), &[]).await?.try_get(0)? {
        return Ok(None);
    }
    client.query_one(SYSTEM_IDENTIFIER, &[]).await?.try_get(0)
}
