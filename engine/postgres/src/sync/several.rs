//! Several workers: rows go to tables of the run's own, part by part, and one transaction makes them visible.

mod switch;
mod worker;

use super::{
    Copied, Shared, chunks,
    error::SyncError,
    kept::left,
    link::{Link, get},
    name::{identifier, literal, qualified},
    record::{self, Begun},
    target, thread,
};
use confiture_model::sync::{Name, Plan};
use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

/// The table of the run's own for one of the plan.
pub(super) fn own_table(plan: &Plan, table: usize) -> Name {
    Name { schema: record::schema_of(&plan.run), name: format!("confiture_{table}") }
}

/// Copies a plan.
pub(super) async fn run(shared: &Arc<Shared>, begun: Begun) -> Result<Copied, SyncError> {
    let mine = Arc::clone(shared);
    match begun {
        Begun::Continued => complete(&mine).await?,
        Begun::Anew | Begun::Again => prepare(&mine).await?,
    }
    match work(shared, shared.plan.workers).await {
        Ok(()) => {}
        Err(error) => return Err(left(shared, error).await),
    }
    shared.progress.step("making the rows visible");
    let thread =
        thread::spawn("sync-switch", move || async move { mine.stop.clone().guard(switch::switch(&mine)).await })?;
    let mut copied = match thread::outcome(thread).await {
        Ok(copied) => copied,
        Err(error) => return Err(left(shared, error).await),
    };
    copied.resumed = begun == Begun::Continued;
    Ok(copied)
}

/// Works with so many workers until no part is left.
pub(super) async fn work(shared: &Arc<Shared>, workers: u32) -> Result<(), SyncError> {
    let mut threads = Vec::new();
    for _ in 0..workers.max(1) {
        let mine = Arc::clone(shared);
        let thread = thread::spawn("sync-target", move || async move {
            let result = mine.stop.clone().guard(worker::work(&mine)).await;
            // Of one that lost its connection, the others do the part; any other failure would be theirs as well.
            if result.as_ref().is_err_and(|error| !error.is_lost()) {
                mine.stop.ask();
            }
            result
        })?;
        threads.push(thread);
    }
    let mut failure: Option<SyncError> = None;
    let mut finished = false;
    for thread in threads {
        match thread::outcome(thread).await {
            Ok(()) => finished = true,
            Err(error) if failure.as_ref().is_none_or(|first| *first == SyncError::Stopped || first.is_lost()) => {
                failure = Some(error);
            }
            Err(_) => {}
        }
    }
    match failure {
        // A worker ends well only when every part is done.
        Some(error) if !(finished && error.is_lost()) => Err(error),
        _ => Ok(()),
    }
}

/// Makes the run's own tables, and writes down the parts.
async fn prepare(shared: &Shared) -> Result<(), SyncError> {
    let link = Link::target(&shared.ends).await?;
    let plan = &shared.plan;
    link.run("beginning the run", "BEGIN").await?;
    target::empty_or_replaced(plan, &link).await?;
    let schema = identifier(&record::schema_of(&plan.run));
    let comment = literal(&format!(
        "Rows of a run of confiture sync that has not ended, masked: {}. The next run of the same goes on with it, or clears it away",
        plan.run
    ));
    let doing = "making the run's own tables";
    link.run(doing, &format!("CREATE SCHEMA {schema}; COMMENT ON SCHEMA {schema} IS {comment}")).await?;
    for (at, table) in plan.tables.iter().enumerate() {
        target::own_table(&link, table, &own_table(plan, at)).await?;
    }
    chunks::plan(shared, &link).await?;
    link.run("beginning the run", "COMMIT").await
}

/// Makes those of the run's own tables again that gave back their room.
async fn complete(shared: &Shared) -> Result<(), SyncError> {
    let link = Link::target(&shared.ends).await?;
    let plan = &shared.plan;
    link.run("going on with the run", "BEGIN").await?;
    let sql = "SELECT pg_catalog.to_regclass($1) IS NULL AS gone";
    for (at, begun) in chunks::unfinished(&link, &plan.run).await? {
        let own = own_table(plan, at);
        let rows = link.rows("going on with the run", sql, &[&qualified(&own)]).await?;
        if let Some(table) = plan.tables.get(at).filter(|_| !begun && rows.first().is_some_and(|row| get(row, "gone")))
        {
            target::own_table(&link, table, &own).await?;
        }
    }
    link.run("going on with the run", "COMMIT").await
}

/// How often it is looked whether the rows of a run are visible.
const AGAIN: Duration = Duration::from_secs(1);

/// Holds the snapshot of a run all parts of which are done, where whoever began it is gone: the next run goes on in it.
pub(super) async fn outlast(shared: &Shared) -> Result<(), SyncError> {
    let target = Link::target(&shared.ends).await?;
    let run = &shared.plan.run;
    let mut holds = false;
    while record::is_orphaned(&target, run).await? {
        if !std::mem::replace(&mut holds, true) {
            record::takes_part(&target, run, &shared.snapshot, &shared.ends.client).await?;
            shared.taking_part.lock().unwrap_or_else(PoisonError::into_inner).push(shared.snapshot.clone());
            let what =
                "all chunks are done, and whoever began the run is gone: holding its snapshot until it is run again";
            shared.progress.step(what);
        }
        tokio::time::sleep(AGAIN).await;
    }
    Ok(())
}

/// Takes the workers of this process out of the target's record.
pub(super) async fn leave(shared: &Shared, target: &Link) {
    let mine = std::mem::take(&mut *shared.taking_part.lock().unwrap_or_else(PoisonError::into_inner));
    for snapshot in mine {
        // Where it cannot be done, a later run finds out by trying that the snapshot is gone.
        let _ = record::leaves(target, &shared.plan.run, &snapshot).await;
    }
}
