//! Which constraint an error of class 23 is about.

use super::questions::{ask, text};
use crate::migration::{link::Link, literal, own_settings::Around};
use confiture_model::{
    database::DbError,
    object::{ObjectKind, ObjectRef},
    rehearsal::Violation,
    session::SessionError,
};

/// What PostgreSQL sends beside an error's message ("Error and Notice Message Fields" in its manual).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::migration) struct Fields {
    sqlstate: String,
    schema: Option<String>,
    table: Option<String>,
    column: Option<String>,
    constraint: Option<String>,
}

impl Fields {
    /// Those of an error that the server sent.
    pub fn of(error: &tokio_postgres::Error) -> Option<Self> {
        let error = error.as_db_error()?;
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Some(Self {
            sqlstate: error.code().code().to_owned(),
            schema: owned(error.schema()),
            table: owned(error.table()),
            column: owned(error.column()),
            constraint: owned(error.constraint()),
        })
    }
}

/// The constraint that was violated; none for another kind of error.
pub(super) async fn find(link: &Link, error: &DbError) -> Result<Option<Violation>, SessionError> {
    if !error.sqlstate.starts_with("23") {
        return Ok(None);
    }
    let fields = link.last_error().filter(|fields| fields.sqlstate == error.sqlstate).unwrap_or_default();
    let table = match (&fields.schema, &fields.table) {
        (Some(schema), Some(table)) => Some(ObjectRef::in_schema(ObjectKind::Table, schema, table)),
        _ => None,
    };
    let mut columns: Vec<String> = fields.column.clone().into_iter().collect();
    if columns.is_empty() {
        columns = error.detail.as_deref().map(key_columns).unwrap_or_default();
    }
    if columns.is_empty() {
        columns = constrained_columns(link, &fields).await?;
    }
    Ok(Some(Violation { sqlstate: error.sqlstate.clone(), table, constraint: fields.constraint, columns }))
}

/// The columns of `Key (a, b)=(1, 2) …`, which every language writes so; what stands behind the equals sign are values.
fn key_columns(detail: &str) -> Vec<String> {
    let Some((key, _)) = detail.split_once(")=(") else { return Vec::new() };
    let Some((_, columns)) = key.split_once('(') else { return Vec::new() };
    columns.split(", ").map(|column| column.trim_matches('"').to_owned()).collect()
}

/// The columns of a constraint that is there, as after a rollback one that was to be added is not.
async fn constrained_columns(link: &Link, fields: &Fields) -> Result<Vec<String>, SessionError> {
    let Fields { schema: Some(schema), table: Some(table), constraint: Some(constraint), .. } = fields else {
        return Ok(Vec::new());
    };
    let sql = format!(
        "SELECT a.attname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN unnest(k.conkey) WITH ORDINALITY u (number, place) ON true
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.number
         WHERE n.nspname = {} AND c.relname = {} AND k.conname = {} ORDER BY u.place",
        literal::text(schema),
        literal::text(table),
        literal::text(constraint)
    );
    let rows = ask(link, Around::Reading, &sql).await?;
    Ok(rows.iter().filter_map(|row| text(row, "attname")).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::key_columns;

    #[test]
    fn columns_are_read_and_values_are_not() {
        assert_eq!(key_columns("Key (a, \"B c\")=(1, secret) already exists."), ["a", "B c"]);
        assert_eq!(key_columns("Schlüssel »(lower(name))=(x)« existiert bereits."), ["lower(name)"]);
        assert!(key_columns("Failing row contains (1, secret).").is_empty());
    }
}
