//! Cutting the source into batches: by every so manieth value of the key in its order; of a large table, by those of a
//! sample, which costs one pass without an order.

mod beyond;
mod sample;

use super::{
    OnConflict, Options,
    columns::{self, Filled},
    range::{Batch, Insert, Span},
    source::Source,
};
use crate::statement::only;
use confiture_sdk::{
    Call, Error,
    database::{Row, Value},
    sql::{self, Name},
};

/// The most steps of one backfill: each is remembered as done by itself.
const MOST_STEPS: usize = 50_000;

/// A batch, about how many rows it has, and what to call it.
pub(super) type Planned = (Batch, Option<u64>, String);

/// A value of the key at which a batch begins.
struct Bound {
    /// Counted from 1.
    row: u64,
    /// Whether the rows were counted.
    counted: bool,
    values: Vec<String>,
}

/// Cuts the source into batches.
pub(super) fn plan(options: &Options, source: &Source<'_>, call: &Call<'_>) -> Result<Vec<Planned>, Error> {
    let named = named_key(options)?;
    match source {
        Source::Statement { cut_by: None, .. } => Ok(vec![whole(None, "one statement")]),
        Source::Statement { cut_by: Some(table), .. } => of_statement(options, table, named, call),
        Source::Table(table) => {
            let filled = columns::filled(options, source, call)?;
            let key = match named.or_else(|| filled.keys.first().cloned()) {
                Some(key) => Some(key),
                None => columns::unique_keys(table, call)?.into_iter().next(),
            };
            let insert = insert(options, &filled, key.as_deref())?;
            let Some(key) = key else { return Ok(vec![whole(Some(insert), WITHOUT_KEY)]) };
            let nullable = is_nullable(table, &key, call)?;
            let bounds = match sample::bounds(options, table, &key, call)? {
                Some(bounds) => bounds,
                None => bounds(options, &table.to_string(), &key, call)?,
            };
            Ok(batches(&bounds, &key, nullable, options.batch_size, &insert))
        }
        Source::Query(query) => {
            let filled = columns::filled(options, source, call)?;
            let relation = format!("(\n{}\n)", only(&call.database, "/source_query", query)?);
            of_query(options, &relation, &filled, named, call)
        }
    }
}

const WITHOUT_KEY: &str = "one statement, because there is no key to cut it by";

fn of_query(
    options: &Options,
    relation: &str,
    filled: &Filled,
    named: Option<Vec<String>>,
    call: &Call<'_>,
) -> Result<Vec<Planned>, Error> {
    let is_named = named.is_some();
    let candidates = named.map_or_else(|| filled.keys.clone(), |key| vec![key]);
    for key in candidates {
        let bounds = bounds(options, relation, &key, call)?;
        if is_stable(relation, &key, &bounds, call)? {
            let insert = insert(options, filled, Some(&key))?;
            return Ok(batches(&bounds, &key, true, options.batch_size, &insert));
        }
        if is_named {
            let expected =
                "columns that have the same values each time `source_query` runs: no random or generated ones";
            return Err(Error::option("/key", expected));
        }
    }
    Ok(vec![whole(Some(insert(options, filled, None)?), WITHOUT_KEY)])
}

/// A key that is made up anew by each run of the query (`gen_random_uuid()`) cuts it into nothing that holds.
fn is_stable(relation: &str, key: &[String], bounds: &[Bound], call: &Call<'_>) -> Result<bool, Error> {
    if bounds.len() < 2 {
        return Ok(true);
    }
    let Some(bound) = bounds.get(bounds.len() / 2) else { return Ok(true) };
    let equal = key.iter().enumerate().map(|(at, column)| format!("s.{} = ${}", sql::identifier(column), at + 1));
    let sql =
        format!("SELECT 1 AS found FROM {relation} AS s WHERE {} LIMIT 1", equal.collect::<Vec<_>>().join(" AND "));
    let params: Vec<Value> = bound.values.iter().map(|value| Value::from(value.as_str())).collect();
    Ok(call.database.row(&sql, &params)?.is_some())
}

fn of_statement(
    options: &Options,
    table: &Name,
    named: Option<Vec<String>>,
    call: &Call<'_>,
) -> Result<Vec<Planned>, Error> {
    let key = match named {
        Some(key) => key,
        None => columns::unique_keys(table, call)?.into_iter().find(|key| key.len() == 1).unwrap_or_default(),
    };
    let [column] = key.as_slice() else {
        return Err(Error::option("/key", format!("the one column of {table} that `:from` and `:to` are values of")));
    };
    let bounds = bounds(options, &table.to_string(), &key, call)?;
    let Some(last) = beyond::of(table, column, call)? else {
        return Ok(vec![]);
    };
    let mut batches = Vec::new();
    for (at, bound) in bounds.iter().enumerate() {
        let next = bounds.get(at + 1);
        let to_type = if next.is_some() { last.type_name.clone() } else { last.wider_type.clone() };
        let to = next.map_or_else(|| vec![last.text.clone()], |next| next.values.clone());
        let span = Span::Range {
            key: key.clone(),
            from: Some(bound.values.clone()),
            to: Some(to),
            types: Some((last.type_name.clone(), to_type)),
        };
        batches.push((Batch { span, insert: None }, rows(bound, next), title(bound, next)));
    }
    Ok(batches)
}

fn whole(insert: Option<Insert>, title: &str) -> Planned {
    (Batch { span: Span::Whole, insert }, None, title.to_owned())
}

fn named_key(options: &Options) -> Result<Option<Vec<String>>, Error> {
    let Some(key) = &options.key else { return Ok(None) };
    let columns = key.as_slice();
    match columns.is_empty() || columns.iter().any(|column| column.schema.is_some()) {
        true => Err(Error::option("/key", "the name of a column, or a list of names")),
        false => Ok(Some(columns.iter().map(|column| column.name.clone()).collect())),
    }
}

fn insert(options: &Options, filled: &Filled, key: Option<&[String]>) -> Result<Insert, Error> {
    let same = |one: &Vec<String>| key.is_some_and(|key| key.len() == one.len() && key.iter().all(|c| one.contains(c)));
    let conflict = filled.keys.iter().find(|one| same(one)).or(filled.keys.first()).cloned().unwrap_or_default();
    if conflict.is_empty() && options.on_conflict == OnConflict::Update {
        let expected = format!(
            "`nothing` or `error`: {} has no unique key among the columns that are filled",
            options.target_table
        );
        return Err(Error::option("/on_conflict", expected));
    }
    Ok(Insert { columns: filled.columns.clone(), overriding: filled.overriding, conflict })
}

fn is_nullable(table: &Name, key: &[String], call: &Call<'_>) -> Result<bool, Error> {
    let sql = "SELECT a.attname AS name FROM pg_catalog.pg_attribute a \
               WHERE a.attrelid = pg_catalog.to_regclass($1) AND a.attnum > 0 AND a.attnotnull";
    let rows = call.database.rows(sql, &[Value::Text(table.to_string())])?;
    Ok(key.iter().any(|column| rows.iter().all(|row| row.text("name") != Some(column))))
}

/// The values of the key at which batches begin, in order. Reads the key once, from an index where there is one.
fn bounds(options: &Options, relation: &str, key: &[String], call: &Call<'_>) -> Result<Vec<Bound>, Error> {
    let every = format!("n.row % {0} = 1 % {0}", options.batch_size);
    read(&numbered(&format!("{relation} AS s"), key, &every), options, call)
}

/// A query for some values of the key, with their numbers in its order.
fn numbered(relation: &str, key: &[String], which: &str) -> String {
    let quoted: Vec<String> = key.iter().map(|column| sql::identifier(column)).collect();
    let each =
        |form: &dyn Fn(&String) -> String, between: &str| quoted.iter().map(form).collect::<Vec<_>>().join(between);
    format!(
        "SELECT n.row, {shown} FROM (SELECT {columns}, pg_catalog.row_number() OVER (ORDER BY {columns}) AS row \
         FROM {relation} WHERE {known}) AS n WHERE {which} ORDER BY n.row",
        shown = each(&|column| format!("n.{column}::pg_catalog.text"), ", "),
        columns = each(&|column| format!("s.{column}"), ", "),
        known = each(&|column| format!("s.{column} IS NOT NULL"), " AND "),
    )
}

fn read(sql: &str, options: &Options, call: &Call<'_>) -> Result<Vec<Bound>, Error> {
    let mut bounds: Vec<Bound> = Vec::new();
    for row in call.database.query(sql, &[])? {
        let bound = bound(&row?)?;
        // Of a key that is not unique, one value may be longer than a batch.
        if bounds.last().is_none_or(|last| last.values != bound.values) {
            bounds.push(bound);
        }
        if bounds.len() > MOST_STEPS {
            let size = options.batch_size;
            let why = format!(
                "a backfill has {MOST_STEPS} batches at most, and batches of {size} rows are more: raise `batch_size`"
            );
            return Err(Error::LimitExceeded(why));
        }
    }
    Ok(bounds)
}

fn bound(row: &Row) -> Result<Bound, Error> {
    let number = row.integer("row").and_then(|row| u64::try_from(row).ok());
    let text = |value: &Value| match value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    };
    let values = row.values.iter().skip(1).map(text).collect::<Option<Vec<_>>>();
    match (number, values) {
        (Some(row), Some(values)) => Ok(Bound { row, counted: true, values }),
        _ => Err(Error::failed("the key's values came back in an unknown form")),
    }
}

fn batches(bounds: &[Bound], key: &[String], nullable: bool, size: u64, insert: &Insert) -> Vec<Planned> {
    let batch = |span| Batch { span, insert: Some(insert.clone()) };
    let range = |from, to| batch(Span::Range { key: key.to_vec(), from, to, types: None });
    if bounds.len() < 2 {
        return vec![(range(None, None), None, format!("fewer than {} rows", size.saturating_add(1)))];
    }
    let mut batches: Vec<Planned> = Vec::with_capacity(bounds.len() + 1);
    for (at, bound) in bounds.iter().enumerate() {
        let next = bounds.get(at + 1);
        // The first also has what is inserted below it in the meantime, and the last what is inserted above.
        let from = (at > 0).then(|| bound.values.clone());
        batches.push((range(from, next.map(|next| next.values.clone())), rows(bound, next), title(bound, next)));
    }
    if nullable {
        let title = "rows without a key".to_owned();
        batches.push((batch(Span::NoKey { key: key.to_vec() }), None, title));
    }
    batches
}

fn rows(bound: &Bound, next: Option<&Bound>) -> Option<u64> {
    next.map(|next| next.row - bound.row)
}

fn title(bound: &Bound, next: Option<&Bound>) -> String {
    let about = if bound.counted && next.is_none_or(|next| next.counted) { "" } else { "about " };
    match next {
        Some(next) => format!("rows {about}{} to {}", bound.row, next.row - 1),
        None => format!("rows from {about}{}", bound.row),
    }
}
