//! What all streams of a run see of the source: one snapshot, exported.

use super::{
    Ends,
    error::{End, SyncError},
    link::{Link, SETTINGS, get},
};
use std::sync::Arc;
use tokio_postgres::Client;

/// A snapshot of the source that stays open as long as this does. Other sessions import it by its name.
pub struct SourceSnapshot {
    link: Arc<Link>,
    id: String,
}

impl SourceSnapshot {
    /// Takes a new one.
    ///
    /// # Errors
    /// The source cannot be reached, or read.
    pub async fn take(ends: &Ends) -> Result<Self, SyncError> {
        Self::open(ends, None).await
    }

    /// Takes part in one that another session holds. From now on it outlives that session.
    ///
    /// # Errors
    /// As [`SourceSnapshot::take`]; the snapshot is gone.
    pub async fn adopt(ends: &Ends, id: &str) -> Result<Self, SyncError> {
        Self::open(ends, Some(id)).await
    }

    async fn open(ends: &Ends, id: Option<&str>) -> Result<Self, SyncError> {
        let link = Link::source(ends).await?;
        let id = begin(&link, id).await?;
        Ok(Self { link: Arc::new(link), id })
    }

    /// The connection, in its transaction: REPEATABLE READ, READ ONLY.
    pub fn client(&self) -> &Client {
        &self.link.client
    }

    /// The name by which others import it.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn link(&self) -> Arc<Link> {
        Arc::clone(&self.link)
    }
}

/// Begins a transaction on the source, of its own or in the snapshot of that name, and exports it again: so it outlives
/// whoever exported it first.
pub(super) async fn begin(link: &Link, id: Option<&str>) -> Result<String, SyncError> {
    let begun = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    let sql = match id {
        Some(id) if id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') => {
            format!("{begun}; SET TRANSACTION SNAPSHOT '{id}'")
        }
        Some(_) => return Err(SyncError::Broken("the name of a snapshot is not one of PostgreSQL's".to_owned())),
        None => begun.to_owned(),
    };
    // Once more in the transaction: behind a pooler it may be another session that was set up.
    let sql = format!("{sql}; {SETTINGS}; SET search_path = pg_catalog");
    link.run("taking part in the snapshot", &sql).await?;
    let rows = link.rows("exporting the snapshot", "SELECT pg_catalog.pg_export_snapshot() AS id", &[]).await?;
    let id: String = rows.first().map(|row| get(row, "id")).unwrap_or_default();
    if id.is_empty() {
        let why = "the source did not name its snapshot".to_owned();
        return Err(SyncError::Lost { end: End::Source, doing: "exporting the snapshot".to_owned(), why });
    }
    Ok(id)
}
