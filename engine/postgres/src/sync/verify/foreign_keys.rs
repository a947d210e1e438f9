//! Whether every foreign key finds its row, also those that PostgreSQL was told not to validate.

use super::{
    super::name::{identifier, qualified},
    Pair, SyncError,
};
use confiture_model::sync::{Check, CheckKind, Name, Plan};
use tokio_postgres::Row;

/// The foreign keys of these tables, and of the partitioned ones that they are a part of. Those that a server does not
/// enforce, and those over periods, which compare otherwise, are left out.
const KEYS: &str = "
WITH mine AS (
  SELECT c.oid FROM unnest($1::text[], $2::text[]) AS u (s, t) JOIN pg_namespace n ON n.nspname = u.s
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = u.t),
concerned AS (SELECT oid FROM mine UNION SELECT a.relid FROM mine CROSS JOIN LATERAL pg_partition_ancestors(mine.oid) AS a)
SELECT con.conname::text AS name, con.convalidated AS validated, con.confmatchtype = 'f' AS is_full,
  n.nspname::text AS schema, c.relname::text AS table, c.relkind = 'r' AS only,
  fn.nspname::text AS other_schema, f.relname::text AS other_table, f.relkind = 'r' AS other_only,
  ARRAY(SELECT a.attname::text FROM unnest(con.conkey) WITH ORDINALITY AS k (number, place)
    JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.number ORDER BY k.place) AS columns,
  ARRAY(SELECT a.attname::text FROM unnest(con.confkey) WITH ORDINALITY AS k (number, place)
    JOIN pg_attribute a ON a.attrelid = con.confrelid AND a.attnum = k.number ORDER BY k.place) AS referenced,
  ARRAY(SELECT format('OPERATOR(%I.%s)', opn.nspname, o.oprname) FROM unnest(con.conpfeqop) WITH ORDINALITY AS k (number, place)
    JOIN pg_operator o ON o.oid = k.number JOIN pg_namespace opn ON opn.oid = o.oprnamespace ORDER BY k.place) AS operators
FROM pg_constraint con JOIN pg_class c ON c.oid = con.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class f ON f.oid = con.confrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace
WHERE con.contype = 'f' AND con.conparentid = 0 AND con.conrelid IN (SELECT oid FROM concerned)
  AND to_jsonb(con) ->> 'conenforced' IS DISTINCT FROM 'false' AND to_jsonb(con) ->> 'conperiod' IS DISTINCT FROM 'true'
ORDER BY 4, 5, 1";

pub(super) async fn check(pair: &Pair<'_>, plan: &Plan) -> Result<Vec<Check>, SyncError> {
    let schemas: Vec<&str> = plan.tables.iter().map(|table| table.table.schema.as_str()).collect();
    let tables: Vec<&str> = plan.tables.iter().map(|table| table.table.name.as_str()).collect();
    let mut checks = Vec::new();
    for row in pair.target.rows("reading its foreign keys", KEYS, &[&schemas, &tables]).await? {
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
        let name = |schema, table| -> Result<Name, tokio_postgres::Error> {
            Ok(Name { schema: row.try_get(schema)?, name: row.try_get(table)? })
        };
        let (table, other) = (name("schema", "table")?, name("other_schema", "other_table")?);
        let columns: Vec<String> = row.try_get("columns")?;
        let referenced: Vec<String> = row.try_get("referenced")?;
        let operators: Vec<String> = row.try_get("operators")?;
        let only =
            |only: &str| -> Result<&str, tokio_postgres::Error> { Ok(if row.try_get(only)? { "ONLY " } else { "" }) };
        let quoted: Vec<String> = columns.iter().map(|column| format!("c.{}", identifier(column))).collect();
        let same = quoted.iter().zip(&referenced).zip(&operators);
        let same = same.map(|((own, other), operator)| format!("p.{} {operator} {own}", identifier(other)));
        let all =
            |test: &str| quoted.iter().map(|column| format!("{column} IS {test}")).collect::<Vec<_>>().join(" AND ");
        // A foreign key with a null in it is not checked; with MATCH FULL it has to be null whole.
        let part = match row.try_get("is_full")? {
            true => format!(" OR NOT ({}) AND NOT ({})", all("NULL"), all("NOT NULL")),
            false => String::new(),
        };
        let sql = format!(
            "SELECT count(*) FROM {}{} AS c WHERE {} AND NOT EXISTS (SELECT FROM {}{} AS p WHERE {}){part}",
            only("only")?,
            qualified(&table),
            all("NOT NULL"),
            only("other_only")?,
            qualified(&other),
            same.collect::<Vec<_>>().join(" AND "),
        );
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
