//! Whether the functions of a query only read, as `pg_proc` has it.

use super::failure;
use confiture_model::database::QueryError;
use confiture_sql::guard::{FunctionUse, Notation};
use tokio_postgres::{
    Client, Row,
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
pub(crate) async fn check(client: &Client, functions: &[FunctionUse]) -> Result<(), QueryError> {
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
    let rows = client.query_typed(REFUSED, &parameters).await.map_err(|error| failure::of_ours(&error))?;
    let Some((schema, name, why)) = first(&rows)? else { return Ok(()) };
    Err(QueryError::Denied(format!(
        "the function {schema}.{name} is refused: {why}, so that it may do more than read; functions that are STABLE or \
         IMMUTABLE may be called"
    )))
}

fn first(rows: &[Row]) -> Result<Option<(String, String, String)>, QueryError> {
    let Some(row) = rows.first() else { return Ok(None) };
    let read = || Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
    read().map(Some).map_err(|error| failure::of_ours(&error))
}

/// VOLATILE functions written in C that a hook may call when it may write, beside those of [`ALLOWED`]: sequences, the
/// transaction's number, what helps to look at the database, salts and keys.
const ALLOWED_TO_WRITE: &[&str] = &[
    "array_sample",
    "array_shuffle",
    "brin_desummarize_range",
    "brin_summarize_new_values",
    "brin_summarize_range",
    "currval",
    "gen_random_bytes",
    "gen_salt",
    "gin_clean_pending_list",
    "lastval",
    "nextval",
    "pg_blocking_pids",
    "pg_current_wal_insert_lsn",
    "pg_current_wal_lsn",
    "pg_current_xact_id",
    "pg_partition_ancestors",
    "pg_partition_tree",
    "pg_sequence_last_value",
    "pgp_pub_encrypt",
    "pgp_pub_encrypt_bytea",
    "pgp_sym_encrypt",
    "pgp_sym_encrypt_bytea",
    "setval",
    "txid_current",
    "uuid_generate_v1",
    "uuid_generate_v1mc",
    "uuid_generate_v4",
];

/// Those of the named functions that reach past the database: VOLATILE ones of the server and of extensions, which are
/// written in C, and those in a language that is not trusted. What is written in SQL or PL/pgSQL is the project's own.
/// Where no schema is written, a function of this name in any schema counts: a body is looked up later.
const REFUSED_TO_WRITE: &str = "\
SELECT n.nspname::pg_catalog.text, p.proname::pg_catalog.text, 'its language is ' || l.lanname \
FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS a(schema, name) \
JOIN pg_catalog.pg_proc p ON p.proname OPERATOR(pg_catalog.=) a.name::pg_catalog.name \
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace \
JOIN pg_catalog.pg_language l ON l.oid OPERATOR(pg_catalog.=) p.prolang \
WHERE (a.schema IS NULL OR n.nspname OPERATOR(pg_catalog.=) a.schema::pg_catalog.name) \
    AND 'internal'::pg_catalog.regtype::pg_catalog.oid OPERATOR(pg_catalog.<>) ALL (p.proargtypes::pg_catalog.oid[]) \
    AND p.prorettype OPERATOR(pg_catalog.<>) \
        ALL ('{trigger,event_trigger}'::pg_catalog.regtype[]::pg_catalog.oid[]) \
    AND p.proname OPERATOR(pg_catalog.<>) ALL ($3::pg_catalog.name[]) \
    AND NOT l.lanpltrusted AND (p.provolatile OPERATOR(pg_catalog.=) 'v' \
        OR l.lanname OPERATOR(pg_catalog.<>) ALL ('{internal,c}'::pg_catalog.name[])) \
ORDER BY 1, 2 LIMIT 1";

/// Refuses a statement of a hook with a function that reaches past the database.
pub(crate) async fn check_to_write(client: &Client, functions: &[FunctionUse]) -> Result<(), QueryError> {
    let called = || functions.iter().filter(|usage| usage.notation == Notation::Call);
    let schemas: Vec<Option<&str>> = called().map(|usage| usage.schema.as_deref()).collect();
    let names: Vec<&str> = called().map(|usage| usage.name.as_str()).collect();
    let allowed: Vec<&str> = ALLOWED.iter().chain(ALLOWED_TO_WRITE).copied().collect();
    if names.is_empty() {
        return Ok(());
    }
    let parameters: [(&(dyn ToSql + Sync), Type); 3] =
        [(&schemas, Type::TEXT_ARRAY), (&names, Type::TEXT_ARRAY), (&allowed, Type::TEXT_ARRAY)];
    let rows = client.query_typed(REFUSED_TO_WRITE, &parameters).await.map_err(|error| failure::of_ours(&error))?;
    let Some((schema, name, why)) = first(&rows)? else { return Ok(()) };
    Err(QueryError::Denied(format!(
        "the function {schema}.{name} is refused: {why}, it is VOLATILE or not trusted, and it is not known to stay \
         inside of the database; the migration's own SQL may call it"
    )))
}

/// Schemas under another name than the catalog has.
fn is_temporary(schema: &str) -> bool {
    schema.starts_with("pg_temp")
}
