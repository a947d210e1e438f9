//! A value above the last one of a key: `:to` is exclusive, also in the last batch.

use super::{Call, Error, Name, Value};
use confiture_sdk::sql;

/// A value above all of a column's.
pub(super) struct Beyond {
    pub text: String,
    /// The column's type.
    pub type_name: String,
    /// A type that has the value: the column's own may end with its last one.
    pub wider_type: String,
}

/// None where the column has no value.
pub(super) fn of(table: &Name, column: &str, call: &Call<'_>) -> Result<Option<Beyond>, Error> {
    let quoted = sql::identifier(column);
    let type_name = type_of(table, column, call)?;
    let (expression, wider) = match type_name.as_str() {
        "smallint" => ("(k::pg_catalog.int4 + 1)", "integer"),
        "integer" => ("(k::pg_catalog.int8 + 1)", "bigint"),
        "bigint" => ("(k::pg_catalog.numeric + 1)", "numeric"),
        "numeric" => ("(k + 1)", "numeric"),
        "date" | "timestamp without time zone" | "timestamp with time zone" => ("'infinity'", type_name.as_str()),
        "real" | "double precision" => ("'Infinity'", type_name.as_str()),
        "text" | "character varying" => ("(k || '0')", type_name.as_str()),
        "uuid" => ("k", "uuid"),
        other => {
            let expected = format!(
                "a key of integers, numbers, dates, times, text or uuids for `:from` and `:to`, not one of type {other}"
            );
            return Err(Error::option("/key", expected));
        }
    };
    let sql = format!(
        "SELECT {expression}::pg_catalog.text AS beyond, k::pg_catalog.text AS last FROM \
         (SELECT t.{quoted} AS k FROM {table} AS t WHERE t.{quoted} IS NOT NULL ORDER BY t.{quoted} DESC LIMIT 1) AS last"
    );
    let Some(row) = call.database.row(&sql, &[])? else { return Ok(None) };
    let text = row.text("beyond").unwrap_or_default().to_owned();
    let text = if type_name == "uuid" { next_uuid(&text).ok_or_else(no_next)? } else { text };
    // A wider type costs the index: only where the column's own has nothing above its last value.
    let ends = match type_name.as_str() {
        "smallint" => row.text("last") == Some("32767"),
        "integer" => row.text("last") == Some("2147483647"),
        "bigint" => row.text("last") == Some("9223372036854775807"),
        _ => false,
    };
    let wider_type = if ends { wider.to_owned() } else { type_name.clone() };
    Ok(Some(Beyond { text, type_name, wider_type }))
}

fn no_next() -> Error {
    Error::failed("the key has the largest uuid there is: there is none above it for `:to`")
}

fn type_of(table: &Name, column: &str, call: &Call<'_>) -> Result<String, Error> {
    let sql = "SELECT pg_catalog.format_type(a.atttypid, NULL) AS type FROM pg_catalog.pg_attribute a \
               WHERE a.attrelid = pg_catalog.to_regclass($1) AND a.attname = $2 AND NOT a.attisdropped";
    let row = call.database.row(sql, &[Value::Text(table.to_string()), column.into()])?;
    let type_name = row.and_then(|row| row.text("type").map(str::to_owned));
    type_name.ok_or_else(|| Error::option("/key", format!("a column of {table}: it has no `{column}`")))
}

/// The next uuid in PostgreSQL's order, which is that of its bytes.
fn next_uuid(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|char| *char != '-').collect();
    let next = u128::from_str_radix(&digits, 16).ok()?.checked_add(1)?;
    Some(format!("{next:032x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_count() {
        let next = next_uuid("550e8400-e29b-41d4-a716-4466554400ff");
        assert_eq!(next.as_deref(), Some("550e8400e29b41d4a716446655440100"));
        assert_eq!(next_uuid("ffffffff-ffff-ffff-ffff-ffffffffffff"), None);
    }
}
