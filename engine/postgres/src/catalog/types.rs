//! Enums, domains, composite and range types: `pg_type`.

use super::reader::Reader;
use super::{TYPE, comments::Comments, extensions::Owned, scope::Scope};
use confiture_model::schema::TypeDefinition;
use serde_json::json;
use tokio_postgres::{Error, Row, types::Oid};

/// A type without its comment.
pub(super) struct Found {
    oid: Oid,
    definition: TypeDefinition,
}

/// Neither the row types of tables nor arrays nor multiranges, which come with another object. Most databases have few
/// types, so that what belongs to each is looked up for each.
const SQL: &str = "
SELECT t.oid, t.typnamespace, t.typname::text, t.typtype,
  ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder),
  CASE t.typtype WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod) END, t.typnotnull, t.typdefault,
  ARRAY(SELECT pg_get_constraintdef(c.oid) FROM pg_constraint c
    WHERE c.contypid = t.oid AND c.contype = 'c' ORDER BY c.conname COLLATE \"C\"),
  ARRAY(SELECT a.attname::text FROM pg_attribute a
    WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum),
  ARRAY(SELECT format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
    WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum),
  (SELECT format_type(g.rngsubtype, NULL) FROM pg_range g WHERE t.typtype = 'r' AND g.rngtypid = t.oid)
FROM pg_type t LEFT JOIN pg_class r ON r.oid = t.typrelid
WHERE t.typnamespace = ANY($1) AND (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'c' AND r.relkind = 'c')";

pub(super) async fn read(client: &Reader<'_>, scope: &Scope) -> Result<Vec<Found>, Error> {
    scope.query(client, SQL).await?.iter().map(|row| found(row, scope)).collect()
}

fn found(row: &Row, scope: &Scope) -> Result<Found, Error> {
    let kind = kind(row.try_get::<_, i8>(3)?.cast_unsigned());
    let mut checks: Vec<String> = row.try_get(8)?;
    if row.try_get(6)? {
        checks.insert(0, "NOT NULL".to_owned());
    }
    let definition = TypeDefinition {
        schema: scope.schema(row.try_get(1)?),
        name: row.try_get(2)?,
        kind: kind.to_owned(),
        labels: row.try_get(4)?,
        base_type: row.try_get(5)?,
        checks,
        comment: None,
        source: None,
        extra: extra(row, kind)?,
    };
    Ok(Found { oid: row.try_get(0)?, definition })
}

/// What the record has no field for: a composite type's attributes, a range's subtype, a domain's default.
fn extra(row: &Row, kind: &str) -> Result<Option<String>, Error> {
    let value = match kind {
        "composite" => {
            let (names, types): (Vec<String>, Vec<String>) = (row.try_get(9)?, row.try_get(10)?);
            let attributes: Vec<_> =
                names.iter().zip(&types).map(|(name, of)| json!({"name": name, "type": of})).collect();
            Some(json!({"attributes": attributes}))
        }
        "range" => row.try_get::<_, Option<String>>(11)?.map(|subtype| json!({"subtype": subtype})),
        "domain" => row.try_get::<_, Option<String>>(7)?.map(|default| json!({"default": default})),
        _ => None,
    };
    Ok(value.map(|value| value.to_string()))
}

fn kind(letter: u8) -> &'static str {
    match letter {
        b'e' => "enum",
        b'd' => "domain",
        b'c' => "composite",
        _ => "range",
    }
}

/// In the order of schema and name.
pub(super) fn finish(found: Vec<Found>, owned: &Owned, comments: &mut Comments) -> Vec<TypeDefinition> {
    let mut types: Vec<TypeDefinition> = found
        .into_iter()
        .filter(|found| !owned.has(TYPE, found.oid))
        .map(|Found { oid, definition }| TypeDefinition { comment: comments.take(TYPE, oid, 0), ..definition })
        .collect();
    types.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
    types
}
