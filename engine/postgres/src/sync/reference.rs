//! A foreign key as a condition: which rows refer to what is not there. PostgreSQL asks the same when it validates one.

use super::name::{identifier, qualified};
use confiture_model::sync::Name;
use tokio_postgres::{Error, Row};

/// What [`Reference::of`] reads of a constraint `con`: how it refers, and the operators by which PostgreSQL asks it.
pub(super) const REFERENCE: &str = "con.confmatchtype = 'f' AS is_full,
  (SELECT n.nspname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = con.confrelid) AS other_schema,
  (SELECT c.relname::text FROM pg_class c WHERE c.oid = con.confrelid) AS other_table,
  (SELECT c.relkind = 'r' FROM pg_class c WHERE c.oid = con.confrelid) AS other_only,
  ARRAY(SELECT a.attname::text FROM unnest(con.conkey) WITH ORDINALITY AS k (number, place)
    JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.number ORDER BY k.place) AS columns,
  ARRAY(SELECT a.attname::text FROM unnest(con.confkey) WITH ORDINALITY AS k (number, place)
    JOIN pg_attribute a ON a.attrelid = con.confrelid AND a.attnum = k.number ORDER BY k.place) AS referenced,
  ARRAY(SELECT format('OPERATOR(%I.%s)', opn.nspname, o.oprname) FROM unnest(con.conpfeqop) WITH ORDINALITY AS k (number, place)
    JOIN pg_operator o ON o.oid = k.number JOIN pg_namespace opn ON opn.oid = o.oprnamespace ORDER BY k.place) AS operators";

/// How a foreign key refers to its table.
pub(super) struct Reference {
    /// With MATCH FULL.
    pub is_full: bool,
    /// The table that it refers to.
    pub other: Name,
    /// Its own columns.
    pub columns: Vec<String>,
    /// Those that they refer to.
    pub referenced: Vec<String>,
    only: &'static str,
    operators: Vec<String>,
}

impl Reference {
    /// As a query says it that asks for [`REFERENCE`].
    pub fn of(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            is_full: row.try_get("is_full")?,
            other: Name { schema: row.try_get("other_schema")?, name: row.try_get("other_table")? },
            columns: row.try_get("columns")?,
            referenced: row.try_get("referenced")?,
            only: if row.try_get("other_only")? { "ONLY " } else { "" },
            operators: row.try_get("operators")?,
        })
    }

    /// Which rows of its table, under that name, it misses.
    pub fn misses(&self, table: &str) -> String {
        let own: Vec<String> = self.columns.iter().map(|column| format!("{table}.{}", identifier(column))).collect();
        let same = own.iter().zip(&self.referenced).zip(&self.operators);
        let same = same.map(|((own, other), operator)| format!("confiture_p.{} {operator} {own}", identifier(other)));
        let all = |test: &str| own.iter().map(|column| format!("{column} IS {test}")).collect::<Vec<_>>().join(" AND ");
        // A foreign key with a null in it is not checked; with MATCH FULL it has to be null whole.
        let part = match self.is_full {
            true => format!(" OR NOT ({}) AND NOT ({})", all("NULL"), all("NOT NULL")),
            false => String::new(),
        };
        format!(
            "{} AND NOT EXISTS (SELECT FROM {}{} AS confiture_p WHERE {}){part}",
            all("NOT NULL"),
            self.only,
            qualified(&self.other),
            same.collect::<Vec<_>>().join(" AND "),
        )
    }
}
