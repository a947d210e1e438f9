//! What several workers have done of a run that ended early: kept where a later run can go on with it, else cleared away.
//!
//! Rows of one snapshot go together, so a run is gone on with only in the snapshot that it began with: one that a worker
//! still holds, or a new one of the same content, because nothing was written at the source since.

use super::{
    Ends, Shared, chunks,
    error::{Partly, SyncError},
    link::{Link, get},
    name::qualified,
    record::{self, RunRecord},
    several,
    snapshot::SourceSnapshot,
};
use confiture_model::sync::Plan;

/// A snapshot in which a run can be gone on with; none where there is none any more.
///
/// # Errors
/// A database cannot be reached.
pub async fn resume(ends: &Ends, record: &RunRecord) -> Result<Option<SourceSnapshot>, SyncError> {
    if record.chunks == 0 {
        return Ok(None);
    }
    if let Some(id) = &record.snapshot {
        return SourceSnapshot::adopt(ends, id).await.map(Some);
    }
    let snapshot = SourceSnapshot::take(ends).await?;
    let same = is_same(&snapshot.link(), &record.plan, &record.content).await?;
    Ok(same.then_some(snapshot))
}

/// Whether a snapshot of the source shows exactly what another one of this content did. On a standby what it consists of is
/// not all that it shows; and a table that is not logged may have been emptied by a crash, which no transaction tells of.
async fn is_same(source: &Link, plan: &Plan, content: &str) -> Result<bool, SyncError> {
    let sql = "SELECT NOT pg_catalog.pg_is_in_recovery() AND NOT EXISTS (
            SELECT FROM pg_catalog.unnest($1::pg_catalog.text[]) one (name)
            JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(one.name)
            WHERE c.relpersistence <> 'p') AS lasts";
    let names: Vec<String> = plan.tables.iter().map(|table| qualified(&table.table)).collect();
    let rows = source.rows("looking for what was written since", sql, &[&names]).await?;
    let lasts = rows.first().is_some_and(|row| get(row, "lasts"));
    Ok(lasts && record::content(source).await? == content)
}

/// What becomes of a run that ended early.
pub(super) async fn left(shared: &Shared, cause: SyncError) -> SyncError {
    let run = &shared.plan.run;
    // The next run looks at what is there.
    let Ok(target) = Link::target(&shared.ends).await else { return cause };
    several::leave(shared, &target).await;
    let standing = chunks::standing(&target, run, None).await.unwrap_or_default();
    if standing.done > 0 {
        if let Some(held) = lives(shared, &target).await {
            give_back(shared, &target, &cause, held).await;
            let schema = record::schema_of(run);
            let kept = Partly { done: standing.done, of: standing.all, schema, held, cause };
            return SyncError::Partly(Box::new(kept));
        }
        let cleared =
            "clearing away what was copied: the source has been written to since, and no worker holds its snapshot";
        shared.progress.step(cleared);
    }
    let _ = record::abandon(&target, run, "failed").await;
    cause
}

/// Gives back the room that rows of unfinished parts take, where the target's disk is full: it is scarce. A table of which
/// nothing is done is dropped, for VACUUM needs room itself; [`several::run`] makes it again.
async fn give_back(shared: &Shared, target: &Link, cause: &SyncError, held: bool) {
    if !matches!(cause, SyncError::Said { said, .. } if said.sqlstate == "53100") {
        return;
    }
    let mut tables = chunks::unfinished(target, &shared.plan.run).await.unwrap_or_default();
    tables.sort_by_key(|(_, begun)| *begun);
    for (table, begun) in tables {
        let own = qualified(&several::own_table(&shared.plan, table));
        // Whoever holds the snapshot may be writing to it.
        let sql = if begun || held { format!("VACUUM {own}") } else { format!("DROP TABLE IF EXISTS {own}") };
        let _ = target.run("giving back room", &sql).await;
    }
}

/// Whether a later run can go on: in a snapshot that is held, or (false) in a new one of the same content. Where the source
/// cannot be asked now, it may be able to.
async fn lives(shared: &Shared, target: &Link) -> Option<bool> {
    let (ends, plan) = (&shared.ends, &shared.plan);
    let asked = async {
        if record::is_held(ends, target, &plan.run).await? {
            return Ok(Some(true));
        }
        let snapshot = SourceSnapshot::take(ends).await?;
        let before = record::content_of(target, &plan.run).await?;
        let same = is_same(&snapshot.link(), plan, &before).await?;
        Ok::<_, SyncError>(same.then_some(false))
    };
    asked.await.unwrap_or(Some(false))
}
