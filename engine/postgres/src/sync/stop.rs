//! Being asked to stop: what runs on the server is stopped with us.

use super::{error::SyncError, link::Link};
use crate::connect::Canceller;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::watch;

/// How long the target may take over stopping a statement.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether the run is to stop, and what has to be stopped on the target.
#[derive(Clone)]
pub(super) struct Stop {
    ask: watch::Sender<bool>,
    asked: watch::Receiver<bool>,
    running: Arc<Mutex<Vec<Canceller>>>,
}

impl Stop {
    pub fn new() -> Self {
        let (ask, asked) = watch::channel(false);
        Self { ask, asked, running: Arc::default() }
    }

    /// Asks every thread of the run to stop.
    pub fn ask(&self) {
        self.ask.send_replace(true);
    }

    /// A connection whose statement is stopped with the run.
    pub fn watch(&self, link: Link) -> Link {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).push(link.canceller.clone());
        link
    }

    /// The work, until it is asked to stop. What it has sent to the target is then stopped there, and rolled back.
    pub async fn guard<T>(mut self, work: impl Future<Output = Result<T, SyncError>>) -> Result<T, SyncError> {
        tokio::select! {
            result = work => result,
            Ok(()) = async { self.asked.wait_for(|asked| *asked).await.map(drop) } => {
                let running = std::mem::take(&mut *self.running.lock().unwrap_or_else(PoisonError::into_inner));
                for canceller in running {
                    // Where the server cannot be reached, it notices by itself that we are gone.
                    let _ = tokio::time::timeout(PATIENCE, canceller.cancel()).await;
                }
                Err(SyncError::Stopped)
            }
        }
    }
}
