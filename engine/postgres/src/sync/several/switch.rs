//! The transaction in which the rows of all workers become visible.

use super::own_table;
use crate::sync::{
    Copied, Shared, chunks,
    error::SyncError,
    link::Link,
    name::identifier,
    record,
    target::{self, LargeObjects, Positions},
};

/// Brings all rows into their tables, and leaves nothing of the run but its record.
pub(super) async fn switch(shared: &Shared) -> Result<Copied, SyncError> {
    let link = shared.stop.watch(Link::target(&shared.ends).await?);
    let plan = &shared.plan;
    let pid = record::pid(&link).await?;
    let positions = Positions::read(plan, &shared.held).await?;
    let tables = chunks::sums(&link, &plan.run, plan.tables.len()).await?;
    let own = |table| own_table(plan, table);
    let swapped = target::candidates(plan, &link, own).await?;
    let prepared = target::prepare(shared, &link, &swapped).await?;
    target::fill(shared, &link, &swapped, own).await?;
    let objects = plan.large_objects.then(|| LargeObjects::of(&shared.held, plan.replace));
    let objects = target::conclude(shared, &link, prepared, &positions, objects).await?;
    let schema = identifier(&record::schema_of(&plan.run));
    link.run("taking the run's own tables away", &format!("DROP SCHEMA {schema} CASCADE")).await?;
    record::copied(&link, &plan.run, &tables).await?;
    record::commit(&link, &shared.ends, &plan.run, pid).await?;
    Ok(Copied { tables, resumed: false, large_objects: objects.count, remarks: objects.remarks })
}
