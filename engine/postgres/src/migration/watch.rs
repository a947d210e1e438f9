//! What a transaction does, seen from inside: its locks, the files and counters of the relations that it locks.
//!
//! Whatever a transaction changes it has locked, so that one question about its own locks finds everything: new relations,
//! new files, changed rows. What was there before is read once, ahead of the transaction: a question in it would keep a
//! script from choosing its isolation level. Our own questions lock catalogs alone, which are left out.

mod before;
mod deferred;
mod known;
mod questions;
mod sample;
mod sequences;
mod violation;

pub(super) use violation::Fields;

use super::{PgMigrationConnection, checks, own_settings::Around};
use confiture_model::{
    BoxFuture,
    database::DbError,
    object::ObjectRef,
    rehearsal::{Observation, Sample, SequenceMoved, Violation, Watch},
    session::SessionError,
};
use known::Known;
use std::collections::BTreeMap;
use tokio_postgres::types::Oid;

/// What is known while somebody watches.
#[derive(Debug, Default)]
pub(super) struct Watched {
    known: Known,
    /// The last value of each sequence, before.
    sequences: BTreeMap<Oid, Option<i64>>,
    /// Whether something was sent that nobody has looked at: after a statement that failed its locks are gone.
    pub unseen: bool,
}

impl Watch for PgMigrationConnection {
    fn check<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(async move {
            self.lock().await?;
            self.work.stay().await?;
            checks::check(&self.work).await.map(drop)
        })
    }

    fn start<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(async move {
            let link = self.work().await?;
            let known = before::read(link).await?;
            let sequences = sequences::values(link, &known.sequences()).await?;
            self.watched = Some(Watched { known, sequences, unseen: false });
            Ok(())
        })
    }

    fn observe<'a>(&'a mut self) -> BoxFuture<'a, Result<Observation, SessionError>> {
        Box::pin(async move {
            let rows = questions::ask(self.work().await?, Around::Open, questions::NOW).await?;
            let watched = self.watched.get_or_insert_default();
            watched.unseen = false;
            Ok(watched.known.look(&rows))
        })
    }

    fn check_deferred<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(async move { deferred::check(self.work().await?).await })
    }

    fn violation<'a>(&'a mut self, error: &'a DbError) -> BoxFuture<'a, Result<Option<Violation>, SessionError>> {
        Box::pin(async move { violation::find(self.work().await?, error).await })
    }

    fn left_behind<'a>(&'a mut self) -> BoxFuture<'a, Result<Vec<SequenceMoved>, SessionError>> {
        Box::pin(async move {
            let Some(watched) = self.watched.take() else { return Ok(Vec::new()) };
            sequences::moved(self.work().await?, &watched).await
        })
    }

    fn sample<'a>(&'a mut self, table: &'a ObjectRef, rows: u32) -> BoxFuture<'a, Result<Sample, SessionError>> {
        Box::pin(async move { sample::after(self.work().await?, table, rows).await })
    }

    fn complete<'a>(&'a mut self, sample: &'a mut Sample) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(async move { sample::before(self.work().await?, sample).await })
    }
}
