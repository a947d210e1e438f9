//! Bounds from a sample. Reading a key in its order costs as much as a backfill where the table was never vacuumed; a sample
//! costs one pass in the table's own order, and batches that are some tenths larger or smaller.

use super::{Bound, Call, Error, Name, Options, numbered, read};
use confiture_sdk::database::Value;

/// Sampled keys in a batch: its size then varies by about a seventh.
const KEYS: u64 = 50;

/// A table that is smaller is counted: in bytes.
const SMALL: i64 = 32 << 20;

/// Batches that are smaller are counted: a sample would be half of the table.
const SMALLEST_BATCH: u64 = 500;

/// None for what is not sampled: a small table, a view.
pub(super) fn bounds(
    options: &Options,
    table: &Name,
    key: &[String],
    call: &Call<'_>,
) -> Result<Option<Vec<Bound>>, Error> {
    if options.batch_size < SMALLEST_BATCH || !is_large(table, call)? {
        return Ok(None);
    }
    let percent = KEYS as f64 * 100.0 / options.batch_size as f64;
    // The same rows whenever it is asked, so that a rehearsal has the batches of the run.
    let relation = format!("{table} AS s TABLESAMPLE BERNOULLI ({percent}) REPEATABLE (1)");
    let sampled = read(&numbered(&relation, key, &format!("n.row % {KEYS} = 0")), options, call)?;
    // The first batch begins at the beginning, wherever that is.
    let mut bounds = vec![Bound { row: 1, counted: false, values: Vec::new() }];
    bounds.extend(sampled.into_iter().map(|bound| Bound {
        row: (bound.row / KEYS).saturating_mul(options.batch_size).saturating_add(1),
        counted: false,
        ..bound
    }));
    Ok(Some(bounds))
}

fn is_large(table: &Name, call: &Call<'_>) -> Result<bool, Error> {
    let sql = "SELECT pg_catalog.pg_relation_size(c.oid) AS bytes FROM pg_catalog.pg_class c \
               WHERE c.oid = pg_catalog.to_regclass($1) AND c.relkind IN ('r', 'm')";
    let row = call.database.row(sql, &[Value::Text(table.to_string())])?;
    Ok(row.and_then(|row| row.integer("bytes")).is_some_and(|bytes| bytes >= SMALL))
}
