//! What a login may do with a database, and what tells that database from every other one.

use super::name::qualified;
use crate::{identity::system_identifier, session::session_error};
use confiture_model::{
    session::SessionError,
    sync::{EndFacts, Identity, Name, TableFacts},
};
use tokio_postgres::{Client, Error, Row};

const SERVER: &str = "
SELECT current_setting('server_version_num')::int4 AS version, current_user::text AS login, d.oid AS database,
  d.datname::text AS name, pg_encoding_to_char(d.encoding)::text AS encoding,
  to_char(pg_postmaster_start_time() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS started,
  pg_is_in_recovery() AS standby, current_setting('default_transaction_read_only') = 'on' AS read_only,
  (SELECT count(*) FROM pg_largeobject_metadata) AS large_objects
FROM pg_database d WHERE d.datname = current_database()";

const TABLES: &str = "
SELECT n.nspname::text AS schema, c.relname::text AS name, c.relkind IN ('r', 'p') AS is_table,
  has_schema_privilege(n.oid, 'USAGE') AND (has_table_privilege(c.oid, 'SELECT') OR NOT EXISTS (
    SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      AND NOT has_column_privilege(c.oid, a.attnum, 'SELECT'))) AS readable,
  row_security_active(c.oid) AS hides_rows,
  has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'INSERT') AS insertable,
  has_table_privilege(c.oid, 'TRUNCATE') AS truncatable, pg_has_role(c.relowner, 'USAGE') AS owned,
  CASE WHEN c.relkind IN ('r', 'm') THEN pg_table_size(c.oid) ELSE 0 END AS bytes,
  ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attidentity = 'a') AS identity_always
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

/// How many tables are asked at once whether they hold rows.
const AT_ONCE: usize = 100;

/// Reads them, of the source or of the target: whether tables hold rows is asked of the latter alone.
///
/// # Errors
/// What PostgreSQL said.
pub async fn facts(client: &Client, place: &str, is_target: bool) -> Result<EndFacts, SessionError> {
    let begin = "BEGIN READ ONLY; SET LOCAL search_path = pg_catalog; SET LOCAL row_security = off";
    client.batch_execute(begin).await.map_err(|error| session_error(&error))?;
    let read = read(client, place, is_target).await;
    let ended = client.batch_execute("ROLLBACK").await;
    let facts = read.map_err(|error| session_error(&error))?;
    ended.map_err(|error| session_error(&error))?;
    Ok(facts)
}

async fn read(client: &Client, place: &str, is_target: bool) -> Result<EndFacts, Error> {
    let server = client.query_one(SERVER, &[]).await?;
    let read_only = match (server.try_get("standby")?, server.try_get("read_only")?) {
        (true, _) => Some("it is a standby".to_owned()),
        (false, true) => Some("its transactions are read-only (default_transaction_read_only)".to_owned()),
        (false, false) => None,
    };
    let mut facts = EndFacts {
        place: place.to_owned(),
        user: server.try_get("login")?,
        server_version: server.try_get::<_, i32>("version")?.unsigned_abs(),
        identity: Identity {
            system: system_identifier(client).await?,
            started: server.try_get("started")?,
            database: server.try_get("database")?,
            name: server.try_get("name")?,
        },
        read_only,
        encoding: server.try_get("encoding")?,
        large_objects: server.try_get::<_, i64>("large_objects")?.unsigned_abs(),
        ..EndFacts::default()
    };
    let mut asked = Vec::new();
    for row in client.query(TABLES, &[]).await? {
        let (name, table) = table(&row)?;
        if row.try_get("is_table")? && table.readable && !table.hides_rows {
            asked.push(name.clone());
        }
        facts.tables.insert(name, table);
    }
    for names in asked.chunks(AT_ONCE).filter(|_| is_target) {
        let one = |name: &Name| format!("EXISTS (SELECT FROM ONLY {})", qualified(name));
        let sql = format!("SELECT ARRAY[{}]", names.iter().map(one).collect::<Vec<_>>().join(", "));
        let holds: Vec<bool> = client.query_one(&sql, &[]).await?.try_get(0)?;
        for (name, holds) in names.iter().zip(holds) {
            if let Some(table) = facts.tables.get_mut(name) {
                table.holds_rows = Some(holds);
            }
        }
    }
    Ok(facts)
}

fn table(row: &Row) -> Result<(Name, TableFacts), Error> {
    let name = Name { schema: row.try_get("schema")?, name: row.try_get("name")? };
    let facts = TableFacts {
        readable: row.try_get("readable")?,
        hides_rows: row.try_get("hides_rows")?,
        insertable: row.try_get("insertable")?,
        truncatable: row.try_get("truncatable")?,
        owned: row.try_get("owned")?,
        holds_rows: None,
        bytes: row.try_get::<_, i64>("bytes")?.unsigned_abs(),
        identity_always: row.try_get("identity_always")?,
    };
    Ok((name, facts))
}
