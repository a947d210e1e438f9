//! Who holds the run lock.

use super::{
    super::{
        link::Link,
        own_settings::{Around, run},
    },
    MATCHES,
};
use confiture_model::{migration::LockHolder, session::SessionError};

/// What the lock's connection is called in `pg_stat_activity`, whose other columns not every role may see. PostgreSQL
/// keeps 63 bytes, and ASCII alone.
pub(super) fn application_name(base: &str, client: &str) -> String {
    let name = if client.is_empty() { format!("{base} run lock") } else { format!("{base} run lock of {client}") };
    name.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').take(63).collect()
}

/// The session that holds it now; none if nobody does any more.
pub(super) async fn find(link: &Link) -> Result<Option<LockHolder>, SessionError> {
    let sql = format!(
        "SELECT l.pid AS pid, a.usename AS usename, a.application_name AS application,
            CASE WHEN a.backend_start IS NULL THEN 'not visible to this role' ELSE coalesce(pg_catalog.host(a.client_addr), 'local') END AS host,
            coalesce(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - a.backend_start)::pg_catalog.int8, 0) AS age
         FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid WHERE {MATCHES}"
    );
    let rows = run(link, Around::Reading, &sql).await?;
    Ok(rows.first().map(|row| {
        let text = |name: &str| row.try_get(name).ok().flatten().unwrap_or_default();
        LockHolder {
            pid: text("pid").parse().unwrap_or(0),
            user: text("usename").to_owned(),
            host: text("host").to_owned(),
            application: text("application").to_owned(),
            age_seconds: text("age").parse().unwrap_or(0),
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::application_name;

    #[test]
    fn the_name_says_who_and_fits() {
        assert_eq!(application_name("confiture", "ada@laptop"), "confiture run lock of ada@laptop");
        assert_eq!(application_name("confiture", ""), "confiture run lock");
        assert_eq!(application_name("confiture", &"é\nx".repeat(100)).len(), 63);
    }
}
