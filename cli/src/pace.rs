//! Time and interruption for a migration run.

use crate::interrupt::Interrupt;
use confiture_engine::migrate::run::Pace;
use confiture_model::BoxFuture;
use std::time::Duration;

/// Time as it passes, and Ctrl-C.
pub struct Clock<'a>(pub &'a Interrupt);

impl Pace for Clock<'_> {
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn interrupted(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.0.asked())
    }
}
