//! Stopping a statement on the server when nobody waits for it any more.

use super::link::Link;
use crate::connect::Canceller;
use confiture_model::BoxFuture;
use futures_util::{FutureExt as _, StreamExt as _, future::Shared};
use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::runtime::Handle;
use tokio_postgres::SimpleQueryStream;

/// How long a statement may take to end after a request before it is asked again: the request may have overtaken it.
const AGAIN: Duration = Duration::from_millis(200);

/// A statement that is being stopped. Before the next one is sent it has to have ended, and every request that it should
/// has to have arrived.
#[derive(Clone, Debug, Default)]
pub(super) struct Pending(Arc<Mutex<Option<Shared<BoxFuture<'static, ()>>>>>);

impl Pending {
    /// Has the next user wait for this, too.
    pub(super) fn wait_for(&self, end: Shared<BoxFuture<'static, ()>>) {
        let mut slot = self.slot();
        let earlier = slot.take();
        let both: BoxFuture<'static, ()> = Box::pin(async move {
            if let Some(earlier) = earlier {
                earlier.await;
            }
            end.await;
        });
        *slot = Some(both.shared());
    }

    fn slot(&self) -> MutexGuard<'_, Option<Shared<BoxFuture<'static, ()>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The answer to a statement of the user. Dropped before its end, the statement is stopped.
pub(super) struct Answer {
    stream: Option<Pin<Box<SimpleQueryStream>>>,
    canceller: Canceller,
    pending: Pending,
}

impl Answer {
    /// Of a statement that was just sent.
    pub fn new(link: &Link, stream: SimpleQueryStream) -> Self {
        Self { stream: Some(Box::pin(stream)), canceller: link.canceller.clone(), pending: link.pending.clone() }
    }

    /// The next message; none at the end.
    pub async fn next(&mut self) -> Option<Result<tokio_postgres::SimpleQueryMessage, tokio_postgres::Error>> {
        let message = self.stream.as_mut()?.next().await;
        // After an error nothing comes but the end.
        if !matches!(message, Some(Ok(_))) {
            self.stream = None;
        }
        message
    }
}

impl Drop for Answer {
    /// Outside a runtime nothing can be sent: there, the end of the connection is what ends the statement.
    fn drop(&mut self) {
        let (Some(stream), Ok(runtime)) = (self.stream.take(), Handle::try_current()) else { return };
        let stopped = runtime.spawn(stop(self.canceller.clone(), stream));
        let stopped: BoxFuture<'static, ()> = Box::pin(stopped.map(drop));
        *self.pending.slot() = Some(stopped.shared());
    }
}

/// Asks until the statement has ended. A connection that is lost ends it, too.
async fn stop(canceller: Canceller, mut stream: Pin<Box<SimpleQueryStream>>) {
    loop {
        // A server that cannot be reached a second time is asked again.
        let _ = canceller.cancel().await;
        let end = async { while matches!(stream.next().await, Some(Ok(_))) {} };
        if tokio::time::timeout(AGAIN, end).await.is_ok() {
            return;
        }
    }
}

/// Waits for a statement that is being stopped. Whoever stops waiting for this leaves it to the next one.
pub(super) async fn settle(link: &Link) {
    let stopped = link.pending.slot().clone();
    if let Some(stopped) = stopped {
        stopped.await;
        *link.pending.slot() = None;
    }
}
