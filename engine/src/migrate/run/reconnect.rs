//! A connection that is lost while a commit is on its way: another one is made, and asked what became of it.

use super::{
    Moment, Run,
    job::Job,
    pace::{TRIES, back_off},
    transaction::{Committed, Trouble, statement_kind},
};
use confiture_model::session::SessionError;
use std::ops::Range;

/// A server that is lost at this many commits of one run is not there.
const RECONNECTIONS: u32 = 5;

impl Run<'_> {
    /// Finds out whether the transaction of these statements was committed.
    pub(super) async fn find_outcome(
        &mut self,
        job: &Job<'_>,
        part: &Range<usize>,
        lost: String,
    ) -> Result<Committed, Trouble> {
        self.observer.observe(&Moment::ConnectionLost { title: job.title(), reason: &lost });
        // The lock stands on another connection, which may be alive: without this we would wait for ourselves.
        let _ = self.connection.unlock().await;
        let kind = match job.is_last(part) {
            true => job.done_kind().to_owned(),
            false => statement_kind(part.end),
        };
        let mut reason = lost;
        for attempt in 1..=TRIES {
            match self.ask_again(job, &kind).await {
                Ok(committed) => {
                    self.reconnections += 1;
                    self.observer.observe(&Moment::OutcomeFound { title: job.title(), committed });
                    return match !committed && self.reconnections >= RECONNECTIONS {
                        true => Err(Trouble::Connection("committing", reason)),
                        false => Ok(Committed::Found(committed)),
                    };
                }
                Err(error) => reason = error.to_string(),
            }
            self.pace.sleep(back_off(attempt)).await;
        }
        Err(Trouble::CommitLost(reason))
    }

    async fn ask_again(&mut self, job: &Job<'_>, kind: &str) -> Result<bool, SessionError> {
        let mut connection = self.connector.connect().await?;
        let committed = connection.outcome_of(&self.id, &job.planned.version, kind).await?;
        self.connection = connection;
        Ok(committed)
    }
}
