//! Schemas in the ledger, each stored once under the hash of its content.

mod canonical;

use super::{
    link::Link,
    literal,
    own_settings::{Around, during, run},
};
use crate::catalog::{self, Request};
use confiture_model::{
    schema::{Parts, SNAPSHOT_VERSION, Snapshot},
    session::SessionError,
};

/// The schema as it is now, with what the open transaction has done, without statistics.
pub(super) async fn current(link: &Link) -> Result<Snapshot, SessionError> {
    during(link, async |link| {
        let request = Request { parts: Parts::ALL, live: false, schemas: None };
        Ok(catalog::snapshot_again(&link.client, &request, &link.prepared).await?)
    })
    .await
}

/// Stores the schema as it is now, and answers its address.
pub(super) async fn store(link: &Link) -> Result<String, SessionError> {
    let snapshot = current(link).await?;
    let stored = canonical::stored(&snapshot).map_err(|error| unreadable("new", &error))?;
    let around = Around::to_write(link).await?;
    let there = format!("SELECT FROM confiture.snapshot WHERE address = {}", literal::text(&stored.address));
    if !run(link, around, &there).await?.is_empty() {
        return Ok(stored.address);
    }
    let sql = format!(
        "INSERT INTO confiture.snapshot (address, server_version, body) VALUES ({}, {}, {}) ON CONFLICT (address) DO NOTHING",
        literal::text(&stored.address),
        snapshot.server_version,
        literal::text(&stored.body),
    );
    run(link, around, &sql).await?;
    Ok(stored.address)
}

/// A stored snapshot; none of this address.
pub(super) async fn load(link: &Link, address: &str) -> Result<Option<Snapshot>, SessionError> {
    let sql = format!("SELECT body, server_version FROM confiture.snapshot WHERE address = {}", literal::text(address));
    let rows = run(link, Around::to_read(link).await?, &sql).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let text = |name: &str| row.try_get(name).ok().flatten().unwrap_or_default();
    let server_version = text("server_version").parse().unwrap_or(0);
    let snapshot = canonical::read(text("body"), server_version).map_err(|error| unreadable(address, &error))?;
    if snapshot.snapshot_version > SNAPSHOT_VERSION {
        return Err(SessionError::Connection(format!(
            "snapshot {address} has form {}, and this program reads forms up to {SNAPSHOT_VERSION}\n  -> use a newer version of Confiture",
            snapshot.snapshot_version
        )));
    }
    Ok(Some(snapshot))
}

fn unreadable(address: &str, error: &serde_json::Error) -> SessionError {
    SessionError::Connection(format!(
        "snapshot {address} of the ledger cannot be read: {error}\n  -> a newer version of Confiture may have written it, or it was edited by hand"
    ))
}
