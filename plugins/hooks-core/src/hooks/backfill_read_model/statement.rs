//! The statement of one batch.

use super::{
    OnConflict, Options, placeholders,
    range::{Batch, Insert, Span},
    source::Source,
};
use crate::statement::only;
use confiture_sdk::{Call, Error, database::Value, sql};

/// What becomes of a row that the target has already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Conflicts {
    /// What the options say.
    Handled,
    /// The statement fails.
    Fail,
}

/// The statement of a batch, and its parameters.
pub(super) fn of(
    options: &Options,
    source: &Source<'_>,
    batch: &Batch,
    conflicts: Conflicts,
    call: &Call<'_>,
) -> Result<(String, Vec<Value>), Error> {
    let relation = match source {
        Source::Statement { sql, .. } => return of_own(&only(&call.database, "/backfill_query", sql)?, batch),
        Source::Table(table) => table.to_string(),
        Source::Query(query) => format!("(\n{}\n)", only(&call.database, "/source_query", query)?),
    };
    let insert = batch.insert.as_ref().ok_or_else(changed)?;
    let columns = sql::identifiers(&insert.columns);
    let values = insert.columns.iter().map(|column| format!("s.{}", sql::identifier(column))).collect::<Vec<_>>();
    let (condition, params) = condition(&batch.span);
    let overriding = if insert.overriding { " OVERRIDING SYSTEM VALUE" } else { "" };
    let statement = format!(
        "INSERT INTO {} ({columns}){overriding} SELECT {} FROM {relation} AS s{condition}{}",
        options.target_table,
        values.join(", "),
        match conflicts {
            Conflicts::Handled => on_conflict(options.on_conflict, insert),
            Conflicts::Fail => String::new(),
        }
    );
    Ok((statement, params))
}

fn changed() -> Error {
    Error::failed("the options of this backfill have changed since it was planned: plan it again")
}

/// A statement of the user's, with the bounds in it.
fn of_own(sql: &str, batch: &Batch) -> Result<(String, Vec<Value>), Error> {
    match &batch.span {
        Span::Whole => Ok((sql.to_owned(), Vec::new())),
        Span::Range { from: Some(from), to: Some(to), types: Some((from_type, to_type)), .. } => {
            let sql = placeholders::replace(sql, &format!("$1::{from_type}"), &format!("$2::{to_type}"));
            Ok((sql, from.iter().chain(to).map(|value| Value::from(value.as_str())).collect()))
        }
        Span::Range { .. } | Span::NoKey { .. } => Err(changed()),
    }
}

pub(super) fn condition(span: &Span) -> (String, Vec<Value>) {
    match span {
        Span::Whole => (String::new(), Vec::new()),
        Span::NoKey { key } => {
            let nulls: Vec<_> = key.iter().map(|column| format!("s.{} IS NULL", sql::identifier(column))).collect();
            (format!(" WHERE ({})", nulls.join(" OR ")), Vec::new())
        }
        Span::Range { key, from, to, .. } => {
            let (mut conditions, mut params) = (Vec::new(), Vec::new());
            for (bound, sign) in [(from, ">="), (to, "<")] {
                let Some(values) = bound else { continue };
                let places: Vec<_> = (1..=values.len()).map(|at| format!("${}", params.len() + at)).collect();
                params.extend(values.iter().map(|value| Value::from(value.as_str())));
                conditions.push(format!(
                    "{} {sign} {}",
                    row(key.iter().map(|c| format!("s.{}", sql::identifier(c)))),
                    row(places)
                ));
            }
            let conditions = conditions.join(" AND ");
            (if conditions.is_empty() { conditions } else { format!(" WHERE {conditions}") }, params)
        }
    }
}

/// One value as it is, several as a row: rows are compared from left to right, as an index has them.
fn row(values: impl IntoIterator<Item = String>) -> String {
    let values: Vec<String> = values.into_iter().collect();
    if values.len() == 1 { values.concat() } else { format!("({})", values.join(", ")) }
}

fn on_conflict(on_conflict: OnConflict, insert: &Insert) -> String {
    if on_conflict == OnConflict::Error || insert.conflict.is_empty() {
        return String::new();
    }
    let target = format!(" ON CONFLICT ({}) DO ", sql::identifiers(&insert.conflict));
    let others = insert.columns.iter().filter(|column| !insert.conflict.contains(column));
    let set: Vec<_> = others.map(|column| sql::identifier(column)).map(|c| format!("{c} = EXCLUDED.{c}")).collect();
    match on_conflict == OnConflict::Update && !set.is_empty() {
        true => format!("{target}UPDATE SET {}", set.join(", ")),
        false => format!("{target}NOTHING"),
    }
}
