//! A call into a plugin, watched: it ends when somebody asks us to stop, and its progress is passed on.

use super::super::{Moment, Observer, Pace};
use crate::migrate::hooks::PlannedHook;
use confiture_model::{BoxFuture, hook::ProgressSink};
use std::{
    future::poll_fn,
    sync::{Arc, Mutex, PoisonError},
    task::{Poll, Waker},
};

/// The newest progress of a step, on its way from a plugin to an observer.
#[derive(Default)]
pub(super) struct Relay(Mutex<State>);

#[derive(Default)]
struct State {
    newest: Option<(u64, Option<u64>, String)>,
    waker: Option<Waker>,
}

impl ProgressSink for Relay {
    fn report(&self, done: u64, total: Option<u64>, what: &str) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.newest = Some((done, total, what.to_owned()));
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
    }
}

impl Relay {
    fn listen(&self, waker: &Waker) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).waker = Some(waker.clone());
    }

    fn take(&self) -> Option<(u64, Option<u64>, String)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).newest.take()
    }
}

/// Waits for a call; none where somebody asked us to stop first: dropping the call stops it.
pub(super) async fn watch<T>(
    pace: &dyn Pace,
    observer: &mut dyn Observer,
    title: &str,
    hook: &PlannedHook,
    relay: &Arc<Relay>,
    mut call: BoxFuture<'_, T>,
) -> Option<T> {
    let mut interrupted = pace.interrupted();
    poll_fn(|context| {
        relay.listen(context.waker());
        if interrupted.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        let polled = call.as_mut().poll(context);
        if let Some((done, total, what)) = relay.take() {
            observer.observe(&Moment::HookProgress { title, hook, done, total, what: &what });
        }
        polled.map(Some)
    })
    .await
}
