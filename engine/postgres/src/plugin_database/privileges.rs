//! Whether a login may do no more than a READ ONLY transaction contains.
//!
//! READ ONLY does not stop a superuser from running programs, nor a replication role from making slots. What is not
//! known to be harmless is refused: of the roles that PostgreSQL ships, those that only let one see more are not.

use super::{PluginDatabaseError, failure};
use tokio_postgres::Client;

/// The roles of PostgreSQL itself that only let one see more.
const HARMLESS: &[&str] = &[
    "pg_database_owner",
    "pg_monitor",
    "pg_read_all_data",
    "pg_read_all_settings",
    "pg_read_all_stats",
    "pg_stat_scan_tables",
    "pg_use_reserved_connections",
];

/// Every role whose power the login has or can take, if it is a dangerous one.
const DANGEROUS_ROLES: &str = "\
SELECT m.rolname::pg_catalog.text, m.rolsuper, m.rolreplication, \
    m.rolname OPERATOR(pg_catalog.=) session_user AS itself, \
    session_user::pg_catalog.text, pg_catalog.current_database()::pg_catalog.text \
FROM pg_catalog.pg_roles m \
WHERE (pg_catalog.pg_has_role(session_user, m.oid, 'MEMBER') OR pg_catalog.pg_has_role(current_user, m.oid, 'MEMBER')) \
    AND (m.rolsuper OR m.rolreplication \
        OR (pg_catalog.starts_with(m.rolname::pg_catalog.text, 'pg_') AND m.rolname::pg_catalog.text <> ALL ($1))) \
ORDER BY itself DESC, m.rolsuper DESC, m.rolname \
LIMIT 1";

/// Refuses a login that may do too much.
pub(crate) async fn check(client: &Client) -> Result<(), PluginDatabaseError> {
    let harmless: Vec<String> = HARMLESS.iter().map(|name| (*name).to_owned()).collect();
    let parameter: (&(dyn tokio_postgres::types::ToSql + Sync), _) =
        (&harmless, tokio_postgres::types::Type::TEXT_ARRAY);
    let rows = client.query_typed(DANGEROUS_ROLES, &[parameter]).await;
    let rows = rows.map_err(|error| PluginDatabaseError::Database(failure::database(&error)))?;
    let Some(row) = rows.first() else { return Ok(()) };
    let read = || -> Result<String, tokio_postgres::Error> {
        let (role, superuser, replication): (String, bool, bool) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let (itself, login, database): (bool, String, String) = (row.try_get(3)?, row.try_get(4)?, row.try_get(5)?);
        Ok(explain(&role, superuser, replication, itself, &login, &database))
    };
    match read() {
        Ok(why) => Err(PluginDatabaseError::Privileged(why)),
        Err(error) => Err(PluginDatabaseError::Database(failure::database(&error))),
    }
}

fn explain(role: &str, superuser: bool, replication: bool, itself: bool, login: &str, database: &str) -> String {
    let power = match (superuser, replication, itself) {
        (true, _, true) => "is a superuser".to_owned(),
        (true, _, false) => format!("can become the superuser `{role}`"),
        (false, true, true) => "may replicate".to_owned(),
        (false, true, false) => format!("is a member of `{role}`, which may replicate"),
        (false, false, _) => format!("is a member of `{role}`"),
    };
    let database = database.replace('"', "\"\"");
    format!(
        "plugins are not let into database `{database}` as `{login}`, who {power}: a READ ONLY transaction does not keep \
         such a login to reading\n  -> give plugins a login of their own in the configuration:\n       \
         [environments.NAME]\n       reader = \"confiture_reader\"\n     and create it:\n       \
         CREATE ROLE confiture_reader LOGIN NOSUPERUSER PASSWORD '...';\n       \
         GRANT CONNECT ON DATABASE \"{database}\" TO confiture_reader;\n       \
         GRANT USAGE ON SCHEMA public TO confiture_reader;\n       \
         GRANT SELECT ON ALL TABLES IN SCHEMA public TO confiture_reader;\n     \
         (from PostgreSQL 14 on, GRANT pg_read_all_data TO confiture_reader stands for the last two)"
    )
}
