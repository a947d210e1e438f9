//! How often each value of a column stands in it, by 64 bits of its hash.

use super::{super::name::identifier, Asked, Pair, SyncError, table};
use confiture_model::sync::{MaskedRule, TablePlan};
use futures_util::TryStreamExt as _;
use std::pin::pin;
use tokio_postgres::types::ToSql;

/// How many values are held here at most: 16 bytes each.
const MOST: u64 = 2_000_000;

/// The values of one column, in the order of their hashes.
pub(super) struct Histogram {
    counts: Vec<(i64, i64)>,
    /// One in so many values is looked at: those whose hashes it divides.
    pub one_in: u64,
}

/// What meeting another column's values tells.
#[derive(Debug, Default)]
pub(super) struct Meeting {
    /// Different values that both have.
    pub values: u64,
    /// Cells of the other column that hold one of them.
    pub cells: u64,
    /// Different values of the other column.
    pub distinct: u64,
    /// Sum over values of how often they stand here times how often there.
    pub products: f64,
    /// Sum of the squares of how often values stand there.
    pub squares: f64,
    /// All cells of the other column that were looked at.
    pub all: u64,
}

impl Histogram {
    /// Reads the source's values. `cells` says how many there are.
    pub async fn read(pair: &Pair<'_>, plan: &TablePlan, rule: &MaskedRule, cells: u64) -> Result<Self, SyncError> {
        let one_in = cells.div_ceil(MOST).max(1);
        let mut counts = Vec::new();
        let sql = sql(pair, plan, rule, one_in, true);
        stream(pair.source, &format!("reading hashes of {}", plan.table), &sql, |hash, count| {
            counts.push((hash, count));
        })
        .await?;
        counts.sort_unstable();
        Ok(Self { counts, one_in })
    }

    /// Holds the target's values against them, one after the other.
    pub async fn meet(&self, pair: &Pair<'_>, plan: &TablePlan, rule: &MaskedRule) -> Result<Meeting, SyncError> {
        let mut meeting = Meeting::default();
        let sql = sql(pair, plan, rule, self.one_in, false);
        stream(pair.target, &format!("reading hashes of {}", plan.table), &sql, |hash, count| {
            meeting.distinct += 1;
            meeting.all += count.unsigned_abs();
            meeting.squares += (count as f64) * (count as f64);
            if let Ok(at) = self.counts.binary_search_by_key(&hash, |(hash, _)| *hash) {
                meeting.values += 1;
                meeting.cells += count.unsigned_abs();
                meeting.products += (self.counts[at].1 as f64) * (count as f64);
            }
        })
        .await?;
        Ok(meeting)
    }

    /// Sum of the squares of how often values stand, and how often the most frequent one does.
    pub fn lumps(&self) -> (f64, f64) {
        let squares = self.counts.iter().map(|(_, count)| (*count as f64) * (*count as f64)).sum();
        let most = self.counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
        (squares, most as f64)
    }
}

fn sql(pair: &Pair<'_>, plan: &TablePlan, rule: &MaskedRule, one_in: u64, source: bool) -> String {
    let column = plan.columns.get(rule.column).map(|column| identifier(&column.name)).unwrap_or_default();
    let own = format!("{}.{column}", identifier(&plan.table.name));
    let rows = table::from(plan, source);
    // The empty text has nothing to hide.
    let values = match rule.array {
        true => format!("SELECT e::text AS v FROM (SELECT {own} AS a {rows}) AS r CROSS JOIN LATERAL unnest(r.a) AS e"),
        false => format!("SELECT {own}::text AS v {rows}"),
    };
    let sampled = if one_in > 1 { format!(" WHERE h % {one_in} = 0") } else { String::new() };
    let hash = pair.hash("v");
    format!(
        "SELECT h, count(*) FROM (SELECT {hash} AS h FROM ({values}) AS c WHERE v <> '') AS hashes{sampled} GROUP BY h"
    )
}

async fn stream(asked: Asked<'_>, doing: &str, sql: &str, mut each: impl FnMut(i64, i64)) -> Result<(), SyncError> {
    let failed = |error| SyncError::of(asked.end, doing, &error);
    let none: [&(dyn ToSql + Sync); 0] = [];
    let rows = asked.client.query_raw(sql, none).await.map_err(failed)?;
    let mut rows = pin!(rows);
    while let Some(row) = rows.try_next().await.map_err(failed)? {
        each(row.try_get(0).map_err(failed)?, row.try_get(1).map_err(failed)?);
    }
    Ok(())
}
