//! What there is before the transaction.

use super::{
    known::{Constraint, Known, Relation},
    questions::{self, BEFORE, number, text},
};
use crate::migration::{link::Link, own_settings::Around};
use confiture_model::session::SessionError;
use tokio_postgres::SimpleQueryRow;

/// Reads it.
pub(super) async fn read(link: &Link) -> Result<Known, SessionError> {
    let rows = questions::ask(link, Around::Reading, BEFORE).await?;
    let mut known = Known::default();
    for row in &rows {
        let Some(oid) = number(row, "oid") else { continue };
        if text(row, "what") == Some("constraint") {
            if let Some(constraint) = Constraint::read(row) {
                known.constraints.insert(oid, constraint);
            }
        } else if let Some(mut relation) = Relation::read(row) {
            relation.rows = estimated_rows(row, relation.bytes);
            known.relations.insert(oid, relation);
        }
    }
    Ok(known)
}

/// As the planner estimates: rows a page when the table was analysed, times the pages that it has now. Where it never was,
/// the rows that the statistics counted.
fn estimated_rows(row: &SimpleQueryRow, bytes: Option<u64>) -> Option<u64> {
    let tuples = number::<i64>(row, "tuples").filter(|tuples| *tuples >= 0)?.unsigned_abs();
    let pages: u64 = number(row, "relpages")?;
    let now = bytes? / number::<u64>(row, "block").filter(|block| *block > 0)?;
    if now == 0 {
        return Some(0);
    }
    match pages {
        0 => number(row, "live").filter(|live| *live > 0),
        pages => Some(u64::try_from(u128::from(tuples) * u128::from(now) / u128::from(pages)).unwrap_or(u64::MAX)),
    }
}
