//! What the target remembers of runs: tables of schema `confiture` (`migration/ledger/003.sql`).

use super::{
    Ends,
    error::{End, SyncError},
    link::{Link, get},
};
use crate::{identity::system_identifier, migration::is_taken};
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
    /// How many chunks it has, and how many of them are done; 0 where nothing of it is left, as of one that copied in one
    /// transaction.
    pub chunks: u64,
    /// See `chunks`.
    pub done: u64,
    /// What its snapshot consists of.
    pub content: String,
}

impl RunRecord {
    /// Whether others can take part in it.
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
    let sql = "SELECT run, plan, client, snapshot, pg_catalog.to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AS started_at,
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
    let there = has_schema(&target, get(row, "run")).await?;
    let count = |name| u64::try_from(get::<i64>(row, name)).ok().filter(|_| there).unwrap_or_default();
    Ok(Some(RunRecord {
        plan,
        started_at: get(row, "started_at"),
        client: get(row, "client"),
        snapshot,
        chunks: count("chunks"),
        done: count("done"),
        content: get(row, "snapshot"),
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

/// Whether the tables of a run's own are there: whoever owns them may have dropped them.
async fn has_schema(target: &Link, run: &str) -> Result<bool, SyncError> {
    let sql = "SELECT pg_catalog.to_regnamespace(pg_catalog.quote_ident($1)) IS NOT NULL AS there";
    let rows = target.rows("reading what runs there were", sql, &[&schema_of(run)]).await?;
    Ok(rows.first().is_some_and(|row| get(row, "there")))
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

/// Whether a run begins, or goes on with what an earlier process has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begun {
    Anew,
    /// The run was begun before, and its snapshot is gone: what was done is thrown away.
    Again,
    Continued,
}

/// Writes a new run down, or finds it there. What other runs have left is cleared away: the run lock is ours, so nobody
/// makes their rows visible any more. `snapshot` is the content of the one that is held now.
pub(super) async fn begin(plan: &Plan, ends: &Ends, target: &Link, snapshot: &str) -> Result<Begun, SyncError> {
    let doing = "clearing away what earlier runs have left";
    let sql = "SELECT run FROM confiture.sync_run WHERE state = 'copying' AND run <> $1";
    for row in target.rows(doing, sql, &[&plan.run]).await? {
        abandon(target, get(&row, "run"), "abandoned").await?;
    }
    let sql = "SELECT state, snapshot, EXISTS (SELECT FROM confiture.sync_chunk c WHERE c.run = r.run) AS parts
        FROM confiture.sync_run r WHERE run = $1";
    let rows = target.rows(DOING, sql, &[&plan.run]).await?;
    if let Some(row) = rows.first() {
        let (state, before): (String, String) = (get(row, "state"), get(row, "snapshot"));
        if state != "copying" {
            return Err(SyncError::Refused(format!("run {} has ended ({state}): a plan is run once", plan.run)));
        }
        if before == snapshot && get(row, "parts") && has_schema(target, &plan.run).await? {
            return Ok(Begun::Continued);
        }
        clear(target, &plan.run).await?;
        let sql =
            "UPDATE confiture.sync_run SET snapshot = $2, started_at = pg_catalog.clock_timestamp() WHERE run = $1";
        target.rows(DOING, sql, &[&plan.run, &snapshot]).await?;
        return Ok(Begun::Again);
    }
    let json = serde_json::to_string(plan).map_err(|error| SyncError::Broken(format!("the plan: {error}")))?;
    let sql = "INSERT INTO confiture.sync_run (run, state, client, source, snapshot, plan) VALUES ($1, 'copying', $2, $3, $4, $5)";
    target.rows(DOING, sql, &[&plan.run, &ends.client, &ends.source.describe(), &snapshot, &json]).await?;
    Ok(Begun::Anew)
}

/// What a held snapshot consists of, by which two of the same are known: its transactions, of which database, and since
/// when its server has not crashed, which resets that time: a crash may lose transactions, and give others their numbers.
pub(super) async fn content(source: &Link) -> Result<String, SyncError> {
    let doing = "taking part in the snapshot";
    let system = system_identifier(&source.client).await.map_err(|error| SyncError::of(End::Source, doing, &error))?;
    let sql =
        "SELECT pg_catalog.concat_ws(' ', pg_catalog.pg_current_snapshot(), 'of', $1::pg_catalog.text, d.oid, 'since',
            extract(epoch FROM pg_catalog.pg_stat_get_bgwriter_stat_reset_time())) AS content
        FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()";
    let rows = source.rows(doing, sql, &[&system.unwrap_or_default()]).await?;
    Ok(rows.first().map(|row| get(row, "content")).unwrap_or_default())
}

/// What the snapshot of a run consists of, as it was written down.
pub(super) async fn content_of(target: &Link, run: &str) -> Result<String, SyncError> {
    let sql = "SELECT snapshot FROM confiture.sync_run WHERE run = $1";
    let rows = target.rows("reading what runs there were", sql, &[&run]).await?;
    Ok(rows.first().map(|row| get(row, "snapshot")).unwrap_or_default())
}

/// The schema in which a run of several workers has its tables.
pub(super) fn schema_of(run: &str) -> String {
    let first: String = run.chars().filter(char::is_ascii_hexdigit).take(8).collect();
    format!("confiture_sync_{first}")
}

/// Gives a run up: nothing of it is left but its row.
pub(super) async fn abandon(target: &Link, run: &str, state: &str) -> Result<(), SyncError> {
    clear(target, run).await?;
    let sql = "UPDATE confiture.sync_run SET state = $2, ended_at = pg_catalog.clock_timestamp() WHERE run = $1";
    target.rows(DOING, sql, &[&run, &state]).await.map(drop)
}

/// Throws away what a run has done. The tables are the run's own; a worker that still writes to one is waited for.
async fn clear(target: &Link, run: &str) -> Result<(), SyncError> {
    let schema = super::name::identifier(&schema_of(run));
    target.run("clearing away a run", &format!("DROP SCHEMA IF EXISTS {schema} CASCADE")).await?;
    for table in ["sync_chunk", "sync_worker"] {
        target.rows(DOING, &format!("DELETE FROM confiture.{table} WHERE run = $1"), &[&run]).await?;
    }
    Ok(())
}

/// Writes down that a session takes part in the snapshot of a run, under the name by which others can.
pub(super) async fn takes_part(target: &Link, run: &str, snapshot: &str, client: &str) -> Result<(), SyncError> {
    let sql = "INSERT INTO confiture.sync_worker (run, snapshot, client) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    target.rows(DOING, sql, &[&run, &snapshot, &client]).await.map(drop)
}

/// Takes that back.
pub(super) async fn leaves(target: &Link, run: &str, snapshot: &str) -> Result<(), SyncError> {
    let sql = "DELETE FROM confiture.sync_worker WHERE run = $1 AND snapshot = $2";
    target.rows(DOING, sql, &[&run, &snapshot]).await.map(drop)
}

/// Whether somebody holds a run's snapshot.
pub(super) async fn is_held(ends: &Ends, target: &Link, run: &str) -> Result<bool, SyncError> {
    let sql = "SELECT snapshot FROM confiture.sync_worker WHERE run = $1 ORDER BY since DESC";
    for row in target.rows(DOING, sql, &[&run]).await? {
        if lives(ends, get(&row, "snapshot")).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a run has not ended and nobody is at work on it who could end it.
pub(super) async fn is_orphaned(target: &Link, run: &str) -> Result<bool, SyncError> {
    // In this order: whoever ends it does so before the lock is free.
    let taken = target.rows(DOING, &is_taken(), &[]).await?.first().is_some_and(|row| get(row, "taken"));
    let sql = "SELECT EXISTS (SELECT FROM confiture.sync_run WHERE run = $1 AND state = 'copying') AS copying";
    let copying = target.rows(DOING, sql, &[&run]).await?.first().is_some_and(|row| get(row, "copying"));
    Ok(copying && !taken)
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
