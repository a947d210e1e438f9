//! Sync: copies a database, or a part of it, into another one of the same schema, masked on the way.
//!
//! All workers read one exported snapshot of the source. A stream is two threads: one reads and masks ([`feed`]), one writes
//! ([`load`]); between them lie at most two batches. One worker writes straight into the tables, in one transaction
//! ([`one`]); several write into tables of the run's own, which the target remembers chunk by chunk, and one transaction
//! makes their rows visible ([`several`]).

mod chunks;
mod decode;
mod doubts;
mod encode;
pub mod ends;
mod error;
mod feed;
mod form;
mod kept;
mod layout;
mod link;
mod load;
mod masker;
mod name;
mod one;
pub mod pace;
mod record;
mod reference;
mod rows;
mod several;
mod snapshot;
mod stop;
mod target;
mod thread;
pub mod verify;

pub use doubts::ask;
pub use error::{End, Ending, Partly, Said, SyncError};
pub use kept::resume;
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
use record::Begun;
use std::sync::{Arc, Mutex};
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
    /// What is not as at the source, though nothing failed: owners and grants of large objects.
    pub remarks: Vec<String>,
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
    /// Names of the snapshot under which the target remembers workers of this process.
    taking_part: Mutex<Vec<String>>,
}

/// Copies a plan, with as many workers as it says; or goes on with it, where the snapshot is one that [`resume`] gave.
/// Holds the target's run lock meanwhile. When `stop` ends, so does the run, and the target is as it was; what several
/// workers have done is kept where a later run can go on with it.
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
    thread::keep_memory();
    let mut lock = run_lock(ends).await?;
    let target = Link::target(ends).await?;
    let begun = record::begin(plan, ends, &target, &record::content(&snapshot.link()).await?).await?;
    let shared = share(plan, ends, snapshot, masks, progress, &target).await?;
    drop(target);
    if begun == Begun::Again {
        shared.progress.step("beginning again, because the snapshot of the earlier run is gone");
    }
    let result = stoppable(copy(&shared, begun), &shared.stop, stop).await;
    // The connection's end lets it go, too.
    let _ = lock.unlock().await;
    result
}

async fn copy(shared: &Arc<Shared>, begun: Begun) -> Result<Copied, SyncError> {
    if shared.plan.workers > 1 || begun == Begun::Continued {
        return several::run(shared, begun).await;
    }
    let result = one::run(shared).await;
    if result.is_err() {
        // The next run does it where the target cannot be reached now.
        if let Ok(target) = Link::target(&shared.ends).await {
            let _ = record::abandon(&target, &shared.plan.run, "failed").await;
        }
    }
    result
}

/// Works beside whoever began a run, which [`unfinished`] has found, with so many workers until no part of it is left. Making
/// the rows visible is left to the run itself; where whoever began it is gone, this holds its snapshot until somebody has
/// taken it up again.
///
/// # Errors
/// As [`run`]; the run goes on without this.
pub async fn join(
    record: &RunRecord,
    workers: u32,
    ends: &Ends,
    masks: Arc<dyn TableMasks>,
    progress: Arc<dyn Progress>,
    stop: impl Future<Output = ()>,
) -> Result<(), SyncError> {
    let Some(id) = record.snapshot.as_ref().filter(|_| record.can_go_on()) else {
        let why = "no session holds the snapshot of the run any more, or it copies in one transaction: there is nothing to join";
        return Err(SyncError::Refused(why.to_owned()));
    };
    thread::keep_memory();
    let snapshot = SourceSnapshot::adopt(ends, id).await?;
    let target = Link::target(ends).await?;
    let shared = share(&record.plan, ends, &snapshot, masks, progress, &target).await?;
    drop(target);
    let work = async {
        several::work(&shared, workers).await?;
        shared.stop.clone().guard(several::outlast(&shared)).await
    };
    let result = stoppable(work, &shared.stop, stop).await;
    if let Ok(target) = Link::target(ends).await {
        several::leave(&shared, &target).await;
    }
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

/// Looks at the types of the plan's columns on both ends.
async fn share(
    plan: &Plan,
    ends: &Ends,
    snapshot: &SourceSnapshot,
    masks: Arc<dyn TableMasks>,
    progress: Arc<dyn Progress>,
    target: &Link,
) -> Result<Arc<Shared>, SyncError> {
    let held = snapshot.link();
    Ok(Arc::new(Shared {
        source: Types::read(&held, &plan.tables).await?,
        target: Types::read(target, &plan.tables).await?,
        plan: plan.clone(),
        ends: ends.clone(),
        snapshot: snapshot.id().to_owned(),
        held,
        masks,
        progress,
        stop: Stop::new(),
        taking_part: Mutex::default(),
    }))
}

/// Waits for the work, and tells it when it is to stop.
async fn stoppable<T>(work: impl Future<Output = T>, asked: &Stop, stop: impl Future<Output = ()>) -> T {
    let mut work = std::pin::pin!(work);
    tokio::select! {
        result = &mut work => result,
        () = stop => {
            asked.ask();
            work.await
        }
    }
}
