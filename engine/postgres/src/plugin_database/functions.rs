//! Whether the functions of a query only read, as `pg_proc` has it.

use super::failure;
use confiture_model::database::QueryError;
use confiture_sql::guard::{FunctionUse, Notation};
use tokio_postgres::{
    Transaction,
    types::{ToSql, Type},
};

/// VOLATILE functions of pg_catalog that change nothing and tell nothing that a reader may not know: randomness, the
/// clock, sizes, and whether the server is a standby.
const ALLOWED: &[&str] = &[
    "clock_timestamp",
    "gen_random_uuid",
    "pg_database_size",
    "pg_indexes_size",
    "pg_is_in_recovery",
    "pg_relation_size",
    "pg_table_size",
    "pg_tablespace_size",
    "pg_total_relation_size",
    "random",
    "random_normal",
    "timeofday",
    "uuidv4",
    "uuidv7",
];

/// Those of the named functions that may not be called: all overloads of a name count, in the schemas where PostgreSQL
/// would look. Functions that SQL cannot call (of `internal` arguments, of triggers) do not. Of names behind a dot only
/// those functions count that take a row.
const REFUSED: &str = "\
SELECT n.nspname::pg_catalog.text, p.proname::pg_catalog.text, \
    CASE WHEN p.provolatile = 'v' THEN 'it is VOLATILE' \
        WHEN NOT l.lanpltrusted AND l.lanname <> ALL ('{internal,c}'::pg_catalog.name[]) \
            THEN 'its language ' || l.lanname || ' is not a trusted one' \
        ELSE 'it is an aggregate of VOLATILE functions' END \
FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3)) AS a(schema, name, attribute) \
JOIN pg_catalog.pg_proc p ON p.proname = a.name::pg_catalog.name \
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace \
JOIN pg_catalog.pg_language l ON l.oid = p.prolang \
LEFT JOIN pg_catalog.pg_type t ON t.oid = p.proargtypes[0] \
WHERE CASE WHEN a.schema IS NULL THEN n.nspname = ANY (pg_catalog.current_schemas(true)) \
        ELSE n.nspname = a.schema::pg_catalog.name END \
    AND p.prokind <> 'p' \
    AND 'internal'::pg_catalog.regtype::pg_catalog.oid <> ALL (p.proargtypes::pg_catalog.oid[]) \
    AND p.prorettype <> ALL ('{trigger,event_trigger}'::pg_catalog.regtype[]::pg_catalog.oid[]) \
    AND (NOT a.attribute OR (p.pronargs >= 1 AND p.pronargs - p.pronargdefaults <= 1 AND t.typtype IN ('c', 'd', 'p'))) \
    AND NOT (n.nspname = 'pg_catalog' AND p.proname = ANY ($4::pg_catalog.name[])) \
    AND (p.provolatile = 'v' \
        OR NOT l.lanpltrusted AND l.lanname <> ALL ('{internal,c}'::pg_catalog.name[]) \
        OR EXISTS (SELECT FROM pg_catalog.pg_aggregate g JOIN pg_catalog.pg_proc s ON s.oid = ANY (ARRAY[g.aggtransfn, \
            g.aggfinalfn, g.aggcombinefn, g.aggserialfn, g.aggdeserialfn, g.aggmtransfn, g.aggminvtransfn, \
            g.aggmfinalfn]::pg_catalog.oid[]) WHERE g.aggfnoid = p.oid AND s.provolatile = 'v')) \
ORDER BY a.attribute, 1, 2 LIMIT 1";

/// Refuses a query with a function that may do more than read.
pub(super) async fn check(transaction: &Transaction<'_>, functions: &[FunctionUse]) -> Result<(), QueryError> {
    if functions.is_empty() {
        return Ok(());
    }
    if let Some(temporary) = functions.iter().find(|usage| usage.schema.as_deref().is_some_and(is_temporary)) {
        return Err(QueryError::Denied(format!("the temporary function {} is refused", temporary.name)));
    }
    let schemas: Vec<Option<&str>> = functions.iter().map(|usage| usage.schema.as_deref()).collect();
    let names: Vec<&str> = functions.iter().map(|usage| usage.name.as_str()).collect();
    let attributes: Vec<bool> = functions.iter().map(|usage| usage.notation == Notation::Attribute).collect();
    let parameters: [(&(dyn ToSql + Sync), Type); 4] = [
        (&schemas, Type::TEXT_ARRAY),
        (&names, Type::TEXT_ARRAY),
        (&attributes, Type::BOOL_ARRAY),
        (&ALLOWED, Type::TEXT_ARRAY),
    ];
    let rows = transaction.query_typed(REFUSED, &parameters).await.map_err(|error| failure::of_ours(&error))?;
    let Some(row) = rows.first() else { return Ok(()) };
    let read = || Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
    let (schema, name, why): (String, String, String) = read().map_err(|error| failure::of_ours(&error))?;
    Err(QueryError::Denied(format!(
        "the function {schema}.{name} is refused: {why}, so that it may do more than read; functions that are STABLE or \
         IMMUTABLE may be called"
    )))
}

/// Schemas under another name than the catalog has.
fn is_temporary(schema: &str) -> bool {
    schema.starts_with("pg_temp")
}
