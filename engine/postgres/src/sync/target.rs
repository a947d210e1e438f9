//! What is done to the target around the rows, in the transaction that makes them visible.

mod indexes;
mod keys;
mod large_objects;
mod room;
mod rules;
mod sequences;
mod silenced;
mod swap;
mod triggers;

use super::{
    Shared,
    error::SyncError,
    link::Link,
    name::{list, qualified},
};
use confiture_model::sync::{Name, Plan};
pub(super) use large_objects::{LargeObjects, Objects};
pub(super) use sequences::Positions;
use silenced::Silenced;
pub(super) use swap::{candidates, own_table};

/// How long `TRUNCATE` and `ALTER TABLE` wait for a table that others hold.
const LOCK_TIMEOUT: &str = "10s";

/// What was taken off tables, and is put back behind the rows.
pub(super) struct Prepared {
    triggers: Silenced,
    keys: keys::Dropped,
    indexes: indexes::Dropped,
}

/// Begins the transaction: room for the rows, no triggers, no keys that no order of the tables satisfies. Of tables that
/// others take the place of, all indexes and keys are taken off.
pub(super) async fn prepare(shared: &Shared, link: &Link, swapped: &[usize]) -> Result<Prepared, SyncError> {
    link.run("beginning the transaction", &format!("BEGIN; SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")).await?;
    room::make(&shared.plan, link).await?;
    let triggers = match shared.plan.fire_triggers {
        true => Silenced::default(),
        false => triggers::silence(&shared.plan, link).await?,
    };
    let keys = keys::drop(&shared.plan, link, &swap::own_keys(&shared.plan, link, swapped).await?).await?;
    // Triggers may look for rows: they need the indexes.
    let indexes = match shared.plan.fire_triggers {
        true if swapped.is_empty() => indexes::Dropped::default(),
        fires => indexes::drop(&shared.plan, link, swapped, !fires).await?,
    };
    link.run("beginning the transaction", "SET LOCAL lock_timeout = 0").await?;
    Ok(Prepared { triggers, keys, indexes })
}

/// Before a run of several workers begins: tables that are to be empty are looked at, so that nothing is copied in vain.
pub(super) async fn empty_or_replaced(plan: &Plan, link: &Link) -> Result<(), SyncError> {
    match plan.replace {
        true => Ok(()),
        false => room::check(plan, link).await,
    }
}

/// Brings rows into their tables from the run's own, or puts those in their place. Rules, which `COPY` knows nothing of, do
/// not apply.
pub(super) async fn fill(
    shared: &Shared,
    link: &Link,
    swapped: &[usize],
    from: impl Fn(usize) -> Name,
) -> Result<(), SyncError> {
    let rules = rules::silence(&shared.plan, link).await?;
    for (at, table) in shared.plan.tables.iter().enumerate() {
        if swapped.contains(&at) && swap::swap(link, &table.table, &from(at)).await? {
            continue;
        }
        let doing = format!("filling {}", super::error::name(&table.table));
        let columns = list(table.columns.iter().map(|column| column.name.as_str()));
        let (into, own) = (qualified(&table.table), qualified(&from(at)));
        let named = if columns.is_empty() { String::new() } else { format!(" ({columns}) OVERRIDING SYSTEM VALUE") };
        link.run(&doing, &format!("INSERT INTO {into}{named} SELECT {columns} FROM {own}")).await?;
    }
    rules.wake(link).await
}

/// Puts back what [`prepare`] took off, and does what follows from the rows.
pub(super) async fn conclude(
    shared: &Shared,
    link: &Link,
    prepared: Prepared,
    positions: &Positions,
    large_objects: Option<LargeObjects<'_>>,
) -> Result<Objects, SyncError> {
    shared.progress.step("checking foreign keys");
    // First, for tables with checks that are still to come cannot be altered.
    link.run("checking deferred constraints", "SET CONSTRAINTS ALL IMMEDIATE").await?;
    if !prepared.indexes.is_empty() {
        shared.progress.step("making indexes");
        prepared.indexes.make_again(link).await?;
    }
    prepared.keys.make_again(link).await?;
    prepared.triggers.wake(link).await?;
    positions.set(link).await?;
    let objects = match large_objects {
        Some(objects) => {
            shared.progress.step("copying large objects");
            objects.copy(link).await?
        }
        None => Objects::default(),
    };
    let tables: Vec<String> = shared.plan.tables.iter().map(|table| qualified(&table.table)).collect();
    if !tables.is_empty() {
        shared.progress.step("gathering statistics");
        link.run("gathering statistics", &format!("ANALYZE {}", tables.join(", "))).await?;
    }
    for view in &shared.plan.refresh {
        shared.progress.step(&format!("filling {}", super::error::name(view)));
        let doing = format!("filling the materialized view {}", super::error::name(view));
        link.run(&doing, &format!("REFRESH MATERIALIZED VIEW {}", qualified(view))).await?;
    }
    Ok(objects)
}
