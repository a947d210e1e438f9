//! Comments of relations, columns, routines and types: `pg_description`.

use super::reader::Reader;
use std::collections::HashMap;
use tokio_postgres::{Error, types::Oid};

/// Comments by catalog, object and column; 0 stands for the object itself.
#[derive(Debug, Default)]
pub(super) struct Comments(HashMap<(Oid, Oid, i32), String>);

impl Comments {
    /// Takes the comment of an object, or of one of its columns.
    pub fn take(&mut self, catalog: Oid, object: Oid, column: i32) -> Option<String> {
        self.0.remove(&(catalog, object, column))
    }
}

/// Reads all comments, with or without those of columns.
pub(super) async fn read(client: &Reader<'_>, columns: bool) -> Result<Comments, Error> {
    let only_objects = if columns { "" } else { "AND objsubid = 0" };
    let sql = format!(
        "SELECT classoid, objoid, objsubid, description FROM pg_description
         WHERE classoid IN ({}, {}, {}) AND objoid >= {} {only_objects}",
        super::RELATION,
        super::ROUTINE,
        super::TYPE,
        super::FIRST_USER_OID
    );
    let rows = client.query_typed(&sql, &[]).await?;
    let entry = |row: &tokio_postgres::Row| -> Result<_, Error> {
        Ok(((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?), row.try_get(3)?))
    };
    Ok(Comments(rows.iter().map(entry).collect::<Result<_, _>>()?))
}
