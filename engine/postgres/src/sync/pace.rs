//! How fast earlier runs into a database were: what an estimate of the next one rests on.

use crate::session::session_error;
use confiture_model::{session::SessionError, sync::Plan};
use tokio_postgres::{Client, Error};

/// Earlier runs into a target, together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// How many runs there are on record.
    pub runs: usize,
    /// What the tables that they copied took on disk at the source, in bytes.
    pub bytes: u64,
    /// From their beginnings until their rows were visible, in seconds.
    pub seconds: f64,
}

const READABLE: &str = "SELECT pg_catalog.has_schema_privilege('confiture', 'USAGE')
    AND pg_catalog.has_table_privilege('confiture.sync_run', 'SELECT')";

/// The newest ones: what a server was worth years ago says little.
const RUNS: &str = "SELECT plan, extract(epoch FROM ended_at - started_at)::float8 FROM confiture.sync_run
    WHERE state IN ('copied', 'verified', 'unverified') AND ended_at > started_at
    ORDER BY ended_at DESC LIMIT 10";

/// Reads it from the target's record; none where there is no run on it, or it may not be read.
///
/// # Errors
/// What PostgreSQL said.
pub async fn pace(client: &Client) -> Result<Option<Pace>, SessionError> {
    read(client).await.map_err(|error| session_error(&error))
}

async fn read(client: &Client) -> Result<Option<Pace>, Error> {
    // One after the other: where the schema is not there, the rights on it cannot be asked for.
    let there = client.query_one("SELECT pg_catalog.to_regclass('confiture.sync_run') IS NOT NULL", &[]).await?;
    if !there.try_get(0)? || !client.query_one(READABLE, &[]).await?.try_get(0)? {
        return Ok(None);
    }
    let mut pace = Pace { runs: 0, bytes: 0, seconds: 0.0 };
    for row in client.query(RUNS, &[]).await? {
        // A plan of another version says nothing here.
        let Ok(plan) = serde_json::from_str::<Plan>(row.try_get(0)?) else { continue };
        let bytes: u64 = plan.tables.iter().filter_map(|table| table.bytes).sum();
        if bytes > 0 {
            pace.runs += 1;
            pace.bytes += bytes;
            pace.seconds += row.try_get::<_, f64>(1)?;
        }
    }
    Ok((pace.runs > 0).then_some(pace))
}
