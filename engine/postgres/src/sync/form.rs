//! Which form of a column's values both databases read alike: PostgreSQL's binary one, or its text.

use super::{
    error::SyncError,
    link::{Link, get},
};
use confiture_model::sync::TablePlan;
use std::collections::HashMap;
use tokio_postgres::Row;

/// OIDs below this are the same on every server of every version.
const FIXED_OIDS: u32 = 10_000;

/// A type as one database has it.
#[derive(Clone, Debug)]
pub(super) struct Type {
    pub oid: u32,
    name: String,
    schema: String,
    /// `pg_type.typtype`.
    kind: char,
    array: bool,
    element: u32,
    base: u32,
    binary: bool,
    /// The function that writes its text form, as SQL calls it.
    output: String,
    /// The extension that it belongs to, with its version.
    extension: Option<String>,
}

/// The types of all columns of a plan in one database.
#[derive(Clone, Debug, Default)]
pub(super) struct Types {
    types: HashMap<u32, Type>,
    /// By table of the plan and name.
    columns: HashMap<(usize, String), u32>,
    version: u32,
}

/// Columns of the plan's tables.
const COLUMNS: &str = "SELECT w.place::pg_catalog.int8 AS place, a.attname::pg_catalog.text AS name, a.atttypid AS type
    FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])) WITH ORDINALITY w(schema, name, place)
    JOIN pg_catalog.pg_namespace n ON n.nspname::pg_catalog.text OPERATOR(pg_catalog.=) w.schema
    JOIN pg_catalog.pg_class c ON c.relnamespace OPERATOR(pg_catalog.=) n.oid AND c.relname::pg_catalog.text OPERATOR(pg_catalog.=) w.name
    JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) c.oid
    WHERE a.attnum OPERATOR(pg_catalog.>) 0::pg_catalog.int2 AND NOT a.attisdropped";

/// These types, and the ones that they are made of.
const TYPES: &str = "WITH RECURSIVE used (oid) AS (
        SELECT pg_catalog.unnest($1::pg_catalog.oid[])
        UNION
        SELECT part.oid FROM used
        JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) used.oid
        CROSS JOIN LATERAL (VALUES (t.typelem), (t.typbasetype)) part (oid)
        WHERE part.oid OPERATOR(pg_catalog.<>) 0::pg_catalog.oid)
    SELECT t.oid, t.typname::pg_catalog.text AS name, n.nspname::pg_catalog.text AS schema, t.typtype::pg_catalog.text AS kind,
        t.typcategory OPERATOR(pg_catalog.=) 'A'::pg_catalog.\"char\" AS array, t.typelem AS element, t.typbasetype AS base,
        t.typsend::pg_catalog.oid OPERATOR(pg_catalog.<>) 0::pg_catalog.oid
            AND t.typreceive::pg_catalog.oid OPERATOR(pg_catalog.<>) 0::pg_catalog.oid AS binary,
        pg_catalog.quote_ident(pn.nspname::pg_catalog.text) OPERATOR(pg_catalog.||) '.'
            OPERATOR(pg_catalog.||) pg_catalog.quote_ident(p.proname::pg_catalog.text) AS output,
        e.extname::pg_catalog.text OPERATOR(pg_catalog.||) ' ' OPERATOR(pg_catalog.||) e.extversion AS extension
    FROM used JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) used.oid
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) t.typnamespace
    JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) t.typoutput::pg_catalog.oid
    JOIN pg_catalog.pg_namespace pn ON pn.oid OPERATOR(pg_catalog.=) p.pronamespace
    LEFT JOIN pg_catalog.pg_depend d ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_type'::pg_catalog.regclass
        AND d.objid OPERATOR(pg_catalog.=) t.oid AND d.deptype OPERATOR(pg_catalog.=) 'e'::pg_catalog.\"char\"
    LEFT JOIN pg_catalog.pg_extension e ON e.oid OPERATOR(pg_catalog.=) d.refobjid";

impl Types {
    /// Reads them.
    pub async fn read(link: &Link, tables: &[TablePlan]) -> Result<Self, SyncError> {
        let schemas: Vec<&str> = tables.iter().map(|table| table.table.schema.as_str()).collect();
        let names: Vec<&str> = tables.iter().map(|table| table.table.name.as_str()).collect();
        let doing = "reading the types of columns";
        let rows = link.rows(doing, COLUMNS, &[&schemas, &names]).await?;
        let column = |row: &Row| {
            let place = usize::try_from(get::<i64>(row, "place")).unwrap_or_default();
            ((place.saturating_sub(1), get::<String>(row, "name")), get::<u32>(row, "type"))
        };
        let columns: HashMap<(usize, String), u32> = rows.iter().map(column).collect();
        let mut wanted: Vec<u32> = columns.values().copied().collect();
        wanted.sort_unstable();
        wanted.dedup();
        let rows = link.rows(doing, TYPES, &[&wanted]).await?;
        let types = rows.iter().map(read_type).map(|one| (one.oid, one)).collect();
        Ok(Self { types, columns, version: link.version })
    }

    /// The type of a column, with domains looked through.
    pub fn of(&self, table: usize, column: &str) -> Option<&Type> {
        let mut one = self.types.get(self.columns.get(&(table, column.to_owned()))?)?;
        while one.kind == 'd' {
            one = self.types.get(&one.base)?;
        }
        Some(one)
    }

    /// The OID that an array says of its elements.
    pub fn element_oid(&self, array: &Type) -> u32 {
        array.element
    }

    pub fn element(&self, array: &Type) -> Option<&Type> {
        let mut one = self.types.get(&array.element)?;
        while one.kind == 'd' {
            one = self.types.get(&one.base)?;
        }
        Some(one)
    }

    /// What the binary form of a type consists of, for comparison; none where it has none that another database reads.
    /// `reader` is the version that reads it.
    fn binary(&self, oid: u32, reader: u32) -> Option<String> {
        let one = self.types.get(&oid)?;
        if !one.binary || holds_oids(one) {
            return None;
        }
        if one.kind == 'd' {
            return self.binary(one.base, reader);
        }
        if one.array && one.element != 0 {
            let element = self.binary(one.element, reader)?;
            // An array says the OID of its elements' type; until 13 the reader insisted on its own.
            let fixed = self.types.get(&one.element).is_some_and(|element| element.oid < FIXED_OIDS);
            return (fixed || reader >= 140_000).then(|| format!("{element}[]"));
        }
        match one.kind {
            _ if one.oid < FIXED_OIDS => Some(one.oid.to_string()),
            'e' => Some("enum".to_owned()),
            'b' => one.extension.as_ref().map(|extension| format!("{extension} {}.{}", one.schema, one.name)),
            // Composites say OIDs; ranges and the like of users are rare.
            _ => None,
        }
    }
}

/// Types whose binary form is the number of an object, which is another one in another database.
fn holds_oids(one: &Type) -> bool {
    one.oid < FIXED_OIDS && one.name.starts_with("reg")
}

/// Whether both databases read a column's binary form alike.
pub(super) fn same_binary(source: &Types, target: &Types, table: usize, column: &str) -> bool {
    let key = (table, column.to_owned());
    let (Some(from), Some(to)) = (source.columns.get(&key), target.columns.get(&key)) else { return false };
    let from = source.binary(*from, target.version);
    from.is_some() && from == target.binary(*to, target.version)
}

impl Type {
    /// Whether its binary form is its text.
    pub fn is_text(&self) -> bool {
        let built_in = matches!(self.oid, 25 | 1043 | 1042 | 19 | 114);
        built_in || self.kind == 'e' || (self.name == "citext" && self.extension.is_some())
    }

    /// What answers the text form of a column.
    pub fn text_of(&self, column: &str) -> String {
        format!("pg_catalog.textin({}({column}))", self.output)
    }

    /// Whether its text form is that of arrays. Vectors of numbers are arrays in their binary form alone.
    pub fn is_array(&self) -> bool {
        self.array && self.element != 0 && !matches!(self.oid, 22 | 30)
    }
}

fn read_type(row: &Row) -> Type {
    Type {
        oid: get(row, "oid"),
        name: get(row, "name"),
        schema: get(row, "schema"),
        kind: get::<String>(row, "kind").chars().next().unwrap_or('?'),
        array: get(row, "array"),
        element: get(row, "element"),
        base: get(row, "base"),
        binary: get(row, "binary"),
        output: get(row, "output"),
        extension: row.try_get("extension").ok().flatten(),
    }
}
