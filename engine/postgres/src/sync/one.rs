//! One worker: everything in one transaction of the target, of which nothing stays unless all does.

use super::{
    Copied, Shared,
    error::SyncError,
    feed::Feed,
    link::Link,
    load::load,
    record,
    target::{self, LargeObjects, Positions},
    thread,
};
use confiture_model::sync::TableCopied;
use std::sync::Arc;

/// Copies a plan.
pub(super) async fn run(shared: &Arc<Shared>) -> Result<Copied, SyncError> {
    let mut feed = Feed::start(shared)?;
    feed.ready().await?;
    let mine = Arc::clone(shared);
    let thread = thread::spawn("sync-target", move || async move { mine.stop.clone().guard(copy(&mine, feed)).await })?;
    thread::outcome(thread).await
}

async fn copy(shared: &Shared, feed: Feed) -> Result<Copied, SyncError> {
    let link = shared.stop.watch(Link::target(&shared.ends).await?);
    let pid = record::pid(&link).await?;
    let positions = Positions::read(&shared.plan, &shared.held).await?;
    let prepared = target::prepare(shared, &link, &[]).await?;
    let tables = tables(shared, &link, &feed).await?;
    let objects = shared.plan.large_objects.then(|| LargeObjects::of(&shared.held, shared.plan.replace));
    let objects = target::conclude(shared, &link, prepared, &positions, objects).await?;
    record::copied(&link, &shared.plan.run, &tables).await?;
    record::commit(&link, &shared.ends, &shared.plan.run, pid).await?;
    Ok(Copied { tables, resumed: false, large_objects: objects.count, remarks: objects.remarks })
}

async fn tables(shared: &Shared, link: &Link, feed: &Feed) -> Result<Vec<TableCopied>, SyncError> {
    let plan = &shared.plan;
    let mut copied = Vec::with_capacity(plan.tables.len());
    // The next table is asked for ahead, so that the source need not wait for the target.
    let mut next = (!plan.tables.is_empty()).then(|| feed.read(0, None));
    for (at, table) in plan.tables.iter().enumerate() {
        let Some(pieces) = next.take() else { break };
        next = (at + 1 < plan.tables.len()).then(|| feed.read(at + 1, None));
        copied.push(load(shared, link, at, &table.table, pieces).await?);
        shared.progress.table_done(at);
    }
    Ok(copied)
}
