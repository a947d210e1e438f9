//! Columns: `pg_attribute`. Constraints and indexes name columns by number, so their names are read for these, too.

use super::reader::Reader;
use super::{RELATION, comments::Comments, scope::Scope};
use confiture_model::schema::Column;
use std::collections::HashMap;
use tokio_postgres::{Error, Row, types::Oid};

/// A column, at least by name.
#[derive(Debug)]
pub(super) struct Attribute {
    number: i16,
    pub name: String,
    pub collation: Oid,
    /// Its type.
    pub of: Oid,
    column: Option<Column>,
}

/// The columns of every relation, in order.
#[derive(Debug, Default)]
pub(super) struct Attributes(HashMap<Oid, Vec<Attribute>>);

const ALL: &str = "format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity <> '', a.attgenerated <> '',
  pg_get_expr(d.adbin, CASE a.attgenerated WHEN '' THEN 0::oid ELSE d.adrelid END)";

/// A default names no column, so that it is printed without its table, which PostgreSQL would have to open.
const DEFAULTS: &str = "LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum";

/// Reads whole columns, or their names, as the parts want.
pub(super) async fn read(client: &Reader<'_>, scope: &Scope) -> Result<Attributes, Error> {
    let parts = scope.parts;
    if !(parts.columns || parts.constraints || parts.indexes) {
        return Ok(Attributes::default());
    }
    let (whole, defaults) = if parts.columns {
        (format!(", {ALL}, {}", not_null_is_valid(scope.server_version)), DEFAULTS)
    } else {
        (String::new(), "")
    };
    let sql = format!(
        "SELECT a.attrelid, a.attnum, a.attname::text, a.attcollation, a.atttypid {whole}
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid {defaults}
         WHERE c.relnamespace = ANY($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped"
    );
    let mut found: HashMap<Oid, Vec<Attribute>> = HashMap::new();
    for row in scope.query(client, &sql).await? {
        found.entry(row.try_get(0)?).or_default().push(attribute(&row, parts.columns)?);
    }
    for attributes in found.values_mut() {
        attributes.sort_by_key(|attribute| attribute.number);
    }
    Ok(Attributes(found))
}

/// Whether no NOT NULL of the column awaits validation, which is possible from PostgreSQL 18 on.
fn not_null_is_valid(server_version: u32) -> &'static str {
    if server_version < 180_000 {
        return "true";
    }
    "NOT (a.attnotnull AND EXISTS (SELECT FROM pg_constraint n
       WHERE n.conrelid = a.attrelid AND n.contype = 'n' AND NOT n.convalidated AND n.conkey = ARRAY[a.attnum]))"
}

fn attribute(row: &Row, whole: bool) -> Result<Attribute, Error> {
    let name: String = row.try_get(2)?;
    let column = if whole { Some(column(row, name.clone())?) } else { None };
    Ok(Attribute { number: row.try_get(1)?, name, collation: row.try_get(3)?, of: row.try_get(4)?, column })
}

/// The expression of a generated column stands where others have their default.
fn column(row: &Row, name: String) -> Result<Column, Error> {
    let (not_null, valid): (bool, bool) = (row.try_get(6)?, row.try_get(10)?);
    Ok(Column {
        name,
        type_name: row.try_get(5)?,
        nullable: !(not_null && valid),
        default_expression: row.try_get(9)?,
        identity: row.try_get(7)?,
        generated: row.try_get(8)?,
        comment: None,
        source: None,
        extra: None,
    })
}

impl Attributes {
    /// A column by its number. None for 0, which stands for an expression, and for columns of relations out of scope.
    pub fn get(&self, relation: Oid, number: i16) -> Option<&Attribute> {
        let attributes = self.0.get(&relation)?;
        attributes.binary_search_by_key(&number, |attribute| attribute.number).ok().map(|index| &attributes[index])
    }

    /// The names of columns by their numbers.
    pub fn names(&self, relation: Oid, numbers: &[i16]) -> Vec<String> {
        numbers
            .iter()
            .filter_map(|number| self.get(relation, *number))
            .map(|attribute| attribute.name.clone())
            .collect()
    }

    /// Takes the columns of a relation, with their comments.
    pub fn take_columns(&mut self, relation: Oid, comments: &mut Comments) -> Vec<Column> {
        let attributes = self.0.remove(&relation).unwrap_or_default();
        let commented = attributes.into_iter().filter_map(|attribute| {
            let comment = comments.take(RELATION, relation, i32::from(attribute.number));
            attribute.column.map(|column| Column { comment, ..column })
        });
        commented.collect()
    }
}
