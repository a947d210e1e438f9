//! The sizes of the tables that a transaction works on.

use super::{
    link::Link,
    own_settings::{Around, run},
};
use crate::catalog::ESTIMATE;
use confiture_model::{facts::TableFacts, session::SessionError};

/// Whatever a transaction has touched it has locked. Its own tables and those that it only read are among them; the sizes
/// are those that it sees itself.
fn query() -> String {
    format!(
        "
    SELECT n.nspname AS schema, c.relname AS name,
           {ESTIMATE} AS rows,
           pg_table_size(c.oid) AS bytes, pg_indexes_size(c.oid) AS index_bytes
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'confiture')
      AND c.oid IN (SELECT l.relation FROM pg_locks l WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation')
    ORDER BY 1, 2 LIMIT 1000"
    )
}

/// The tables that the open transaction has locked.
pub(super) async fn locked(link: &Link) -> Result<Vec<TableFacts>, SessionError> {
    let rows = run(link, Around::to_read(link).await?, &query()).await?;
    let tables = rows.iter().map(|row| {
        let text = |name: &str| row.try_get(name).ok().flatten().unwrap_or_default();
        let number = |name: &str| text(name).parse::<u64>().ok();
        TableFacts {
            schema: text("schema").to_owned(),
            name: text("name").to_owned(),
            rows: number("rows"),
            bytes: number("bytes").unwrap_or_default(),
            index_bytes: number("index_bytes").unwrap_or_default(),
        }
    });
    Ok(tables.collect())
}
