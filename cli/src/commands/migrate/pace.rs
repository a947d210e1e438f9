//! Time, and Ctrl-C.

use confiture_engine::migrate::run::Pace;
use confiture_model::BoxFuture;
use std::time::Duration;
use tokio::sync::watch;

/// The clock, and the terminal's Ctrl-C: the first asks the run to stop, the second ends the program.
pub struct Terminal(watch::Receiver<bool>);

impl Terminal {
    /// Listens from now on.
    pub fn start() -> Self {
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                crate::output::say("interrupted: cancelling the statement and rolling back");
                stop.send_replace(true);
            }
            if tokio::signal::ctrl_c().await.is_ok() {
                std::process::exit(crate::exit::Exit::Interrupted as i32);
            }
        });
        Self(stopped)
    }
}

impl Pace for Terminal {
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn interrupted(&self) -> BoxFuture<'_, ()> {
        let mut stopped = self.0.clone();
        Box::pin(async move {
            // An error: nobody listens any more, and so nobody asks.
            if stopped.wait_for(|stopped| *stopped).await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }
}
