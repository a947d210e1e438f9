//! What stands around one call, so that it leaves nothing when it fails.

use crate::migration::link::Link;
use crate::plugin_database::failure;
use confiture_model::{database::QueryError, migration::Footing, plugin::DatabaseAccess};
use confiture_sql::quote::identifier;

/// What is sent before and after a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Around {
    /// A savepoint in the transaction that is open.
    Savepoint,
    /// The same, behind which nothing can be written.
    ReadingSavepoint,
    /// A transaction of its own.
    Transaction,
    /// The same, in which nothing can be written.
    ReadingTransaction,
    /// Nothing: for statements that PostgreSQL runs outside of transactions alone.
    Nothing,
}

impl Around {
    pub fn of_query(access: DatabaseAccess, footing: Footing) -> Self {
        match (access, footing != Footing::Outside) {
            (DatabaseAccess::Write, true) => Self::Savepoint,
            (DatabaseAccess::Write, false) => Self::Transaction,
            (DatabaseAccess::Read | DatabaseAccess::None, true) => Self::ReadingSavepoint,
            (DatabaseAccess::Read | DatabaseAccess::None, false) => Self::ReadingTransaction,
        }
    }

    pub fn of_execute(footing: Footing) -> Self {
        if footing == Footing::Outside { Self::Nothing } else { Self::Savepoint }
    }

    pub async fn begin(self, link: &Link) -> Result<(), QueryError> {
        send(
            link,
            match self {
                Self::Savepoint => "SAVEPOINT confiture_call",
                Self::ReadingSavepoint => "SAVEPOINT confiture_call; SET TRANSACTION READ ONLY",
                Self::Transaction => "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
                Self::ReadingTransaction => "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY",
                Self::Nothing => return Ok(()),
            },
        )
        .await
    }

    /// Takes on a role to read as. What is read is undone as a whole, and so is this.
    pub async fn take_on(self, role: Option<&str>, link: &Link) -> Result<(), QueryError> {
        match (self, role) {
            (Self::ReadingSavepoint | Self::ReadingTransaction, Some(role)) => {
                send(link, &format!("SET LOCAL ROLE {}", identifier(role))).await
            }
            _ => Ok(()),
        }
    }

    /// Keeps what was done. What only read leaves nothing: neither READ ONLY nor a role.
    pub async fn keep(self, link: &Link) -> Result<(), QueryError> {
        send(
            link,
            match self {
                Self::Savepoint => "RELEASE SAVEPOINT confiture_call",
                Self::ReadingSavepoint => "ROLLBACK TO SAVEPOINT confiture_call; RELEASE SAVEPOINT confiture_call",
                // An error at COMMIT leaves no transaction; one that is aborted would be rolled back without an error.
                Self::Transaction => "SAVEPOINT confiture_call; COMMIT",
                Self::ReadingTransaction => "ROLLBACK",
                Self::Nothing => return Ok(()),
            },
        )
        .await
    }

    /// Undoes it. What fails here fails again, and is reported, when the connection is used next.
    pub async fn undo(self, link: &Link) {
        let _ = send(
            link,
            match self {
                Self::Savepoint | Self::ReadingSavepoint => {
                    "ROLLBACK TO SAVEPOINT confiture_call; RELEASE SAVEPOINT confiture_call"
                }
                Self::Transaction | Self::ReadingTransaction => "ROLLBACK",
                Self::Nothing => return,
            },
        )
        .await;
    }
}

async fn send(link: &Link, sql: &str) -> Result<(), QueryError> {
    link.client.batch_execute(sql).await.map_err(|error| failure::of_ours(&error))
}
