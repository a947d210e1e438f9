//! Sampled rows, and what the strategies of a profile make of them. Originals stay in memory, and reach nothing but the
//! strategies and the terminal of whoever asked for a preview.

use super::{
    open_table::{MaskError, OpenTable, Values},
    resolve::ResolvedTable,
};
use confiture_model::{
    mask::Column,
    sampling::TextQueries,
    schema::{ConstraintKind, Relation, Snapshot},
    session::SessionError,
};
use confiture_sql::quote::{identifier, qualified};

/// Tables with more rows than this, and no primary key, are sampled by blocks.
const LARGE: u64 = 100_000;

/// Why rows could not be sampled or masked. Its text holds no value.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SampleError {
    /// PostgreSQL said no: reading what, and its code.
    #[error("{what} could not be read: {why}")]
    Read {
        /// What was read.
        what: String,
        /// Why not, without PostgreSQL's own words where they may hold values.
        why: String,
    },
    /// A strategy broke.
    #[error(transparent)]
    Mask(#[from] MaskError),
    /// A table has fewer columns than the schema said.
    #[error("{0} changed while it was read")]
    Changed(String),
}

/// Rows of a table, column by column, before and after masking.
#[derive(Clone, Debug, Default)]
pub struct MaskedSample {
    /// How many rows.
    pub rows: usize,
    /// The values as they are, by column.
    pub before: Values,
    /// The values as they come out; kept and unmentioned columns are the same.
    pub after: Values,
}

/// The query for up to `rows` rows: the same ones each time while the table does not change, by its primary key; by blocks
/// where it is large and has none.
pub fn sample_query(relation: &Relation, columns: &[&str], rows: u32) -> String {
    let list = columns.iter().map(|name| identifier(name)).collect::<Vec<_>>().join(", ");
    let from = qualified(&relation.schema, &relation.name);
    let key = relation.constraints.iter().find(|one| one.kind == ConstraintKind::PrimaryKey);
    match (key, relation.estimated_rows) {
        (Some(key), _) => {
            let key = key.columns.iter().map(|name| identifier(name)).collect::<Vec<_>>().join(", ");
            format!("SELECT {list} FROM {from} ORDER BY {key} LIMIT {rows}")
        }
        (None, Some(all)) if all > LARGE => {
            let percent = (f64::from(rows) * 1000.0 / all as f64).clamp(0.01, 100.0);
            format!("SELECT {list} FROM {from} TABLESAMPLE SYSTEM ({percent:.4}) REPEATABLE (0) LIMIT {rows}")
        }
        _ => format!("SELECT {list} FROM {from} LIMIT {rows}"),
    }
}

/// Rows of a table, all its columns.
///
/// # Errors
/// [`SampleError`].
pub async fn sample(database: &mut dyn TextQueries, relation: &Relation, rows: u32) -> Result<Values, SampleError> {
    let names: Vec<&str> = relation.columns.iter().map(|column| column.name.as_str()).collect();
    let what = format!("{}.{}", relation.schema, relation.name);
    if names.is_empty() {
        return Ok(Values::new());
    }
    let columns =
        database.read(&sample_query(relation, &names, rows)).await.map_err(|error| read_error(&what, &error))?;
    if columns.len() != names.len() {
        return Err(SampleError::Changed(what));
    }
    Ok(names.into_iter().map(str::to_owned).zip(columns).collect())
}

/// PostgreSQL's own words may quote a value: of an error about data only its code is told.
pub(super) fn read_error(what: &str, error: &SessionError) -> SampleError {
    let why = match error {
        SessionError::Database(error) if error.sqlstate.starts_with("22") || error.sqlstate.starts_with("23") => {
            format!("PostgreSQL refused a value ({})", error.sqlstate)
        }
        other => other.to_string(),
    };
    SampleError::Read { what: what.to_owned(), why }
}

/// Masks sampled rows of a table.
///
/// # Errors
/// [`MaskError`].
pub async fn mask(table: &ResolvedTable, before: Values) -> Result<MaskedSample, MaskError> {
    let rows = before.values().map(Column::len).max().unwrap_or(0);
    let mut after = before.clone();
    after.extend(OpenTable::open(table).await?.mask(&before).await?);
    Ok(MaskedSample { rows, before, after })
}

/// The relation of a resolved table.
pub(super) fn relation<'s>(snapshot: &'s Snapshot, schema: &str, table: &str) -> Option<&'s Relation> {
    snapshot.relations.iter().find(|one| one.schema == schema && one.name == table)
}
