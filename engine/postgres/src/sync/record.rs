//! What the target remembers of runs: tables of schema `confiture` (`migration/ledger/003.sql`).

use super::{
    Ends,
    error::{End, SyncError},
    link::{Link, get},
};
use confiture_model::sync::{PLAN_VERSION, Plan, TableCopied};
use tokio_postgres::Row;

/// A run as the target remembers it.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRecord {
    /// What it copies.
    pub plan: Plan,
    /// When it began, by the clock of the target's server, RFC 3339.
    pub started_at: String,
    /// `user@host` of whoever began it.
    pub client: String,
    /// The name of its snapshot, where a session still holds it.
    pub snapshot: Option<String>,
    /// How many chunks it has, and how many of them are done; 0 where it copied in one transaction, of which nothing is left.
    pub chunks: u64,
    /// See `chunks`.
    pub done: u64,
}

impl RunRecord {
    /// Whether a run of the same plan can go on with what is there.
    pub fn can_go_on(&self) -> bool {
        self.snapshot.is_some() && self.chunks > 0
    }
}

const DOING: &str = "writing down the run";

/// The newest run that has not ended, though nobody may be at work on it any more.
pub(super) async fn unfinished(ends: &Ends) -> Result<Option<RunRecord>, SyncError> {
    let target = Link::target(ends).await?;
    let doing = "reading what runs there were";
    let there = "SELECT pg_catalog.to_regclass('confiture.sync_run') IS NOT NULL AS there";
    if !target.rows(doing, there, &[]).await?.first().is_some_and(|row| get(row, "there")) {
        return Ok(None);
    }
    let sql = "SELECT plan, client, pg_catalog.to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AS started_at,
            ARRAY(SELECT w.snapshot FROM confiture.sync_worker w WHERE w.run = r.run ORDER BY w.since DESC) AS snapshots,
            (SELECT pg_catalog.count(*) FROM confiture.sync_chunk c WHERE c.run = r.run) AS chunks,
            (SELECT pg_catalog.count(*) FROM confiture.sync_chunk c WHERE c.run = r.run AND c.done) AS done
        FROM confiture.sync_run r WHERE state = 'copying' ORDER BY r.started_at DESC LIMIT 1";
    let rows = target.rows(doing, sql, &[]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let plan = plan(row)?;
    let mut snapshot = None;
    for id in get::<Vec<String>>(row, "snapshots") {
        if lives(ends, &id).await? {
            snapshot = Some(id);
            break;
        }
    }
    let count = |name| u64::try_from(get::<i64>(row, name)).unwrap_or_default();
    Ok(Some(RunRecord {
        plan,
        started_at: get(row, "started_at"),
        client: get(row, "client"),
        snapshot,
        chunks: count("chunks"),
        done: count("done"),
    }))
}

fn plan(row: &Row) -> Result<Plan, SyncError> {
    let plan: Result<Plan, _> = serde_json::from_str(get(row, "plan"));
    match plan {
        Ok(plan) if plan.plan_version == PLAN_VERSION => Ok(plan),
        _ => Err(SyncError::Refused(
            "the target remembers a run of another version of Confiture that has not ended\n  -> end it with that version, or take it out: UPDATE confiture.sync_run SET state = 'abandoned' WHERE state = 'copying'"
                .to_owned(),
        )),
    }
}

/// Whether a session still holds a snapshot.
async fn lives(ends: &Ends, id: &str) -> Result<bool, SyncError> {
    let source = Link::source(ends).await?;
    match super::snapshot::begin(&source, Some(id)).await {
        Ok(_) => Ok(true),
        Err(SyncError::Said { .. } | SyncError::Broken(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Writes a new run down; true where it is there already and is to go on. What other runs have left is cleared away: the
/// run lock is ours, so nobody is at work on them.
pub(super) async fn begin(plan: &Plan, ends: &Ends, target: &Link) -> Result<bool, SyncError> {
    let doing = "clearing away what earlier runs have left";
    let sql = "SELECT run FROM confiture.sync_run WHERE state = 'copying' AND run <> $1";
    for row in target.rows(doing, sql, &[&plan.run]).await? {
        abandon(target, get(&row, "run"), "abandoned").await?;
    }
    let sql = "SELECT state FROM confiture.sync_run WHERE run = $1";
    let rows = target.rows(DOING, sql, &[&plan.run]).await?;
    match rows.first().map(|row| get::<String>(row, "state")) {
        Some(state) if state == "copying" => return Ok(true),
        Some(state) => {
            return Err(SyncError::Refused(format!("run {} has ended ({state}): a plan is run once", plan.run)));
        }
        None => {}
    }
    let json = serde_json::to_string(plan).map_err(|error| SyncError::Broken(format!("the plan: {error}")))?;
    let sql = "INSERT INTO confiture.sync_run (run, state, client, source, plan) VALUES ($1, 'copying', $2, $3, $4)";
    target.rows(DOING, sql, &[&plan.run, &ends.client, &ends.source.describe(), &json]).await?;
    Ok(false)
}

/// The schema in which a run of several workers has its tables.
pub(super) fn schema_of(run: &str) -> String {
    let first: String = run.chars().filter(char::is_ascii_hexdigit).take(8).collect();
    format!("confiture_sync_{first}")
}

/// Gives a run up: nothing of it is left but its row.
pub(super) async fn abandon(target: &Link, run: &str, state: &str) -> Result<(), SyncError> {
    let schema = super::name::identifier(&schema_of(run));
    target.run("clearing away a run", &format!("DROP SCHEMA IF EXISTS {schema} CASCADE")).await?;
    for table in ["sync_chunk", "sync_worker"] {
        target.rows(DOING, &format!("DELETE FROM confiture.{table} WHERE run = $1"), &[&run]).await?;
    }
    let sql = "UPDATE confiture.sync_run SET state = $2, ended_at = pg_catalog.clock_timestamp() WHERE run = $1";
    target.rows(DOING, sql, &[&run, &state]).await.map(drop)
}

/// Writes down, in the transaction that makes the rows visible, that they are.
pub(super) async fn copied(target: &Link, run: &str, tables: &[TableCopied]) -> Result<(), SyncError> {
    let json = serde_json::to_string(tables).map_err(|error| SyncError::Broken(format!("the numbers: {error}")))?;
    for table in ["sync_chunk", "sync_worker"] {
        target.rows(DOING, &format!("DELETE FROM confiture.{table} WHERE run = $1"), &[&run]).await?;
    }
    let sql = "UPDATE confiture.sync_run SET state = 'copied', ended_at = pg_catalog.clock_timestamp(), copied = $2 WHERE run = $1";
    target.rows(DOING, sql, &[&run, &json]).await.map(drop)
}

/// Commits. Where the answer is lost, the target is asked on a new connection whether the run is written down as copied.
pub(super) async fn commit(target: &Link, ends: &Ends, run: &str, pid: i32) -> Result<(), SyncError> {
    let Err(error) = target.run("committing", "COMMIT").await else { return Ok(()) };
    if !error.is_lost() {
        return Err(error);
    }
    let Ok(again) = Link::target(ends).await else { return Err(error) };
    for _ in 0..ENDINGS {
        let sql = "SELECT EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE pid = $1) AS lives,
                EXISTS (SELECT FROM confiture.sync_run WHERE run = $2 AND state = 'copied') AS copied";
        let rows = again.rows("asking what became of a commit", sql, &[&pid, &run]).await?;
        let Some(row) = rows.first() else { break };
        if get(row, "copied") {
            return Ok(());
        }
        if !get::<bool>(row, "lives") {
            break;
        }
        tokio::time::sleep(ENDING).await;
    }
    Err(error)
}

/// How often it is looked whether a session has ended, and how long it is waited in between.
const ENDINGS: u32 = 1500;
const ENDING: std::time::Duration = std::time::Duration::from_millis(20);

/// Writes down how the comparison with the source ended.
pub(super) async fn verdict(ends: &Ends, run: &str, verified: bool, report: &str) -> Result<(), SyncError> {
    let target = Link::target(ends).await?;
    let state = if verified { "verified" } else { "unverified" };
    let sql = "UPDATE confiture.sync_run SET state = $2, report = $3
        WHERE run = $1 AND state IN ('copied', 'verified', 'unverified')";
    target.rows(DOING, sql, &[&run, &state, &report]).await.map(drop)
}

/// The session's process, for [`commit`].
pub(super) async fn pid(target: &Link) -> Result<i32, SyncError> {
    debug_assert!(target.end == End::Target);
    let rows = target.rows(DOING, "SELECT pg_catalog.pg_backend_pid() AS pid", &[]).await?;
    Ok(rows.first().map(|row| get(row, "pid")).unwrap_or_default())
}
