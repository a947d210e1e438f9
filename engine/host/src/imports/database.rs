//! `database`: queries of a plugin, passed to whoever enforces its grant.

use crate::{
    bindings::confiture::plugin::database::{ColumnMeta, Host, HostRows, QueryError, Value},
    convert,
    grant::{DATABASE_READ, DATABASE_WRITE, under},
    state::State,
};
use confiture_model::{
    database::{ReadDatabase, Rows},
    hook::HookDatabase,
    plugin::DatabaseAccess,
};
use std::sync::Arc;
use wasmtime::component::Resource;

/// The database of one use, or why it has none.
#[derive(Clone, Default)]
pub(crate) enum DatabasePower {
    /// The project did not grant it.
    #[default]
    NotGranted,
    /// The plugin does not ask for it in `describe`, whatever the project grants.
    NotWanted,
    /// Granted, but there is none: the schema under check comes from files.
    Absent,
    /// Queries that read.
    Read(Arc<dyn ReadDatabase>),
    /// The connection that a hook's step runs on, and how much of it the plugin asked for.
    Hook(Arc<dyn HookDatabase>, DatabaseAccess),
    /// There is none in this call: why.
    NotNow(&'static str),
}

/// Rows of one query that are still to be read.
pub struct OpenRows(Box<dyn Rows>);

/// The most rows that one `next` hands over, whatever was asked: what is in flight stays small.
const LARGEST_BATCH: u32 = 10_000;

impl State {
    fn database(&self) -> Result<Arc<dyn ReadDatabase>, QueryError> {
        match &self.powers.database {
            DatabasePower::Read(database) => Ok(Arc::clone(database)),
            DatabasePower::Hook(database, _) => Ok(Arc::clone(database) as Arc<dyn ReadDatabase>),
            DatabasePower::NotNow(why) => Err(QueryError::Denied((*why).to_owned())),
            DatabasePower::NotGranted => Err(QueryError::Denied(format!(
                "the database is not granted to plugin `{}`: {} would grant it",
                self.plugin,
                under(&self.plugin, DATABASE_READ)
            ))),
            DatabasePower::NotWanted => Err(QueryError::Denied(format!(
                "plugin `{}` does not ask for the database: its `describe` would have to want `read`",
                self.plugin
            ))),
            DatabasePower::Absent => Err(QueryError::Denied(
                "there is no database to ask: the schema under check was read from files".to_owned(),
            )),
        }
    }
}

impl State {
    fn writable(&self) -> Result<Arc<dyn HookDatabase>, QueryError> {
        match &self.powers.database {
            DatabasePower::Hook(database, DatabaseAccess::Write) => Ok(Arc::clone(database)),
            DatabasePower::Hook(..) => Err(QueryError::Denied(format!(
                "only reading the database is granted to plugin `{}`: its `describe` would have to want `write`, and {} \
                 would grant it",
                self.plugin,
                under(&self.plugin, DATABASE_WRITE)
            ))),
            DatabasePower::Read(_) => {
                Err(QueryError::Denied("a lint rule reads the database and never changes it: use `query`".to_owned()))
            }
            _ => Err(match self.database() {
                Err(refused) => refused,
                Ok(_) => QueryError::Denied("nothing is written in this call".to_owned()),
            }),
        }
    }
}

impl Host for State {
    async fn query(
        &mut self,
        sql: String,
        params: Vec<Value>,
    ) -> wasmtime::Result<Result<Resource<OpenRows>, QueryError>> {
        let database = match self.database() {
            Ok(database) => database,
            Err(refused) => return Ok(Err(refused)),
        };
        let params: Vec<_> = params.into_iter().map(convert::database::value_in).collect();
        let rows = match database.query(&sql, &params).await {
            Ok(rows) => rows,
            Err(error) => return Ok(Err(convert::database::error_out(error))),
        };
        Ok(self.rows.push(OpenRows(rows)).map_err(|_| {
            QueryError::LimitExceeded(format!("{} queries are open already: drop some", self.limits.open_queries))
        }))
    }

    async fn execute(&mut self, sql: String, params: Vec<Value>) -> wasmtime::Result<Result<u64, QueryError>> {
        let database = match self.writable() {
            Ok(database) => database,
            Err(refused) => return Ok(Err(refused)),
        };
        let params: Vec<_> = params.into_iter().map(convert::database::value_in).collect();
        Ok(database.execute(&sql, &params).await.map_err(convert::database::error_out))
    }

    async fn split(&mut self, sql: String) -> wasmtime::Result<Result<Vec<String>, QueryError>> {
        Ok(match self.database() {
            Ok(database) => database.split(&sql).map_err(convert::database::error_out),
            Err(refused) => Err(refused),
        })
    }

    async fn quote_identifier(&mut self, name: String) -> wasmtime::Result<String> {
        Ok(format!("\"{}\"", name.replace('"', "\"\"")))
    }
}

impl HostRows for State {
    async fn columns(&mut self, rows: Resource<OpenRows>) -> wasmtime::Result<Vec<ColumnMeta>> {
        let rows = self.rows.get(&rows)?;
        Ok(rows.0.columns().iter().map(convert::database::column_out).collect())
    }

    async fn next(
        &mut self,
        rows: Resource<OpenRows>,
        max: u32,
    ) -> wasmtime::Result<Result<Vec<Vec<Value>>, QueryError>> {
        let rows = self.rows.get_mut(&rows)?;
        Ok(match rows.0.next(max.min(LARGEST_BATCH)).await {
            Ok(batch) => Ok(batch.into_iter().map(convert::database::row_out).collect()),
            Err(error) => Err(convert::database::error_out(error)),
        })
    }

    async fn drop(&mut self, rows: Resource<OpenRows>) -> wasmtime::Result<()> {
        self.rows.delete(rows)?;
        Ok(())
    }
}
