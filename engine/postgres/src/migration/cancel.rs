//! Stopping a statement on the server when nobody waits for it any more.

use super::link::Link;
use crate::connect::Canceller;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::{runtime::Handle, task::JoinHandle};

/// A cancel request that was sent and may still be on its way. Before the next statement it has to have arrived, or it
/// would stop that one.
#[derive(Clone, Debug, Default)]
pub(super) struct Pending(Arc<Mutex<Option<JoinHandle<()>>>>);

impl Pending {
    fn put(&self, request: JoinHandle<()>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(request);
    }

    fn take(&self) -> Option<JoinHandle<()>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Cancels the statement on the server if it is dropped before [`Cancelling::done`].
pub(super) struct Cancelling {
    armed: Option<(Canceller, Handle)>,
    pending: Pending,
}

impl Cancelling {
    /// Watches over the statement that is sent next. Outside a runtime nothing can be sent, and nothing is watched.
    pub fn start(link: &Link) -> Self {
        let armed = Handle::try_current().ok().map(|runtime| (link.canceller.clone(), runtime));
        Self { armed, pending: link.pending.clone() }
    }

    /// The statement has ended.
    pub fn done(mut self) {
        self.armed = None;
    }
}

impl Drop for Cancelling {
    fn drop(&mut self) {
        if let Some((canceller, runtime)) = self.armed.take() {
            self.pending.put(runtime.spawn(async move {
                // A server that cannot be reached a second time will notice by itself that we are gone.
                let _ = canceller.cancel().await;
            }));
        }
    }
}

/// Waits for a cancel request that is on its way, and for the statement that it stops.
pub(super) async fn settle(link: &Link) {
    if let Some(request) = link.pending.take() {
        let _ = request.await;
        // The answer comes behind that of the stopped statement. Should the signal arrive late, this is what it stops.
        let _ = link.client.batch_execute("SELECT pg_catalog.pg_backend_pid()").await;
    }
}
