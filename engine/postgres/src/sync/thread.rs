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

/// How much memory that was freed stays with the process while rows are copied, in bytes.
const KEPT: usize = 8 << 20;

/// Each batch is masked in some megabytes of buffers, which the C library gives back to the system behind it, and asks for
/// again: 300 faults of a page a batch, and an eighth of our time. It keeps as much as the largest buffer that was ever freed
/// (`M_TRIM_THRESHOLD` is dynamic): this is one. Nothing is written into it, so that it takes no memory. Other allocators
/// see a buffer that comes and goes.
pub(super) fn keep_memory() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(KEPT)));
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
