//! The run lock: one run at a time, the others wait and name the one that holds it.

use super::{Moment, Observer, Pace, Run, RunFailure};
use confiture_model::migration::{LockHolder, MigrationConnection};
use futures_util::future::{Either, select};
use std::time::Duration;

const POLL: Duration = Duration::from_millis(250);
/// A multiple of [`POLL`].
const SAY_EVERY_MS: u64 = 5_000;
const GRACE: Duration = Duration::from_secs(10);

impl Run<'_> {
    /// Takes the lock; gives up after [`super::RunOptions::lock_wait`].
    pub(super) async fn take_lock(&mut self) -> Result<(), RunFailure> {
        // After a lost connection the server may take a moment to find out that we are gone.
        let grace = if self.reconnections > 0 { GRACE } else { Duration::ZERO };
        let patience = self.options.lock_wait.max(grace);
        take_lock(&mut *self.connection, patience, self.pace, self.observer).await
    }
}

/// Takes the lock; gives up after `patience`.
pub(in crate::migrate) async fn take_lock(
    connection: &mut dyn MigrationConnection,
    patience: Duration,
    pace: &dyn Pace,
    observer: &mut dyn Observer,
) -> Result<(), RunFailure> {
    let mut waited = Duration::ZERO;
    loop {
        let taken =
            connection.try_lock().await.map_err(|error| RunFailure::of_session("taking the run lock", error))?;
        let Err(holder) = taken else { return Ok(()) };
        waited += wait(holder, patience, waited, pace, observer).await?;
    }
}

async fn wait(
    holder: LockHolder,
    patience: Duration,
    waited: Duration,
    pace: &dyn Pace,
    observer: &mut dyn Observer,
) -> Result<Duration, RunFailure> {
    let waited_ms = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
    let left = patience.saturating_sub(waited);
    if left.is_zero() {
        return Err(RunFailure::LockBusy { holder, waited_ms });
    }
    if waited_ms.is_multiple_of(SAY_EVERY_MS) {
        observer.observe(&Moment::WaitingForLock { holder: &holder, waited_ms });
    }
    let pause = left.min(POLL);
    match select(pace.interrupted(), pace.sleep(pause)).await {
        Either::Left(_) => Err(RunFailure::Interrupted { migration: None, stopped: None }),
        Either::Right(_) => Ok(pause),
    }
}
