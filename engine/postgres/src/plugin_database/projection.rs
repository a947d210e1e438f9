//! A plugin's query inside of ours, which gives every value the form that it has for a plugin.
//!
//! The driver asks for binary results. Types without a form of their own become text on the server, by their output
//! functions. A row that alone is larger than the budget is not sent at all: one value of a gigabyte would have to be
//! held whole before it could be refused.

use super::{failure, query::Query, session::TypeNames, value::Form};
use confiture_model::database::{ColumnMeta, QueryError};
use confiture_sql::guard::ReadKind;
use std::fmt::Write;
use tokio_postgres::{Statement, Transaction};

/// What is sent, and how to read what comes back.
pub(super) struct Projection {
    pub(super) columns: Vec<ColumnMeta>,
    pub(super) forms: Vec<Form>,
    pub(super) statement: Statement,
    /// Whether the first column says that the row is too large to be sent.
    pub(super) measured: bool,
    /// How many characters stand before the plugin's text in what is sent.
    pub(super) shift: u32,
}

/// Has PostgreSQL read a plugin's query, and wraps it.
pub(super) async fn of(
    transaction: &Transaction<'_>,
    query: &Query,
    bytes: u64,
    names: &mut TypeNames,
) -> Result<Projection, QueryError> {
    let plain = transaction.prepare(&query.text).await.map_err(|e| failure::of_statement(&e, 0, query.offset))?;
    if plain.params().len() != query.params.len() {
        let message =
            format!("the query has {} parameters, and {} were given", plain.params().len(), query.params.len());
        return Err(QueryError::Database(failure::plain("08P01", message)));
    }
    let (columns, forms) = columns(transaction, &plain, names).await?;
    // SHOW and EXPLAIN return text and cannot stand in parentheses.
    if query.kind != ReadKind::Query || columns.is_empty() {
        return Ok(Projection { columns, forms, statement: plain, measured: false, shift: 0 });
    }
    let (head, tail) = around(&forms, bytes);
    let shift = u32::try_from(head.len()).unwrap_or(u32::MAX);
    let sql = format!("{head}{}{tail}", query.text);
    let statement = transaction.prepare_typed(&sql, plain.params()).await;
    let statement = statement.map_err(|error| failure::of_statement(&error, shift, query.offset))?;
    Ok(Projection { columns, forms, statement, measured: true, shift })
}

async fn columns(
    transaction: &Transaction<'_>,
    statement: &Statement,
    names: &mut TypeNames,
) -> Result<(Vec<ColumnMeta>, Vec<Form>), QueryError> {
    let mut columns = Vec::new();
    let mut forms = Vec::new();
    for column in statement.columns() {
        let (form, type_name) = match Form::of(column.type_().oid()) {
            Some((form, name)) => (form, name.to_owned()),
            None => {
                let name = names.get(transaction, column.type_().oid()).await?;
                (Form::Other(name.clone()), name)
            }
        };
        columns.push(ColumnMeta { name: column.name().to_owned(), type_name });
        forms.push(form);
    }
    Ok((columns, forms))
}

/// What stands before and after a plugin's query. The text is ASCII.
///
/// `OFFSET 0` keeps the planner from merging the levels, so that nothing is computed twice.
fn around(forms: &[Form], bytes: u64) -> (String, String) {
    let (mut shown, mut formed, mut size, mut names) = (String::new(), String::new(), "0".to_owned(), String::new());
    for (at, form) in forms.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(shown, ", CASE WHEN NOT s.big THEN s.c{at} END");
        let comma = if at > 0 { ", " } else { "" };
        let _ = write!(names, "{comma}c{at}");
        let _ = match form {
            // IS NULL would take a row of nulls for a null.
            Form::Other(_) => write!(
                formed,
                "{comma}CASE WHEN q.c{at} IS DISTINCT FROM NULL THEN pg_catalog.concat(q.c{at}) END AS c{at}"
            ),
            _ => write!(formed, "{comma}q.c{at}"),
        };
        if form.is_long() {
            let _ = write!(size, " + COALESCE(pg_catalog.octet_length(r.c{at}), 0)::pg_catalog.int8");
        }
    }
    let head = format!(
        "SELECT s.big{shown} FROM (SELECT r.*, {size} > {bytes} AS big FROM (SELECT {formed} FROM (SELECT * FROM (\n"
    );
    let tail = format!("\n) AS p({names}) OFFSET 0) AS q OFFSET 0) AS r OFFSET 0) AS s");
    (head, tail)
}
