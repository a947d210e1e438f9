//! A plugin's query inside of ours, which gives every value the form that it has for a plugin.
//!
//! The driver asks for binary results. Types without a form of their own become text on the server, by their output
//! functions. A row that alone is larger than the budget is not sent at all: one value of a gigabyte would have to be
//! held whole before it could be refused.

use super::{
    failure,
    query::{Place, Query},
    session::TypeNames,
    value::Form,
};
use confiture_model::database::{ColumnMeta, QueryError};
use std::fmt::Write;
use tokio_postgres::{Client, Statement, types::Type};

/// What is sent, and how to read what comes back.
pub(crate) struct Projection {
    pub(crate) columns: Vec<ColumnMeta>,
    pub(crate) forms: Vec<Form>,
    pub(crate) statement: Statement,
    /// Whether the first column says that the row is too large to be sent.
    pub(crate) measured: bool,
    /// How many characters stand before the plugin's text in what is sent.
    pub(crate) shift: u32,
}

/// Has PostgreSQL read a plugin's query, and wraps it.
pub(crate) async fn of(
    client: &Client,
    query: &Query,
    bytes: u64,
    names: &mut TypeNames,
) -> Result<Projection, QueryError> {
    let plain = client.prepare(&query.text).await.map_err(|e| failure::of_statement(&e, 0, query.offset))?;
    require_parameters(&plain, query)?;
    let (columns, forms) = columns(client, &plain, names).await?;
    if query.place == Place::Alone || columns.is_empty() {
        require_text(&plain)?;
        return Ok(Projection { columns, forms, statement: plain, measured: false, shift: 0 });
    }
    let (head, tail) = around(&forms, bytes, query.place);
    let shift = u32::try_from(head.len()).unwrap_or(u32::MAX);
    let sql = format!("{head}{}{tail}", query.text);
    let statement = client.prepare_typed(&sql, plain.params()).await;
    let statement = statement.map_err(|error| failure::of_statement(&error, shift, query.offset))?;
    Ok(Projection { columns, forms, statement, measured: true, shift })
}

/// As many parameters as the statement has.
pub(crate) fn require_parameters(statement: &Statement, query: &Query) -> Result<(), QueryError> {
    let (has, given) = (statement.params().len(), query.params.len());
    if has == given {
        return Ok(());
    }
    let message = format!("the query has {has} parameters, and {given} were given");
    Err(QueryError::Database(failure::plain("08P01", message)))
}

async fn columns(
    client: &Client,
    statement: &Statement,
    names: &mut TypeNames,
) -> Result<(Vec<ColumnMeta>, Vec<Form>), QueryError> {
    let mut columns = Vec::new();
    let mut forms = Vec::new();
    for column in statement.columns() {
        let (form, type_name) = match Form::of(column.type_().oid()) {
            Some((form, name)) => (form, name.to_owned()),
            None => {
                let name = names.get(client, column.type_().oid()).await?;
                (Form::Other(name.clone()), name)
            }
        };
        columns.push(ColumnMeta { name: column.name().to_owned(), type_name });
        forms.push(form);
    }
    Ok((columns, forms))
}

/// SHOW and EXPLAIN return text, or what is text on its way; what else cannot stand inside of another statement may
/// return anything, which would come in a form that only its type knows.
fn require_text(statement: &Statement) -> Result<(), QueryError> {
    let is_text = |oid: u32| Form::of(oid).is_some() || [Type::JSON.oid(), Type::XML.oid()].contains(&oid);
    match statement.columns().iter().find(|column| !is_text(column.type_().oid())) {
        None => Ok(()),
        Some(column) => {
            let message = format!("column {} of this statement has to be cast to text", column.name());
            Err(QueryError::Database(failure::plain("0A000", message)))
        }
    }
}

/// What stands before and after a plugin's query. The text is ASCII.
///
/// `OFFSET 0` keeps the planner from merging the levels, so that nothing is computed twice.
fn around(forms: &[Form], bytes: u64, place: Place) -> (String, String) {
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
            let _ =
                write!(size, " OPERATOR(pg_catalog.+) COALESCE(pg_catalog.octet_length(r.c{at}), 0)::pg_catalog.int8");
        }
    }
    let before = format!(
        "SELECT s.big{shown} FROM (SELECT r.*, {size} OPERATOR(pg_catalog.>) {bytes} AS big FROM (SELECT {formed} FROM \
         (SELECT * FROM "
    );
    let after = " OFFSET 0) AS q OFFSET 0) AS r OFFSET 0) AS s";
    match place {
        Place::With => (format!("WITH p({names}) AS (\n"), format!("\n) {before}p{after}")),
        Place::From | Place::Alone => (format!("{before}(\n"), format!("\n) AS p({names}){after}")),
    }
}
