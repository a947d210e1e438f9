//! A statement outside a transaction that was sent, and nobody knows how it ended.

use super::{Moment, Run, job::Job};
use confiture_model::session::SessionError;
use confiture_sql::quote::identifier;
use confiture_sql::transaction::{Again, ConcurrentIndex};

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settled {
    /// It took effect.
    Done,
    /// It did not, or may be run again; nothing of it is left.
    NotDone,
    /// The catalog does not tell.
    Unknown,
}

impl Run<'_> {
    /// Looks in the catalog, and cleans up what a failed CREATE INDEX CONCURRENTLY left.
    pub(super) async fn settle(&mut self, job: &Job<'_>, index: usize) -> Result<Settled, SessionError> {
        let Some(outside) = job.step(index).and_then(|step| step.outside.as_ref()) else {
            // It ran in a transaction with its record: where that is missing, it did not.
            return Ok(Settled::NotDone);
        };
        match &outside.again {
            Again::Harmless => Ok(Settled::NotDone),
            Again::Unknown => Ok(Settled::Unknown),
            Again::Drops(dropped) => Ok(match self.state(dropped).await? {
                None => Settled::Done,
                Some(_) => Settled::NotDone,
            }),
            Again::Creates(made) => match self.state(made).await? {
                Some(true) => {
                    self.say(job, index, format!("index {} is there and valid: taken as done", made.name));
                    Ok(Settled::Done)
                }
                Some(false) => {
                    self.drop_invalid(made).await?;
                    self.say(job, index, format!("index {} was INVALID: dropped, to be built again", made.name));
                    Ok(Settled::NotDone)
                }
                None => Ok(Settled::NotDone),
            },
        }
    }

    /// Whether an index is there, and valid.
    pub(super) async fn state(&mut self, index: &ConcurrentIndex) -> Result<Option<bool>, SessionError> {
        self.connection.index_state(index.schema.as_deref(), &index.name).await
    }

    async fn drop_invalid(&mut self, index: &ConcurrentIndex) -> Result<(), SessionError> {
        let schema = index.schema.as_deref().map(|schema| format!("{}.", identifier(schema))).unwrap_or_default();
        let sql = format!("DROP INDEX CONCURRENTLY IF EXISTS {schema}{}", identifier(&index.name));
        self.connection.execute(&sql).await.map(drop)
    }

    fn say(&mut self, job: &Job<'_>, index: usize, what: String) {
        self.observer.observe(&Moment::Settled { title: job.title(), index: index + 1, what });
    }
}
