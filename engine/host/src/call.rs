//! One bounded piece of work inside a sandbox.

use crate::fault::kind_of;
use confiture_model::fault::FaultKind;
use std::{future::Future, time::Duration};

/// Runs `work` for at most `limit` of wall-clock time. A guest gives way at every tick of the epoch, also between its calls
/// of the host, so an endless loop of either kind ends here. After an error its store must not be used again.
///
/// # Errors
/// How the work ended instead.
pub(crate) async fn bounded<T>(
    limit: Duration,
    work: impl Future<Output = wasmtime::Result<T>>,
) -> Result<T, FaultKind> {
    match tokio::time::timeout(limit, work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(kind_of(&error)),
        Err(_) => Err(FaultKind::TimedOut { seconds: limit.as_secs_f64() }),
    }
}
