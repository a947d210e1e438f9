//! The facts of a database: numbers that say how long a migration would take there, and nothing of what is stored in it.

use crate::{
    catalog::ESTIMATE,
    connect::{ConnectOptions, connect},
    identity::system_identifier,
    session::session_error,
};
use confiture_model::{
    facts::{FACTS_VERSION, Facts, RecordedStatement, TableFacts},
    session::SessionError,
};
use tokio_postgres::Client;

/// How often the server does its arithmetic.
const PROBES: usize = 15;
/// Of how many of the newest migrations the recorded times are taken.
const MIGRATIONS: i64 = 200;

/// Reads them. Waits at most two seconds for a table that is locked, reads no table, and writes nothing.
///
/// # Errors
/// What kept us from connecting, or what PostgreSQL said.
pub async fn facts(options: &ConnectOptions, environment: &str) -> Result<Facts, SessionError> {
    let connection = connect(options).await.map_err(|error| SessionError::Connection(error.to_string()))?;
    let client = connection.client;
    client.batch_execute(SETTINGS).await.map_err(failed)?;
    Ok(Facts {
        schema_version: FACTS_VERSION,
        environment: environment.to_owned(),
        taken_at: taken_at(&client).await?,
        server: system_identifier(&client).await.map_err(failed)?.unwrap_or_default(),
        server_version: connection.server_version,
        tables: tables(&client).await?,
        speed_ms: speed(&client).await?,
        runs: runs(&client).await?,
    })
}

/// Parallel workers would make one and the same piece of arithmetic faster or slower by chance.
const SETTINGS: &str = "SET default_transaction_read_only = on; SET lock_timeout = '2s'; SET statement_timeout = '60s'; \
     SET search_path = pg_catalog; SET max_parallel_workers_per_gather = 0; SET jit = off";

async fn taken_at(client: &Client) -> Result<String, SessionError> {
    let sql = r#"SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"#;
    let row = client.query_one(sql, &[]).await.map_err(failed)?;
    row.try_get(0).map_err(failed)
}

/// A partitioned table has what its partitions have: statements name it, and work on them.
fn tables_query() -> String {
    format!("
    WITH leaf AS (
        SELECT c.oid, c.relkind,
               {ESTIMATE} AS rows,
               pg_table_size(c.oid) AS bytes, pg_indexes_size(c.oid) AS index_bytes
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
          AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'confiture') AND n.nspname NOT LIKE 'pg\\_%'
    ), whole AS (
        SELECT oid, rows, bytes, index_bytes FROM leaf
        UNION ALL
        SELECT p.oid, CASE WHEN bool_and(leaf.rows IS NOT NULL OR leaf.bytes = 0) THEN coalesce(sum(leaf.rows), 0)::int8 END,
               coalesce(sum(leaf.bytes), 0)::int8, coalesce(sum(leaf.index_bytes), 0)::int8
        FROM pg_class p CROSS JOIN LATERAL pg_partition_tree(p.oid) AS part JOIN leaf ON leaf.oid = part.relid
        WHERE p.relkind = 'p'
        GROUP BY p.oid
    )
    SELECT n.nspname, c.relname, CASE WHEN whole.bytes = 0 THEN 0 ELSE whole.rows END, whole.bytes, whole.index_bytes
    FROM whole JOIN pg_class c ON c.oid = whole.oid JOIN pg_namespace n ON n.oid = c.relnamespace
    ORDER BY n.nspname COLLATE \"C\", c.relname COLLATE \"C\"")
}

async fn tables(client: &Client) -> Result<Vec<TableFacts>, SessionError> {
    let rows = client.query(&tables_query(), &[]).await.map_err(failed)?;
    let number = |value: i64| u64::try_from(value).unwrap_or(0);
    rows.iter()
        .map(|row| {
            Ok(TableFacts {
                schema: row.try_get(0)?,
                name: row.try_get(1)?,
                rows: row.try_get::<_, Option<i64>>(2)?.map(number),
                bytes: number(row.try_get(3)?),
                index_bytes: number(row.try_get(4)?),
            })
        })
        .collect::<Result<_, tokio_postgres::Error>>()
        .map_err(failed)
}

/// One and the same piece of arithmetic, timed by the server itself: the way to it does not count.
const PROBE: &str =
    "EXPLAIN (ANALYZE, TIMING OFF, SUMMARY ON, FORMAT JSON) SELECT sum(hashint8(i)) FROM generate_series(1, 40000) i";

async fn speed(client: &Client) -> Result<Vec<f64>, SessionError> {
    let mut times = Vec::new();
    // The first one fills caches.
    for probe in 0..=PROBES {
        let row = client.query_one(PROBE, &[]).await.map_err(failed)?;
        let plan: serde_json::Value = row.try_get(0).map_err(failed)?;
        let time = plan.pointer("/0/Execution Time").and_then(serde_json::Value::as_f64);
        times.extend(time.filter(|_| probe > 0));
    }
    Ok(times)
}

/// The times that migrations left in the ledger; none without a ledger, or without the right to read it.
async fn runs(client: &Client) -> Result<Vec<RecordedStatement>, SessionError> {
    let readable = "SELECT to_regclass('confiture.event') IS NOT NULL
                    AND has_schema_privilege('confiture', 'USAGE') AND has_table_privilege('confiture.event', 'SELECT')";
    let row = client.query_one(readable, &[]).await.map_err(failed)?;
    if !row.try_get::<_, Option<bool>>(0).map_err(failed)?.unwrap_or(false) {
        return Ok(Vec::new());
    }
    let sql = "SELECT details::jsonb -> 'timings' FROM confiture.event
               WHERE jsonb_typeof(details::jsonb -> 'timings') = 'array' ORDER BY id DESC LIMIT $1";
    let rows = client.query(sql, &[&MIGRATIONS]).await.map_err(failed)?;
    let mut timings = Vec::new();
    for row in &rows {
        let list: serde_json::Value = row.try_get(0).map_err(failed)?;
        // What a newer program wrote otherwise is left out: it only says less.
        timings.extend(serde_json::from_value::<Vec<RecordedStatement>>(list).unwrap_or_default());
    }
    Ok(timings)
}

fn failed(error: tokio_postgres::Error) -> SessionError {
    session_error(&error)
}
