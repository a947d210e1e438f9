//! Parts of tables, which several workers take one after the other.

use super::{
    Shared,
    error::SyncError,
    link::{Link, get},
    name::{identifier, literal, qualified},
};
use confiture_model::sync::{TableCopied, TablePlan};

/// About how many bytes of the source's table a part has: a second of work, so that little is lost with a worker, and little
/// waited for the last one; and far more than what taking it costs.
const CHUNK: u64 = 64 << 20;

/// A part that was taken.
pub(super) struct Chunk {
    pub number: i32,
    pub table: usize,
    pub condition: Option<String>,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    pub done: u64,
    pub all: u64,
}

const DOING: &str = "taking a part of the run";

/// Writes down the parts of all tables, in the transaction that is open.
pub(super) async fn plan(shared: &Shared, target: &Link) -> Result<(), SyncError> {
    let sql = "INSERT INTO confiture.sync_chunk (run, number, table_at, condition) VALUES ($1, $2, $3, $4)";
    let mut number = 0_i32;
    for (at, table) in shared.plan.tables.iter().enumerate() {
        let conditions = split(table, &shared.held).await?;
        let at = i32::try_from(at).map_err(|_| SyncError::Broken("more tables than can be counted".to_owned()))?;
        for condition in conditions {
            target.rows(DOING, sql, &[&shared.plan.run, &number, &at, &condition]).await?;
            number += 1;
        }
    }
    Ok(())
}

/// Conditions of which each row of a table meets one.
async fn split(table: &TablePlan, source: &Link) -> Result<Vec<Option<String>>, SyncError> {
    let whole = vec![None];
    if table.limit.is_some() || table.whole {
        return Ok(whole);
    }
    let doing = format!("measuring {}", super::error::name(&table.table));
    let sql = "SELECT pg_catalog.pg_relation_size(c.oid) AS bytes,
            pg_catalog.current_setting('block_size')::pg_catalog.int8 AS block, a.amname = 'heap' AS heap
        FROM pg_class c LEFT JOIN pg_am a ON a.oid = c.relam WHERE c.oid = pg_catalog.to_regclass($1)";
    let rows = source.rows(&doing, sql, &[&qualified(&table.table)]).await?;
    let Some(row) = rows.first() else { return Ok(whole) };
    let bytes = u64::try_from(get::<i64>(row, "bytes")).unwrap_or_default();
    let chunks = bytes.div_ceil(CHUNK);
    if chunks < 2 {
        return Ok(whole);
    }
    // A range of ctids is scanned as such from 14 on; before, each would read the whole table.
    if source.version >= 140_000 && get(row, "heap") {
        let blocks = bytes / u64::try_from(get::<i64>(row, "block")).unwrap_or_default().max(1);
        let alias = identifier(&table.table.name);
        let bounds = (1..chunks).map(|chunk| format!("'({},0)'::pg_catalog.tid", blocks * chunk / chunks)).collect();
        return Ok(ranges(&format!("{alias}.ctid"), bounds));
    }
    by_key(table, source, chunks).await
}

/// By ranges of a primary key of one column, where its values may be written down: those that are masked may not.
async fn by_key(table: &TablePlan, source: &Link, chunks: u64) -> Result<Vec<Option<String>>, SyncError> {
    let [key] = &table.primary_key[..] else { return Ok(vec![None]) };
    let plain = |column: &&confiture_model::sync::ColumnPlan| column.name == *key && !column.masked;
    let Some(column) = table.columns.iter().find(plain) else { return Ok(vec![None]) };
    let doing = format!("looking for ranges of keys of {}", super::error::name(&table.table));
    let (name, from) = (identifier(key), qualified(&table.table));
    let sql = format!(
        "SELECT pg_catalog.format('%s', bound) AS bound FROM (
            SELECT DISTINCT ON (part) part, k AS bound FROM (
                SELECT {name} AS k, pg_catalog.ntile({chunks}) OVER (ORDER BY {name}) AS part FROM ONLY {from}) keys
            ORDER BY part, k) parts
        WHERE part > 1 ORDER BY part"
    );
    let rows = source.rows(&doing, &sql, &[]).await?;
    let bound = |row| format!("{}::{}", literal(get(row, "bound")), column.type_name);
    let bounds = rows.iter().map(bound).collect();
    Ok(ranges(&format!("{}.{name}", identifier(&table.table.name)), bounds))
}

/// Below the first bound, between each two, from the last on.
fn ranges(what: &str, bounds: Vec<String>) -> Vec<Option<String>> {
    if bounds.is_empty() {
        return vec![None];
    }
    let below = bounds.iter().map(Some).chain([None]);
    let from = [None].into_iter().chain(bounds.iter().map(Some));
    let condition = |(from, below): (Option<&String>, Option<&String>)| {
        let from = from.map(|bound| format!("{what} >= {bound}"));
        let below = below.map(|bound| format!("{what} < {bound}"));
        from.into_iter().chain(below).collect::<Vec<_>>().join(" AND ")
    };
    from.zip(below).map(condition).map(Some).collect()
}

/// Takes a part that nobody has, for the transaction that is open.
pub(super) async fn take(target: &Link, run: &str) -> Result<Option<Chunk>, SyncError> {
    let sql = "SELECT number, table_at, condition FROM confiture.sync_chunk WHERE run = $1 AND NOT done
        ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED";
    let rows = target.rows(DOING, sql, &[&run]).await?;
    Ok(rows.first().map(|row| Chunk {
        number: get(row, "number"),
        table: usize::try_from(get::<i32>(row, "table_at")).unwrap_or(usize::MAX),
        condition: row.try_get("condition").ok().flatten(),
    }))
}

/// Writes down that a part is done, in the transaction that holds its rows.
pub(super) async fn done(
    target: &Link,
    run: &str,
    chunk: &Chunk,
    copied: &TableCopied,
    client: &str,
) -> Result<(), SyncError> {
    let json = serde_json::to_string(copied).map_err(|error| SyncError::Broken(format!("the numbers: {error}")))?;
    let sql = "UPDATE confiture.sync_chunk SET done = true, copied = $3, client = $4 WHERE run = $1 AND number = $2";
    target.rows(DOING, sql, &[&run, &chunk.number, &json, &client]).await.map(drop)
}

/// How many parts are done, of a table or in all.
pub(super) async fn standing(target: &Link, run: &str, table: Option<usize>) -> Result<Standing, SyncError> {
    let sql = "SELECT pg_catalog.count(*) AS all, pg_catalog.count(*) FILTER (WHERE done) AS done
        FROM confiture.sync_chunk WHERE run = $1 AND ($2::pg_catalog.int4 IS NULL OR table_at = $2)";
    let table = table.and_then(|table| i32::try_from(table).ok());
    let rows = target.rows(DOING, sql, &[&run, &table]).await?;
    let count = |name| rows.first().and_then(|row| u64::try_from(get::<i64>(row, name)).ok()).unwrap_or_default();
    Ok(Standing { done: count("done"), all: count("all") })
}

/// The places of tables that have parts which are not done, with whether any is.
pub(super) async fn unfinished(target: &Link, run: &str) -> Result<Vec<(usize, bool)>, SyncError> {
    let sql = "SELECT table_at, pg_catalog.bool_or(done) AS begun FROM confiture.sync_chunk WHERE run = $1
        GROUP BY table_at HAVING NOT pg_catalog.bool_and(done)";
    let rows = target.rows(DOING, sql, &[&run]).await?;
    let place = |row| usize::try_from(get::<i32>(row, "table_at")).ok();
    Ok(rows.iter().filter_map(|row| Some((place(row)?, get(row, "begun")))).collect())
}

/// What the parts of each table were, all together.
pub(super) async fn sums(target: &Link, run: &str, tables: usize) -> Result<Vec<TableCopied>, SyncError> {
    let mut sums = vec![TableCopied::default(); tables];
    let sql = "SELECT table_at, copied FROM confiture.sync_chunk WHERE run = $1 AND done";
    for row in target.rows(DOING, sql, &[&run]).await? {
        let part: TableCopied = serde_json::from_str(get(&row, "copied"))
            .map_err(|error| SyncError::Broken(format!("the numbers of a part: {error}")))?;
        let sum = usize::try_from(get::<i32>(&row, "table_at")).ok().and_then(|at| sums.get_mut(at));
        if let Some(sum) = sum {
            super::load::add(sum, &part);
        }
    }
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn ranges_leave_nothing_out() {
        assert_eq!(ranges("k", Vec::new()), [None]);
        let some = |texts: &[&str]| texts.iter().map(|text| Some((*text).to_owned())).collect::<Vec<_>>();
        assert_eq!(ranges("k", vec!["2".to_owned()]), some(&["k < 2", "k >= 2"]));
        let three = ranges("k", vec!["2".to_owned(), "5".to_owned()]);
        assert_eq!(three, some(&["k < 2", "k >= 2 AND k < 5", "k >= 5"]));
    }
}
