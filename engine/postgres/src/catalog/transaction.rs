//! The transaction in which a schema is read, and a second one that sees the same.

use super::CatalogError;
use tokio_postgres::{Client, Error, SimpleQueryMessage, error::SqlState};

/// What steers how PostgreSQL prints expressions, pinned, and what would let a query wait or cost more.
const SETTINGS: &str = "
SET LOCAL search_path = pg_catalog; SET LOCAL quote_all_identifiers = off; SET LOCAL datestyle = 'ISO, MDY';
SET LOCAL intervalstyle = postgres; SET LOCAL timezone = 'UTC'; SET LOCAL extra_float_digits = 1;
SET LOCAL bytea_output = hex; SET LOCAL standard_conforming_strings = on; SET LOCAL jit = off;
SET LOCAL lock_timeout = '10s'";

const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;";

/// Ours, or a savepoint in that of the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transaction {
    Own,
    Callers,
}

impl Transaction {
    /// Sets a savepoint where there is a transaction; the driver does not tell otherwise whether there is.
    pub async fn prepare(client: &Client) -> Result<Self, CatalogError> {
        match client.batch_execute("SAVEPOINT confiture_snapshot").await {
            Ok(()) => Ok(Self::Callers),
            Err(error) if error.code() == Some(&SqlState::NO_ACTIVE_SQL_TRANSACTION) => Ok(Self::Own),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether it was there before us.
    pub fn is_the_callers(self) -> bool {
        self == Self::Callers
    }

    pub async fn begin(self, client: &Client) -> Result<(), Error> {
        let begin = if self == Self::Own { BEGIN } else { "" };
        client.batch_execute(&format!("{begin}{SETTINGS}")).await
    }

    /// Begins one of ours, and answers the name by which another connection sees what it sees.
    pub async fn begin_shared(client: &Client) -> Result<String, Error> {
        let sql = format!("{BEGIN}{SETTINGS}; SELECT pg_catalog.pg_export_snapshot()");
        let messages = client.simple_query(&sql).await?;
        let name = messages.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        });
        Ok(name.unwrap_or_default())
    }

    /// Begins one on another connection that sees what the one of this name sees.
    pub async fn begin_beside(client: &Client, name: &str) -> Result<(), Error> {
        let name = name.replace('\'', "''");
        client.batch_execute(&format!("{BEGIN} SET TRANSACTION SNAPSHOT '{name}';{SETTINGS}")).await
    }

    /// Leaves everything as it was, also after an error.
    pub async fn end(self, client: &Client) -> Result<(), Error> {
        client
            .batch_execute(match self {
                Self::Own => "ROLLBACK",
                Self::Callers => "ROLLBACK TO SAVEPOINT confiture_snapshot; RELEASE SAVEPOINT confiture_snapshot",
            })
            .await
    }
}
