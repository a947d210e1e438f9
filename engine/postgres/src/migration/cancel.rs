//! Stopping a statement on the server when nobody waits for it any more.

use super::link::Link;
use crate::connect::Canceller;
use confiture_model::BoxFuture;
use futures_util::{FutureExt as _, future::Shared};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::runtime::Handle;

/// A cancel request that was sent and may still be on its way. Before the next statement it has to have arrived, or it
/// would stop that one.
#[derive(Clone, Debug, Default)]
pub(super) struct Pending(Arc<Mutex<Option<Shared<BoxFuture<'static, ()>>>>>);

impl Pending {
    fn slot(&self) -> MutexGuard<'_, Option<Shared<BoxFuture<'static, ()>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
            // A server that cannot be reached a second time will notice by itself that we are gone.
            let request = runtime.spawn(async move { canceller.cancel().await.is_ok() });
            let arrived: BoxFuture<'static, ()> = Box::pin(request.map(drop));
            *self.pending.slot() = Some(arrived.shared());
        }
    }
}

/// Waits for a cancel request that is on its way, and for the statement that it stops. Whoever stops waiting for this
/// leaves it to the next one.
pub(super) async fn settle(link: &Link) {
    let request = link.pending.slot().clone();
    if let Some(request) = request {
        request.await;
        // The answer comes behind that of the stopped statement. Should the signal arrive late, this is what it stops.
        let _ = link.client.batch_execute("SELECT pg_catalog.pg_backend_pid()").await;
        *link.pending.slot() = None;
    }
}
