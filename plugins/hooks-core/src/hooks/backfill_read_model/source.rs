//! Where the rows come from.

use super::{Options, placeholders};
use confiture_sdk::{Error, sql::Name};

/// Where the rows come from.
pub(super) enum Source<'a> {
    /// Columns of the same names, of a table.
    Table(&'a Name),
    /// What a query returns.
    Query(&'a str),
    /// A statement that fills the target by itself; with the table whose key cuts it into batches.
    Statement { sql: &'a str, cut_by: Option<&'a Name> },
}

impl<'a> Source<'a> {
    /// Which one the options name.
    pub(super) fn of(options: &'a Options) -> Result<Self, Error> {
        let tables: Vec<&Name> = options.source_table.iter().chain(&options.source_tables).collect();
        match (&options.backfill_query, &options.source_query) {
            (Some(_), Some(_)) => {
                Err(Error::option("/source_query", "either `source_query` or `backfill_query`, not both"))
            }
            (Some(sql), None) if !placeholders::uses_range(sql) => Ok(Self::Statement { sql, cut_by: None }),
            (Some(sql), None) => {
                let expected = "the table whose key `:from` and `:to` are values of, in `source_table` or as the first of `source_tables`";
                let cut_by = *tables.first().ok_or_else(|| Error::option("/source_table", expected))?;
                Ok(Self::Statement { sql, cut_by: Some(cut_by) })
            }
            (None, Some(query)) => Ok(Self::Query(query)),
            (None, None) => match tables.as_slice() {
                [table] => Ok(Self::Table(table)),
                [] => Err(Error::option("", "a source: `source_table`, `source_query` or `backfill_query`")),
                _ => Err(Error::option(
                    "/source_tables",
                    "one table, or a `backfill_query` that says how they are joined",
                )),
            },
        }
    }

    /// Whether it cannot be cut into batches.
    pub(super) fn is_one_step(&self) -> bool {
        matches!(self, Self::Statement { cut_by: None, .. })
    }
}
