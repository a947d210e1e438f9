//! The database that plugins with a `read` grant ask: known only once the schema's source is open, and connected to only
//! when a plugin asks.

use confiture_model::{
    BoxFuture,
    database::{QueryError, ReadBudget, ReadDatabase, Rows, Value},
};
use confiture_postgres::{connect::ConnectOptions, plugin_database::PluginDatabase};
use std::sync::OnceLock;
use tokio::sync::OnceCell;

/// Stands for a database that is not open yet. Plugins are loaded, and their rules checked against the configuration,
/// before anything is connected to.
#[derive(Default)]
pub struct LateDatabase {
    login: OnceLock<Result<ConnectOptions, String>>,
    opened: OnceCell<Result<PluginDatabase, String>>,
}

impl LateDatabase {
    /// Says how to log in, or why there is no database. Only the first call counts.
    pub fn set(&self, login: Result<ConnectOptions, String>) {
        drop(self.login.set(login));
    }

    /// Connects at the first call, and remembers how that went.
    async fn get(&self) -> Result<&PluginDatabase, QueryError> {
        let opened = self.opened.get_or_init(|| self.open()).await;
        opened.as_ref().map_err(|why| QueryError::Denied(why.clone()))
    }

    async fn open(&self) -> Result<PluginDatabase, String> {
        let login = self.login.get().ok_or("there is no database yet")?.clone()?;
        PluginDatabase::open(login, ReadBudget::default()).await.map_err(|error| error.to_string())
    }
}

impl ReadDatabase for LateDatabase {
    fn query<'a>(&'a self, sql: &'a str, params: &'a [Value]) -> BoxFuture<'a, Result<Box<dyn Rows>, QueryError>> {
        Box::pin(async move { self.get().await?.query(sql, params).await })
    }

    fn split(&self, sql: &str) -> Result<Vec<String>, QueryError> {
        confiture_postgres::plugin_database::split(sql)
    }
}
