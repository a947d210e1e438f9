//! Our own SQL, independent of what a user's script did to its session.
//!
//! A script may have changed role, search path, timeouts or encoding, and a later statement of it may rely on that. So
//! our SQL travels in one message, between a preamble that notes the settings and sets ours, and an epilogue that puts
//! them back; all of it local to the transaction, so that a script's own SET survives and a rollback undoes everything.
//! Every name is qualified, and literals are ASCII (see [`super::literal`]).

use super::{link::Link, literal};
use confiture_model::session::SessionError;
use futures_util::TryStreamExt as _;
use std::pin::pin;
use tokio_postgres::{SimpleQueryMessage, SimpleQueryRow};

/// What is noted and put back, in the order in which it has to be: changing the session's user drops the role.
const KEPT: [&str; 6] =
    ["session_authorization", "role", "search_path", "client_encoding", "statement_timeout", "lock_timeout"];

/// Whom a connection logged in as; and the role that it then has, which may be set for the user or the database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Identity {
    pub session_user: String,
    pub role: String,
    /// Of its backend.
    pub pid: i32,
}

/// Whether we begin a transaction of our own around what we send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Around {
    /// A transaction is open.
    Open,
    /// A new one, which commits.
    Writing,
    /// A new one, which only reads.
    Reading,
}

impl Around {
    /// Whether there is a transaction to write in, or one has to be begun.
    pub async fn to_write(link: &Link) -> Result<Self, SessionError> {
        Ok(if super::transaction::is_open(link).await? { Self::Open } else { Self::Writing })
    }

    /// The same to read in.
    pub async fn to_read(link: &Link) -> Result<Self, SessionError> {
        Ok(if super::transaction::is_open(link).await? { Self::Open } else { Self::Reading })
    }
}

/// Who we are at the beginning, before any script could change it.
pub(super) async fn identity(link: &Link) -> Result<Identity, SessionError> {
    let sql = "SELECT pg_catalog.current_setting('session_authorization'), pg_catalog.current_setting('role'),
        pg_catalog.pg_backend_pid()";
    let rows = rows_of(link, sql).await?;
    let text = |column| rows.first().and_then(|row| row.get(column)).unwrap_or_default().to_owned();
    Ok(Identity { session_user: text(0), role: text(1), pid: text(2).parse().unwrap_or(0) })
}

/// Runs `sql`, any number of statements of ours, under our settings, and answers all rows that came.
///
/// # Errors
/// What PostgreSQL said. A transaction that was open before is then aborted; one of ours is gone.
pub(super) async fn run(link: &Link, around: Around, sql: &str) -> Result<Vec<SimpleQueryRow>, SessionError> {
    let ours = set(link);
    let message = match around {
        Around::Open => format!("{};{ours};{sql};{}", keep(), put_back()),
        Around::Writing => format!("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;{ours};{sql};COMMIT"),
        Around::Reading => format!("BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY;{ours};{sql};COMMIT"),
    };
    let result = rows_of(link, &message).await;
    if result.is_err() && around != Around::Open {
        // Should this fail as well, the connection is gone, and the first error says why.
        let _ = link.client.batch_execute("ROLLBACK").await;
    }
    Ok(result?.into_iter().filter(|row| row.columns().first().is_none_or(|c| c.name() != MARK)).collect())
}

/// Runs something that takes several messages under our settings.
pub(super) async fn during<T>(
    link: &Link,
    work: impl AsyncFnOnce(&Link) -> Result<T, SessionError>,
) -> Result<T, SessionError> {
    let open = super::transaction::is_open(link).await?;
    if !open {
        return work(link).await;
    }
    rows_of(link, &format!("{};{}", keep(), set(link))).await?;
    let value = work(link).await;
    // After an error the transaction may be aborted, and then it is as it was.
    let back = rows_of(link, &put_back()).await;
    let value = value?;
    back.map(|_| value)
}

/// The name of the column that the results of our preamble have.
const MARK: &str = "confiture_setting";

fn keep() -> String {
    each(|name| format!("pg_catalog.set_config('confiture.kept_{name}', pg_catalog.current_setting('{name}'), true)"))
}

fn put_back() -> String {
    each(|name| format!("pg_catalog.set_config('{name}', pg_catalog.current_setting('confiture.kept_{name}'), true)"))
}

fn set(link: &Link) -> String {
    let value = |name: &str| match name {
        "session_authorization" => literal::text(&link.identity.session_user),
        "role" => literal::text(&link.identity.role),
        "search_path" => "'pg_catalog, pg_temp'".to_owned(),
        "client_encoding" => "'UTF8'".to_owned(),
        "lock_timeout" => "'30s'".to_owned(),
        _ => "'0'".to_owned(),
    };
    each(|name| format!("pg_catalog.set_config('{name}', {}, true)", value(name)))
}

/// One statement for all of [`KEPT`]; PostgreSQL works off a list of columns in its order.
fn each(column: impl Fn(&str) -> String) -> String {
    let columns: Vec<String> = KEPT.iter().map(|name| format!("{} AS {MARK}", column(name))).collect();
    format!("SELECT {}", columns.join(", "))
}

/// The rows of all statements of one message.
pub(super) async fn rows_of(link: &Link, sql: &str) -> Result<Vec<SimpleQueryRow>, SessionError> {
    let read = async {
        let mut stream = pin!(link.client.simple_query_raw(sql).await?);
        let mut rows = Vec::new();
        while let Some(message) = stream.try_next().await? {
            if let SimpleQueryMessage::Row(row) = message {
                rows.push(row);
            }
        }
        Ok(rows)
    };
    read.await.map_err(|error| crate::session::session_error(&error))
}
