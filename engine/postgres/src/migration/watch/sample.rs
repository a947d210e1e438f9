//! Some rows before and after.

use super::questions::{ask, text};
use crate::migration::{link::Link, literal, own_settings::Around};
use confiture_model::{
    object::ObjectRef,
    rehearsal::{Sample, SampledRow},
    session::SessionError,
};
use confiture_sql::quote::identifier;
use tokio_postgres::SimpleQueryRow;

/// Rows that the open transaction wrote: those of the newest transactions. Reads the table until so many are found.
pub(super) async fn after(link: &Link, table: &ObjectRef, rows: u32) -> Result<Sample, SessionError> {
    let name = quoted(table);
    let key = key(link, table).await?;
    let sql = format!("SELECT * FROM {name} WHERE age(xmin) <= 0 LIMIT {rows}");
    let found = ask(link, Around::Open, &sql).await?;
    let columns_after = columns(link, Around::Open, table).await?;
    let rows = found.iter().map(|row| SampledRow { before: None, after: values(row) }).collect();
    Ok(Sample { table: table.clone(), key, columns_before: Vec::new(), columns_after, rows })
}

/// What the same rows were: where the key's columns are still called the same.
pub(super) async fn before(link: &Link, sample: &mut Sample) -> Result<(), SessionError> {
    sample.columns_before = columns(link, Around::Reading, &sample.table).await?;
    let places: Option<Vec<usize>> =
        sample.key.iter().map(|key| sample.columns_after.iter().position(|column| column == key)).collect();
    let is_there = sample.key.iter().all(|key| sample.columns_before.contains(key));
    let Some(places) = places.filter(|places| is_there && !places.is_empty()) else { return Ok(()) };
    let name = quoted(&sample.table);
    for row in &mut sample.rows {
        let equal = |(key, place): (&String, &usize)| {
            let value = row.after.get(*place).cloned().flatten()?;
            Some(format!("{}::text = {}", identifier(key), literal::text(&value)))
        };
        let Some(conditions) = sample.key.iter().zip(&places).map(equal).collect::<Option<Vec<_>>>() else { continue };
        let sql = format!("SELECT * FROM {name} WHERE {} LIMIT 1", conditions.join(" AND "));
        row.before = ask(link, Around::Reading, &sql).await?.first().map(values);
    }
    Ok(())
}

async fn columns(link: &Link, around: Around, table: &ObjectRef) -> Result<Vec<String>, SessionError> {
    let sql = format!(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass({}) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        literal::text(&quoted(table))
    );
    names(&ask(link, around, &sql).await?)
}

async fn key(link: &Link, table: &ObjectRef) -> Result<Vec<String>, SessionError> {
    let sql = format!(
        "SELECT a.attname FROM pg_index i JOIN unnest(i.indkey) WITH ORDINALITY u (number, place) ON true
         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.number
         WHERE i.indisprimary AND i.indrelid = to_regclass({}) ORDER BY u.place",
        literal::text(&quoted(table))
    );
    names(&ask(link, Around::Open, &sql).await?)
}

fn names(rows: &[SimpleQueryRow]) -> Result<Vec<String>, SessionError> {
    Ok(rows.iter().filter_map(|row| text(row, "attname")).map(str::to_owned).collect())
}

fn values(row: &SimpleQueryRow) -> Vec<Option<String>> {
    (0..row.len()).map(|column| row.get(column).map(str::to_owned)).collect()
}

fn quoted(table: &ObjectRef) -> String {
    let parts = [&table.schema, &table.parent].into_iter().flatten().chain([&table.name]);
    parts.map(|part| identifier(part)).collect::<Vec<_>>().join(".")
}
