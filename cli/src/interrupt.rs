//! Ctrl-C and SIGTERM. Most commands are simply dropped; a migration run is asked to stop, so that it can say what stays.

use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::watch;

/// What stands between a signal and the command that runs.
#[derive(Debug)]
pub struct Interrupt {
    stops_by_itself: AtomicBool,
    asked: watch::Sender<bool>,
}

impl Default for Interrupt {
    fn default() -> Self {
        Self { stops_by_itself: AtomicBool::new(false), asked: watch::Sender::new(false) }
    }
}

impl Interrupt {
    /// From now on the command stops by itself when it is asked to.
    pub fn listen(&self) {
        self.stops_by_itself.store(true, Ordering::SeqCst);
    }

    /// Asks the command to stop. False where it would not listen, or was asked before: then it is to be dropped.
    pub fn ask(&self) -> bool {
        self.stops_by_itself.load(Ordering::SeqCst) && !self.asked.send_replace(true)
    }

    /// Ends when somebody asked; at once if that was before.
    pub async fn asked(&self) {
        // The sender is ours: it cannot be gone.
        let _ = self.asked.subscribe().wait_for(|asked| *asked).await;
    }
}

/// Ends at the next Ctrl-C, or when the system asks the process to end.
pub async fn signal() {
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    let _ = tokio::signal::ctrl_c().await;
}
