//! Which schemas of which server are read.

use super::reader::Reader;
use super::{CatalogError, Request};
use crate::scratch::SUPPORTED;
use confiture_model::schema::Parts;
use std::collections::HashMap;
use tokio_postgres::{
    Error, Row,
    types::{Oid, Type},
};

const SQL: &str = "
SELECT n.oid, n.nspname::pg_catalog.text, pg_catalog.quote_ident(n.nspname),
       pg_catalog.has_schema_privilege(n.oid, 'USAGE'), pg_catalog.current_setting('server_version_num')::pg_catalog.int4,
       pg_catalog.current_database()::pg_catalog.text, pg_catalog.quote_ident(current_user)
FROM pg_catalog.pg_namespace n";

/// What is read, and what every query needs to know.
#[derive(Debug)]
pub(super) struct Scope {
    pub server_version: u32,
    pub parts: Parts,
    pub live: bool,
    /// The schemas, for `= ANY($1)`.
    pub namespaces: Vec<Oid>,
    names: HashMap<Oid, String>,
}

/// One schema of the database.
struct Namespace {
    oid: Oid,
    name: String,
    quoted: String,
    usable: bool,
}

impl Scope {
    /// Finds the schemas that are asked for.
    pub async fn read(client: &Reader<'_>, request: &Request<'_>) -> Result<Self, CatalogError> {
        let rows = client.query_typed(SQL, &[]).await?;
        // There is always `pg_catalog`.
        let (version, database, user) = match rows.first() {
            Some(row) => (row.try_get::<_, i32>(4)?.unsigned_abs(), row.try_get(5)?, row.try_get(6)?),
            None => (0, String::new(), String::new()),
        };
        if !SUPPORTED.contains(&(version / 10_000)) {
            return Err(CatalogError::UnsupportedServer { major: version / 10_000 });
        }
        let all: Vec<Namespace> = rows.iter().map(namespace).collect::<Result<_, _>>()?;
        let chosen = match request.schemas {
            None => all.into_iter().filter(|namespace| !is_system(&namespace.name)).collect(),
            Some(names) => choose(all, names, &database, &user)?,
        };
        Ok(Self {
            server_version: version,
            parts: request.parts,
            live: request.live,
            namespaces: chosen.iter().map(|namespace| namespace.oid).collect(),
            names: chosen.into_iter().map(|namespace| (namespace.oid, namespace.name)).collect(),
        })
    }

    /// The name of one of [`Scope::namespaces`].
    pub fn schema(&self, oid: Oid) -> String {
        self.names.get(&oid).cloned().unwrap_or_default()
    }

    /// Runs a query with the schemas as `$1`.
    pub async fn query(&self, client: &Reader<'_>, sql: &str) -> Result<Vec<Row>, Error> {
        client.query_typed(sql, &[(&self.namespaces, Type::OID_ARRAY)]).await
    }
}

fn namespace(row: &Row) -> Result<Namespace, Error> {
    Ok(Namespace { oid: row.try_get(0)?, name: row.try_get(1)?, quoted: row.try_get(2)?, usable: row.try_get(3)? })
}

/// The schemas of these names, each of which has to be there, be the user's, and be open to this user.
fn choose(all: Vec<Namespace>, names: &[String], database: &str, user: &str) -> Result<Vec<Namespace>, CatalogError> {
    for name in names {
        let Some(found) = all.iter().find(|namespace| namespace.name == *name) else {
            let mut known: Vec<String> =
                all.into_iter().map(|namespace| namespace.name).filter(|name| !is_system(name)).collect();
            known.sort();
            return Err(CatalogError::UnknownSchema { name: name.clone(), database: database.to_owned(), known });
        };
        if is_system(name) {
            return Err(CatalogError::SystemSchema(name.clone()));
        }
        if !found.usable {
            let (quoted, user) = (found.quoted.clone(), user.to_owned());
            return Err(CatalogError::SchemaDenied { name: name.clone(), quoted, user });
        }
    }
    Ok(all.into_iter().filter(|namespace| names.contains(&namespace.name)).collect())
}

/// PostgreSQL keeps all names with `pg_` to itself, temporary schemas among them.
fn is_system(name: &str) -> bool {
    name.starts_with("pg_") || ["information_schema", "confiture", "confiture_scratch"].contains(&name)
}
