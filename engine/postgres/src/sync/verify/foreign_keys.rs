//! Whether every foreign key finds its row, also those that PostgreSQL was told not to validate.

use super::{
    super::{
        name::qualified,
        reference::{REFERENCE, Reference},
    },
    Pair, SyncError,
};
use confiture_model::sync::{Check, CheckKind, Name, Plan};
use tokio_postgres::Row;

/// The foreign keys of these tables, and of the partitioned ones that they are a part of. Those that a server does not
/// enforce, and those over periods, which compare otherwise, are left out.
fn keys() -> String {
    format!(
        "
WITH mine AS (
  SELECT c.oid FROM unnest($1::text[], $2::text[]) AS u (s, t) JOIN pg_namespace n ON n.nspname = u.s
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = u.t),
concerned AS (SELECT oid FROM mine UNION SELECT a.relid FROM mine CROSS JOIN LATERAL pg_partition_ancestors(mine.oid) AS a)
SELECT con.conname::text AS name, con.convalidated AS validated,
  n.nspname::text AS schema, c.relname::text AS table, c.relkind = 'r' AS only, {REFERENCE}
FROM pg_constraint con JOIN pg_class c ON c.oid = con.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE con.contype = 'f' AND con.conparentid = 0 AND con.conrelid IN (SELECT oid FROM concerned)
  AND to_jsonb(con) ->> 'conenforced' IS DISTINCT FROM 'false' AND to_jsonb(con) ->> 'conperiod' IS DISTINCT FROM 'true'
ORDER BY 3, 4, 1"
    )
}

pub(super) async fn check(pair: &Pair<'_>, plan: &Plan) -> Result<Vec<Check>, SyncError> {
    let schemas: Vec<&str> = plan.tables.iter().map(|table| table.table.schema.as_str()).collect();
    let tables: Vec<&str> = plan.tables.iter().map(|table| table.table.name.as_str()).collect();
    let mut checks = Vec::new();
    for row in pair.target.rows("reading its foreign keys", &keys(), &[&schemas, &tables]).await? {
        let key = Key::of(&row).map_err(|error| SyncError::of(pair.target.end, "reading its foreign keys", &error))?;
        checks.push(check_one(pair, &key).await?);
    }
    Ok(checks)
}

struct Key {
    name: String,
    validated: bool,
    table: Name,
    sql: String,
}

impl Key {
    fn of(row: &Row) -> Result<Self, tokio_postgres::Error> {
        let table = Name { schema: row.try_get("schema")?, name: row.try_get("table")? };
        let only = if row.try_get("only")? { "ONLY " } else { "" };
        let misses = Reference::of(row)?.misses("c");
        let sql = format!("SELECT count(*) FROM {only}{} AS c WHERE {misses}", qualified(&table));
        Ok(Self { name: row.try_get("name")?, validated: row.try_get("validated")?, table, sql })
    }
}

async fn check_one(pair: &Pair<'_>, key: &Key) -> Result<Check, SyncError> {
    let doing = format!("looking for rows that {} of {} misses", key.name, key.table);
    let count = |rows: Vec<Row>| -> i64 { rows.first().and_then(|row| row.try_get(0).ok()).unwrap_or(-1) };
    let orphans = count(pair.target.rows(&doing, &key.sql, &[]).await?);
    let (holds, detail) = match (orphans, key.validated) {
        (0, _) => (true, "every row that is referred to is there".to_owned()),
        (orphans, true) => (false, format!("{orphans} rows refer to what is not there")),
        (orphans, false) => {
            let before = count(pair.source.rows(&doing, &key.sql, &[]).await?);
            let as_before = orphans >= 0 && orphans <= before;
            (as_before, format!("NOT VALID: {orphans} rows refer to what is not there, {before} at the source"))
        }
    };
    Ok(Check { kind: CheckKind::ForeignKey, table: key.table.clone(), subject: Some(key.name.clone()), holds, detail })
}
