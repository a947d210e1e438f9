//! The queries of a schema's reading, on one connection.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio_postgres::{
    Client, Error, Row, Statement,
    types::{Oid, ToSql, Type},
};

/// Statements that a connection has prepared for reading its schema, for whoever reads it again and again: PostgreSQL
/// takes longer to plan them than to run them.
#[derive(Debug, Default)]
pub struct Prepared(Mutex<HashMap<String, Statement>>);

impl Prepared {
    /// Forgets them all, as after a script that deallocated them.
    pub fn clear(&self) {
        self.statements().clear();
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.statements().is_empty()
    }

    fn statements(&self) -> MutexGuard<'_, HashMap<String, Statement>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection, and what is prepared on it.
pub(super) struct Reader<'a> {
    pub client: &'a Client,
    pub prepared: Option<&'a Prepared>,
}

impl Reader<'_> {
    /// Runs a query with parameters of these types.
    pub async fn query_typed(&self, sql: &str, parameters: &[(&(dyn ToSql + Sync), Type)]) -> Result<Vec<Row>, Error> {
        let Some(prepared) = self.prepared else { return self.client.query_typed(sql, parameters).await };
        let there = prepared.statements().get(sql).cloned();
        let statement = match there {
            Some(statement) => statement,
            None => {
                let types: Vec<Type> = parameters.iter().map(|(_, r#type)| r#type.clone()).collect();
                let new = self.client.prepare_typed(sql, &types).await?;
                prepared.statements().insert(sql.to_owned(), new.clone());
                new
            }
        };
        let values: Vec<&(dyn ToSql + Sync)> = parameters.iter().map(|(value, _)| *value).collect();
        self.client.query(&statement, &values).await
    }

    /// What PostgreSQL prints of objects, by their identifiers: `sql` takes an array of these. Without any it is not asked.
    pub async fn definitions(&self, sql: &str, oids: &[Oid]) -> Result<HashMap<Oid, String>, Error> {
        if oids.is_empty() {
            return Ok(HashMap::new());
        }
        let rows = self.query_typed(sql, &[(&oids, Type::OID_ARRAY)]).await?;
        let printed = |row: &Row| Ok((row.try_get(0)?, row.try_get::<_, Option<String>>(1)?.unwrap_or_default()));
        rows.iter().map(printed).collect()
    }
}
