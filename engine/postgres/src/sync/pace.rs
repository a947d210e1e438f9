//! How fast earlier runs into a database were: what an estimate of the next one rests on.

use super::{
    Ends,
    error::SyncError,
    link::{Link, get},
};
use confiture_model::sync::Plan;

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

const THERE: &str = "SELECT pg_catalog.to_regclass('confiture.sync_run') IS NOT NULL AS holds";
const READABLE: &str = "SELECT pg_catalog.has_schema_privilege('confiture', 'USAGE')
    AND pg_catalog.has_table_privilege('confiture.sync_run', 'SELECT') AS holds";

/// The newest ones: what a server was worth years ago says little.
const RUNS: &str = "SELECT plan, extract(epoch FROM ended_at - started_at)::float8 AS seconds FROM confiture.sync_run
    WHERE state IN ('copied', 'verified', 'unverified') AND ended_at > started_at
    ORDER BY ended_at DESC LIMIT 10";

/// Reads it from the target's record; none where there is no run on it, or it may not be read.
///
/// # Errors
/// The target cannot be reached, or what PostgreSQL said.
pub async fn pace(ends: &Ends) -> Result<Option<Pace>, SyncError> {
    let target = Link::target(ends).await?;
    let doing = "reading what runs there were";
    // One after the other: where the schema is not there, the rights on it cannot be asked for.
    for question in [THERE, READABLE] {
        if !target.rows(doing, question, &[]).await?.first().is_some_and(|row| get(row, "holds")) {
            return Ok(None);
        }
    }
    let mut pace = Pace { runs: 0, bytes: 0, seconds: 0.0 };
    for row in target.rows(doing, RUNS, &[]).await? {
        // A plan of another version says nothing here.
        let Ok(plan) = serde_json::from_str::<Plan>(get(&row, "plan")) else { continue };
        let bytes: u64 = plan.tables.iter().filter_map(|table| table.bytes).sum();
        if bytes > 0 {
            pace.runs += 1;
            pace.bytes += bytes;
            pace.seconds += get::<f64>(&row, "seconds");
        }
    }
    Ok((pace.runs > 0).then_some(pace))
}
