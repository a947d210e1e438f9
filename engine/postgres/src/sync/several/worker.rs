//! One worker: takes a part, copies it, commits it with its rows, and takes the next.

use super::own_table;
use crate::sync::{Shared, chunks, error::SyncError, feed::Feed, link::Link, load::load, record};
use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

/// How often it is looked whether a part that another worker has is free again.
const AGAIN: Duration = Duration::from_millis(200);

/// Works until every part is done.
pub(super) async fn work(shared: &Arc<Shared>) -> Result<(), SyncError> {
    let mut feed = Feed::start(shared)?;
    let snapshot = feed.ready().await?;
    let link = shared.stop.watch(Link::target(&shared.ends).await?);
    let run = &shared.plan.run;
    record::takes_part(&link, run, &snapshot, &shared.ends.client).await?;
    shared.taking_part.lock().unwrap_or_else(PoisonError::into_inner).push(snapshot);
    parts(shared, &link, &feed).await
}

async fn parts(shared: &Shared, link: &Link, feed: &Feed) -> Result<(), SyncError> {
    let run = &shared.plan.run;
    loop {
        link.run("taking a part of the run", "BEGIN").await?;
        let Some(chunk) = chunks::take(link, run).await? else {
            link.run("taking a part of the run", "COMMIT").await?;
            let standing = chunks::standing(link, run, None).await?;
            if standing.done == standing.all {
                return Ok(());
            }
            // The rest is with others; should one of them die, it is free again.
            tokio::time::sleep(AGAIN).await;
            continue;
        };
        if chunk.table >= shared.plan.tables.len() {
            return Err(SyncError::Broken("the target's record of the run does not fit its plan".to_owned()));
        }
        let into = own_table(&shared.plan, chunk.table);
        let pieces = feed.read(chunk.table, chunk.condition.clone());
        let copied = load(shared, link, chunk.table, &into, pieces).await?;
        chunks::done(link, run, &chunk, &copied, &shared.ends.client).await?;
        link.run("committing a part of the run", "COMMIT").await?;
        let of_table = chunks::standing(link, run, Some(chunk.table)).await?;
        if of_table.done == of_table.all {
            shared.progress.table_done(chunk.table);
        }
    }
}
