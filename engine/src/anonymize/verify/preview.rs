//! Sampled rows of one table, before and after.

use crate::anonymize::{
    open_table::Values,
    resolve::{Resolved, ResolvedColumn},
    samples::{self, MaskedSample, SampleError, mask, relation},
};
use confiture_model::{sampling::TextQueries, schema::Snapshot};
use std::fmt::Write as _;

/// Sampled rows of one table, before and after, for the terminal of whoever asked.
///
/// # Errors
/// [`SampleError`].
pub async fn preview(
    resolved: &Resolved,
    snapshot: &Snapshot,
    database: &mut dyn TextQueries,
    (schema, table): (&str, &str),
    rows: u32,
) -> Result<Option<MaskedSample>, SampleError> {
    let found = resolved.tables.iter().find(|one| one.schema == schema && one.name == table);
    let (Some(found), Some(relation)) = (found, relation(snapshot, schema, table)) else { return Ok(None) };
    let before = samples::sample(database, relation, rows).await?;
    Ok(Some(mask(found, before).await?))
}

/// Before and after side by side, for a terminal: each masked column of each row.
pub fn preview_text(resolved: &Resolved, (schema, table): (&str, &str), sample: &MaskedSample) -> String {
    let mut page = String::new();
    let found = resolved.tables.iter().find(|one| one.schema == schema && one.name == table);
    let mut columns: Vec<&ResolvedColumn> =
        found.iter().flat_map(|table| &table.columns).filter(|column| !column.is_kept()).collect();
    columns.sort_by_key(|column| column.position);
    let width = columns.iter().map(|column| column.info.name.chars().count()).max().unwrap_or(0);
    for row in 0..sample.rows {
        // Writing to a string cannot fail.
        let _ = writeln!(page, "{schema}.{table}, row {}", row + 1);
        for name in columns.iter().map(|column| &column.info.name) {
            let value = |from: &Values| shown(from.get(name).and_then(|column| column.get(row)));
            let _ = writeln!(page, "  {name:<width$}  {} → {}", value(&sample.before), value(&sample.after));
        }
    }
    page
}

/// One line, without what would steer a terminal; long values are cut.
fn shown(value: Option<&str>) -> String {
    const WIDTH: usize = 40;
    let Some(value) = value else { return "NULL".to_owned() };
    let mut text: String = value.chars().take(WIDTH).map(|c| if c.is_control() { '·' } else { c }).collect();
    if value.chars().nth(WIDTH).is_some() {
        text.push('…');
    }
    text
}
