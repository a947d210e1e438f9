//! Threads, each with a runtime of its own. Measured: two of them with a connection each are faster than tasks of one runtime
//! that hand batches to each other.

use super::error::{End, SyncError};
use tokio::{runtime::Builder, sync::oneshot};

/// Runs a future on a thread of its own.
pub(super) fn spawn<F, T>(
    name: &str,
    work: impl FnOnce() -> F + Send + 'static,
) -> Result<oneshot::Receiver<T>, SyncError>
where
    F: Future<Output = T>,
    T: Send + 'static,
{
    let failed = |error: std::io::Error| SyncError::Broken(format!("the system gives no thread: {error}"));
    let runtime = Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let (tell, outcome) = oneshot::channel();
    let run = move || {
        let result = runtime.block_on(work());
        let _ = tell.send(result);
    };
    std::thread::Builder::new().name(name.to_owned()).spawn(run).map_err(failed)?;
    Ok(outcome)
}

/// What a thread answered.
pub(super) async fn outcome<T>(thread: oneshot::Receiver<Result<T, SyncError>>) -> Result<T, SyncError> {
    let gone = || SyncError::Lost {
        end: End::Target,
        doing: "copying".to_owned(),
        why: "the thread that writes it has ended".to_owned(),
    };
    thread.await.unwrap_or_else(|_| Err(gone()))
}
