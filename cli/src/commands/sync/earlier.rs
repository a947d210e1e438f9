//! What an earlier run into the target has left: gone on with, or begun again.

use super::run::failed;
use crate::failure::Failure;
use confiture_engine::sync::goes_on;
use confiture_model::sync::Plan;
use confiture_postgres::sync::{self, Ends, RunRecord, SourceSnapshot};

/// A run that has not ended.
pub struct Earlier {
    /// What the target says of it.
    pub record: RunRecord,
    /// The snapshot in which it can be gone on with, or why it cannot.
    pub snapshot: Result<SourceSnapshot, &'static str>,
}

impl Earlier {
    /// Looks for one. Another plan cannot go on with it; nor can anyone where `restart` says so.
    pub async fn find(plan: &Plan, ends: &Ends, restart: bool) -> Result<Option<Self>, Failure> {
        let Some(record) = sync::unfinished(ends).await.map_err(|error| failed(&error))? else { return Ok(None) };
        let snapshot = if record.chunks == 0 {
            Err("nothing of it is left")
        } else if !goes_on(plan, &record.plan) {
            Err("it had another plan or profile")
        } else if restart {
            Err("--restart clears it away")
        } else {
            let resumed = sync::resume(ends, &record).await.map_err(|error| failed(&error))?;
            resumed.ok_or("its snapshot is gone, and the source has been written to since")
        };
        Ok(Some(Self { record, snapshot }))
    }

    /// What becomes of it, for people.
    pub fn told(&self) -> String {
        let RunRecord { client, started_at, done, chunks, .. } = &self.record;
        match &self.snapshot {
            Ok(_) => {
                format!("going on with the run that {client} began at {started_at}: {done} of {chunks} chunks are done")
            }
            Err(why) => format!(
                "a run that {client} began at {started_at} has not ended ({done} of {chunks} chunks are done); {why}: it starts again"
            ),
        }
    }
}
