//! The database that plugins with a `read` grant ask: decided only once the schema's source is open.

use confiture_model::{
    BoxFuture,
    database::{QueryError, ReadDatabase, Rows, Value},
};
use std::sync::{Arc, OnceLock};

/// Stands for a database that is not open yet. Plugins are loaded, and their rules checked against the configuration,
/// before anything is connected to.
#[derive(Default)]
pub struct LateDatabase(OnceLock<Result<Arc<dyn ReadDatabase>, String>>);

impl LateDatabase {
    /// Says which database it is, or why there is none. Only the first call counts.
    pub fn open(&self, database: Result<Arc<dyn ReadDatabase>, String>) {
        drop(self.0.set(database));
    }

    fn get(&self) -> Result<&Arc<dyn ReadDatabase>, QueryError> {
        match self.0.get() {
            Some(Ok(database)) => Ok(database),
            Some(Err(why)) => Err(QueryError::Denied(why.clone())),
            None => Err(QueryError::Denied("there is no database yet".to_owned())),
        }
    }
}

impl ReadDatabase for LateDatabase {
    fn query<'a>(&'a self, sql: &'a str, params: &'a [Value]) -> BoxFuture<'a, Result<Box<dyn Rows>, QueryError>> {
        Box::pin(async move { self.get()?.query(sql, params).await })
    }

    fn split(&self, sql: &str) -> Result<Vec<String>, QueryError> {
        self.get()?.split(sql)
    }
}
