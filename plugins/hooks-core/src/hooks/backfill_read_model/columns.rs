//! Which columns are filled, and the unique keys of the target.

use super::{Options, Source};
use crate::statement::only;
use confiture_sdk::{
    Call, Error,
    database::{Row, Value},
    sql::Name,
};

/// A column of the target.
#[derive(Clone, Debug, PartialEq)]
struct Column {
    name: String,
    /// NOT NULL, and nothing fills it when it is left out.
    required: bool,
    /// Computed by PostgreSQL: nothing can be put into it.
    generated: bool,
    /// GENERATED ALWAYS AS IDENTITY.
    always: bool,
}

/// What is filled.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Filled {
    /// Columns of source and target.
    pub columns: Vec<String>,
    /// Whether one of them numbers itself, and is told not to.
    pub overriding: bool,
    /// Unique keys of the target, all of whose columns are filled; those that the target makes up by itself come last.
    pub keys: Vec<Vec<String>>,
}

/// The columns that source and target have in common.
pub(super) fn filled(options: &Options, source: &Source<'_>, call: &Call<'_>) -> Result<Filled, Error> {
    let offered = offered(source, call)?;
    let target = columns(&options.target_table, call)?;
    let strict = matches!(source, Source::Query(_));
    if let Some(unknown) = offered.iter().find(|name| strict && target.iter().all(|column| column.name != **name)) {
        return Err(Error::failed(format!(
            "{} has no column `{unknown}`, which `source_query` returns",
            options.target_table
        )));
    }
    let common: Vec<&Column> = target.iter().filter(|c| !c.generated && offered.contains(&c.name)).collect();
    if common.is_empty() {
        let why = "no column in common with its source: name them in a `source_query`";
        return Err(Error::failed(format!("{} has {why}", options.target_table)));
    }
    if let Some(missing) = target.iter().find(|column| column.required && !offered.contains(&column.name)) {
        return Err(Error::failed(format!(
            "column `{}` of {} is NOT NULL and has no default, and the source has no column of that name",
            missing.name, options.target_table
        )));
    }
    let names: Vec<String> = common.iter().map(|column| column.name.clone()).collect();
    let mut keys = unique_keys(&options.target_table, call)?;
    keys.retain(|key| key.iter().all(|column| names.contains(column)));
    Ok(Filled { overriding: common.iter().any(|column| column.always), columns: names, keys })
}

/// The names of the source's columns.
fn offered(source: &Source<'_>, call: &Call<'_>) -> Result<Vec<String>, Error> {
    match source {
        Source::Table(table) => Ok(columns(table, call)?.into_iter().map(|column| column.name).collect()),
        Source::Query(query) => {
            let query = only(&call.database, "/source_query", query)?;
            let rows = call.database.query(&format!("SELECT * FROM (\n{query}\n) AS source LIMIT 0"), &[])?;
            Ok(rows.columns().iter().map(|column| column.name.clone()).collect())
        }
        Source::Statement { .. } => Ok(Vec::new()),
    }
}

fn columns(table: &Name, call: &Call<'_>) -> Result<Vec<Column>, Error> {
    let sql = "SELECT a.attname AS name, a.attgenerated <> '' AS generated, a.attidentity = 'a' AS always, \
                      a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AS required \
               FROM pg_catalog.pg_attribute a \
               WHERE a.attrelid = pg_catalog.to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";
    let column = |row: &Row| {
        let is = |name| row.boolean(name).unwrap_or_default();
        let name = row.text("name").unwrap_or_default().to_owned();
        Column { name, required: is("required"), generated: is("generated"), always: is("always") }
    };
    Ok(call.database.rows(sql, &[Value::Text(table.to_string())])?.iter().map(column).collect())
}

/// The columns of every unique index that ON CONFLICT can name, one row a column. A key with a default or an identity is
/// likely one that no other table knows.
pub(super) fn unique_keys(table: &Name, call: &Call<'_>) -> Result<Vec<Vec<String>>, Error> {
    let sql = "SELECT i.indexrelid::int8 AS index, a.attname AS name \
               FROM pg_catalog.pg_index i \
               CROSS JOIN LATERAL pg_catalog.generate_series(0, i.indnkeyatts - 1) AS at \
               JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[at] \
               WHERE i.indrelid = pg_catalog.to_regclass($1) AND i.indisunique AND i.indisvalid AND i.indimmediate \
                 AND i.indpred IS NULL AND i.indexprs IS NULL \
               ORDER BY pg_catalog.bool_or(a.atthasdef OR a.attidentity <> '') OVER (PARTITION BY i.indexrelid), \
                        i.indisprimary DESC, i.indnkeyatts, i.indexrelid, at";
    let mut keys: Vec<(i64, Vec<String>)> = Vec::new();
    for row in call.database.rows(sql, &[Value::Text(table.to_string())])? {
        let index = row.integer("index").unwrap_or_default();
        let name = row.text("name").unwrap_or_default().to_owned();
        match keys.last_mut() {
            Some((last, columns)) if *last == index => columns.push(name),
            _ => keys.push((index, vec![name])),
        }
    }
    Ok(keys.into_iter().map(|(_, columns)| columns).collect())
}
