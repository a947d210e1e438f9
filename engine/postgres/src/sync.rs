//! Sync: copies a database, or a part of it, into another one of the same schema, masked on the way.
//!
//! All workers read one exported snapshot of the source. A stream is two threads: one reads and masks ([`feed`]), one writes
//! ([`load`]); between them lie at most two batches. One worker writes straight into the tables, in one transaction
//! ([`one`]); several write into tables of the run's own, which the target remembers chunk by chunk, and one transaction
//! makes their rows visible ([`several`]).

mod encode;
pub mod ends;
mod error;
mod feed;
mod form;
mod layout;
mod link;
mod load;
mod masker;
mod name;
mod one;
mod record;
mod rows;
mod snapshot;
mod stop;
mod target;
mod thread;
pub mod verify;

pub use error::{End, Ending, Said, SyncError};
pub use record::RunRecord;
pub use snapshot::SourceSnapshot;

use crate::{
    connect::ConnectOptions,
    migration::{PgMigrationConnection, PgMigrationConnector},
};
use confiture_model::{
    migration::MigrationConnection as _,
    sync::{PLAN_VERSION, Plan, Progress, TableCopied, TableMasks},
};
use form::Types;
use link::Link;
use std::sync::Arc;
use stop::Stop;

/// The two databases, and who copies.
#[derive(Clone, Debug)]
pub struct Ends {
    /// Where rows come from.
    pub source: ConnectOptions,
    /// Where they go.
    pub target: ConnectOptions,
    /// `user@host` of whoever runs it, as the target will show it.
    pub client: String,
}

/// What became of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Copied {
    /// Each table of the plan.
    pub tables: Vec<TableCopied>,
    /// Whether it went on with what an earlier process had done.
    pub resumed: bool,
    /// How many large objects were copied.
    pub large_objects: u64,
}

/// What all threads of a run share.
struct Shared {
    plan: Plan,
    ends: Ends,
    /// The snapshot's name, and the session that holds it.
    snapshot: String,
    held: Arc<Link>,
    source: Types,
    target: Types,
    masks: Arc<dyn TableMasks>,
    progress: Arc<dyn Progress>,
    stop: Stop,
}

/// Copies a plan, with as many workers as it says. Holds the target's run lock meanwhile. When `stop` ends, so does the run,
/// and the target is as it was; what several workers have done is kept for a later run.
///
/// # Errors
/// [`SyncError`]; [`SyncError::ending`] tells how the target is left.
pub async fn run(
    plan: &Plan,
    ends: &Ends,
    snapshot: &SourceSnapshot,
    masks: Arc<dyn TableMasks>,
    progress: Arc<dyn Progress>,
    stop: impl Future<Output = ()>,
) -> Result<Copied, SyncError> {
    if plan.plan_version != PLAN_VERSION {
        return Err(SyncError::Refused("the plan was made by another version of Confiture".to_owned()));
    }
    let mut lock = run_lock(ends).await?;
    let (ask, asked) = Stop::new();
    let (shared, resumed) = share(plan, ends, snapshot, masks, progress, asked).await?;
    let running = one::run(&shared);
    let result = stoppable(running, ask, stop).await;
    if result.is_err() && !resumed {
        // The next run clears away what this one leaves where the target cannot be reached now.
        if let Ok(target) = Link::target(ends).await {
            let _ = record::abandon(&target, &plan.run, "failed").await;
        }
    }
    // The connection's end lets it go, too.
    let _ = lock.unlock().await;
    result
}

/// The newest run into the target that has not ended; none where there is none.
///
/// # Errors
/// A database cannot be reached.
pub async fn unfinished(ends: &Ends) -> Result<Option<RunRecord>, SyncError> {
    record::unfinished(ends).await
}

/// Writes down in the target how the comparison with the source ended: `report` is JSON without values.
///
/// # Errors
/// The target cannot be reached.
pub async fn record_verdict(ends: &Ends, run: &str, verified: bool, report: &str) -> Result<(), SyncError> {
    record::verdict(ends, run, verified, report).await
}

/// The lock that migrations hold as well, and the tables of schema `confiture`.
async fn run_lock(ends: &Ends) -> Result<PgMigrationConnection, SyncError> {
    let failed = |error| SyncError::session(End::Target, "making ready the ledger", error);
    let connector = PgMigrationConnector::new(ends.target.clone(), ends.client.clone());
    let mut connection = connector.open().await.map_err(failed)?;
    connection.prepare().await.map_err(failed)?;
    connection.try_lock().await.map_err(failed)?.map_err(SyncError::Locked)?;
    Ok(connection)
}

/// Writes the run down, and looks at the types of its columns on both ends.
async fn share(
    plan: &Plan,
    ends: &Ends,
    snapshot: &SourceSnapshot,
    masks: Arc<dyn TableMasks>,
    progress: Arc<dyn Progress>,
    stop: Stop,
) -> Result<(Arc<Shared>, bool), SyncError> {
    let link = Link::target(ends).await?;
    let resumed = record::begin(plan, ends, &link).await?;
    let held = snapshot.link();
    let shared = Shared {
        source: Types::read(&held, &plan.tables).await?,
        target: Types::read(&link, &plan.tables).await?,
        plan: plan.clone(),
        ends: ends.clone(),
        snapshot: snapshot.id().to_owned(),
        held,
        masks,
        progress,
        stop,
    };
    Ok((Arc::new(shared), resumed))
}

/// Waits for the work, and tells it when it is to stop.
async fn stoppable<T>(
    work: impl Future<Output = T>,
    ask: tokio::sync::watch::Sender<bool>,
    stop: impl Future<Output = ()>,
) -> T {
    let mut work = std::pin::pin!(work);
    tokio::select! {
        result = &mut work => result,
        () = stop => {
            ask.send_replace(true);
            work.await
        }
    }
}
