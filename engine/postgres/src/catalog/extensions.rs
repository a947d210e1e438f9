//! Installed extensions, and what belongs to them.

use super::reader::Reader;
use confiture_model::schema::Extension;
use std::collections::HashSet;
use tokio_postgres::{Error, Row, types::Oid};

const SQL: &str = "
SELECT e.extname::text, n.nspname::text, e.extversion FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace";

const OWNED: &str = "
SELECT classid, objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'";

/// Objects that belong to extensions, by catalog and identifier.
#[derive(Debug)]
pub(super) struct Owned(HashSet<(Oid, Oid)>);

impl Owned {
    /// Whether an object belongs to an extension.
    pub fn has(&self, catalog: Oid, object: Oid) -> bool {
        self.0.contains(&(catalog, object))
    }
}

pub(super) async fn owned(client: &Reader<'_>) -> Result<Owned, Error> {
    let rows = client.query_typed(OWNED, &[]).await?;
    Ok(Owned(rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<Result<_, Error>>()?))
}

/// Reads them in the order of their names.
pub(super) async fn read(client: &Reader<'_>) -> Result<Vec<Extension>, Error> {
    let rows = client.query_typed(SQL, &[]).await?;
    let mut extensions: Vec<Extension> = rows.iter().map(extension).collect::<Result<_, _>>()?;
    extensions.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(extensions)
}

fn extension(row: &Row) -> Result<Extension, Error> {
    Ok(Extension { name: row.try_get(0)?, schema: row.try_get(1)?, version: row.try_get(2)? })
}
