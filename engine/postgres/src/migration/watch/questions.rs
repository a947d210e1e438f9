//! What the catalogs and the transaction's own statistics are asked.

use crate::migration::{
    link::Link,
    own_settings::{Around, run},
};
use confiture_model::session::SessionError;
use tokio_postgres::SimpleQueryRow;

/// What there is before: every relation of the user's, and the constraints of tables. The size of a relation that somebody
/// has locked for himself is not asked for, because that would wait.
pub(super) const BEFORE: &str = "
WITH busy AS MATERIALIZED (SELECT DISTINCT relation FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation IS NOT NULL)
SELECT 'relation' AS what, c.oid, n.nspname, c.relname, c.relkind, c.relispartition, c.relfilenode, c.reltoastrelid,
  i.indrelid, c.relpersistence, c.reltuples::int8 AS tuples, c.relpages,
  CASE WHEN c.relkind IN ('r', 'm', 'i', 't') AND c.oid NOT IN (SELECT relation FROM busy) THEN pg_relation_size(c.oid) END AS bytes,
  pg_stat_get_live_tuples(c.oid) AS live, current_setting('block_size') AS block, pg_stat_get_xact_tuples_inserted(c.oid) AS inserted,
  pg_stat_get_xact_tuples_updated(c.oid) AS updated, pg_stat_get_xact_tuples_deleted(c.oid) AS deleted,
  pg_stat_get_xact_numscans(c.oid) AS scans, pg_stat_get_xact_tuples_returned(c.oid) AS returned
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_index i ON i.indexrelid = c.oid
WHERE c.oid >= 16384 AND c.relkind <> 'c' AND n.nspname NOT IN ('confiture', 'pg_catalog', 'information_schema');
SELECT 'constraint' AS what, k.oid, k.conrelid, k.conname, k.contype, k.convalidated
FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
WHERE k.conrelid >= 16384 AND k.conparentid = 0 AND k.contype IN ('c', 'f', 'p', 'u', 'x')
  AND n.nspname <> 'confiture'";

/// What this transaction has locked, and what became of it; the constraints of what it has not only read. A row of
/// `pg_class` that is as young as the transaction is written by it: only then is the size asked for. No lock is waited for:
/// all of them are held.
pub(super) const NOW: &str = "
WITH held AS MATERIALIZED (
  SELECT relation AS oid, string_agg(DISTINCT mode, ' ') AS modes FROM pg_locks
  WHERE locktype = 'relation' AND granted AND pid = pg_backend_pid() AND relation >= 16384
    AND database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
  GROUP BY relation)
SELECT 'relation' AS what, h.oid, h.modes, n.nspname, c.relname, c.relkind, c.relispartition, c.relfilenode,
  c.reltoastrelid, i.indrelid, c.relpersistence, age(c.xmin) <= 0 AS young,
  CASE WHEN c.relkind IN ('r', 'm', 'i', 't') AND age(c.xmin) <= 0 THEN pg_relation_size(c.oid) END AS bytes,
  pg_stat_get_xact_tuples_inserted(h.oid) AS inserted, pg_stat_get_xact_tuples_updated(h.oid) AS updated,
  pg_stat_get_xact_tuples_deleted(h.oid) AS deleted, pg_stat_get_xact_numscans(h.oid) AS scans,
  pg_stat_get_xact_tuples_returned(h.oid) AS returned
FROM held h LEFT JOIN pg_class c ON c.oid = h.oid LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_index i ON i.indexrelid = c.oid
WHERE n.nspname IS DISTINCT FROM 'confiture';
SELECT 'constraint' AS what, k.oid, k.conrelid, k.conname, k.contype, k.convalidated FROM pg_constraint k
WHERE k.conparentid = 0 AND k.contype IN ('c', 'f', 'p', 'u', 'x') AND k.conrelid = ANY (ARRAY(
  SELECT l.relation FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
  WHERE l.locktype = 'relation' AND l.granted AND l.pid = pg_backend_pid() AND l.relation >= 16384
    AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
    AND l.mode NOT IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock') AND c.relkind IN ('r', 'p', 'f')))";

/// Asks, and answers all rows of all questions.
pub(super) async fn ask(link: &Link, around: Around, sql: &str) -> Result<Vec<SimpleQueryRow>, SessionError> {
    run(link, around, sql).await
}

/// A column as text; none for NULL, or where the question has no such column.
pub(super) fn text<'r>(row: &'r SimpleQueryRow, column: &str) -> Option<&'r str> {
    row.try_get(column).ok().flatten()
}

/// A column as a number.
pub(super) fn number<T: std::str::FromStr>(row: &SimpleQueryRow, column: &str) -> Option<T> {
    text(row, column)?.parse().ok()
}

/// A column that is true or not.
pub(super) fn is(row: &SimpleQueryRow, column: &str) -> bool {
    text(row, column) == Some("t")
}
