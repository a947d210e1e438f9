//! How large relations are.
//!
//! Asking PostgreSQL for a size makes it open the relation and look at its files: for a table with all that belongs to it,
//! a quarter of a millisecond, which is more than everything else that is read of it. VACUUM and ANALYZE leave the number
//! of pages in `pg_class`, where autovacuum keeps it about right; what neither of them has seen is measured.

use super::scope::Scope;

/// Whether VACUUM or ANALYZE has counted a `pg_class` that is called `alias`. Before PostgreSQL 14 an empty one looks as if
/// none had.
pub(super) fn is_counted(scope: &Scope, alias: &str) -> String {
    if scope.server_version >= 140_000 {
        format!("{alias}.reltuples >= 0")
    } else {
        format!("({alias}.reltuples > 0 OR {alias}.relpages > 0)")
    }
}

/// Whether they have counted an index that is called `c`, of the table `t`: making another one counts the table, but not
/// those that were there.
pub(super) fn is_index_counted(scope: &Scope) -> String {
    format!("({} AND (c.reltuples > 0 OR t.reltuples = 0))", is_counted(scope, "t"))
}

/// The bytes of so many pages.
pub(super) fn bytes(pages: &str) -> String {
    format!("({pages})::int8 * current_setting('block_size')::int8")
}

/// The bytes of a `pg_class` that is called `c` with its indexes and its TOAST. Needs [`with`] and [`JOINS`].
pub(super) fn total(scope: &Scope) -> String {
    let (table, toast) = (is_counted(scope, "c"), is_counted(scope, "toast"));
    let (counted, counted_toast) =
        (bytes("c.relpages + coalesce(own.pages, 0)"), bytes("toast.relpages + coalesce(toasts.pages, 0)"));
    format!(
        "CASE WHEN {table} AND own.counted IS NOT FALSE THEN {counted} + CASE WHEN toast.oid IS NULL THEN 0
           WHEN {toast} AND toasts.counted IS NOT FALSE THEN {counted_toast} ELSE pg_total_relation_size(toast.oid) END
         ELSE pg_total_relation_size(c.oid) END"
    )
}

/// The pages of the indexes of each relation, and the TOAST of `c`.
pub(super) const JOINS: &str = "
LEFT JOIN pages own ON own.indrelid = c.oid
LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid LEFT JOIN pages toasts ON toasts.indrelid = toast.oid";

/// What [`JOINS`] names.
pub(super) fn with(scope: &Scope) -> String {
    format!(
        "WITH pages AS (SELECT i.indrelid, sum(c.relpages) AS pages, bool_and({}) AS counted
           FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
           GROUP BY i.indrelid)",
        is_index_counted(scope)
    )
}
