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
        let queue =
            Queue { connection: &mut *self.connection, pace: self.pace, observer: &mut *self.observer, patience };
        queue.take_lock().await
    }
}

/// Whoever wants the lock.
pub(in crate::migrate) struct Queue<'a> {
    pub(in crate::migrate) connection: &'a mut dyn MigrationConnection,
    pub(in crate::migrate) pace: &'a dyn Pace,
    pub(in crate::migrate) observer: &'a mut dyn Observer,
    /// How long to wait.
    pub(in crate::migrate) patience: Duration,
}

impl Queue<'_> {
    /// Waits for the lock and takes it.
    pub(in crate::migrate) async fn take_lock(mut self) -> Result<(), RunFailure> {
        let mut waited = Duration::ZERO;
        loop {
            let taken = self.connection.try_lock().await;
            match taken.map_err(|error| RunFailure::of_session("taking the run lock", error))? {
                Ok(()) => return Ok(()),
                Err(holder) => waited += self.wait(holder, waited).await?,
            }
        }
    }

    async fn wait(&mut self, holder: LockHolder, waited: Duration) -> Result<Duration, RunFailure> {
        let waited_ms = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
        let left = self.patience.saturating_sub(waited);
        if left.is_zero() {
            return Err(RunFailure::LockBusy { holder, waited_ms });
        }
        if waited_ms.is_multiple_of(SAY_EVERY_MS) {
            self.observer.observe(&Moment::WaitingForLock { holder: &holder, waited_ms });
        }
        let pause = left.min(POLL);
        match select(self.pace.interrupted(), self.pace.sleep(pause)).await {
            Either::Left(_) => Err(RunFailure::Interrupted { migration: None, stopped: None }),
            Either::Right(_) => Ok(pause),
        }
    }
}
