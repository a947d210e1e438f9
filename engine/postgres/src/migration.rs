//! The PostgreSQL side of a migration run: a connection for the work, an idle one for the run lock, and the ledger.
//!
//! The work's connection runs the user's statements as they are written. What we send over it ourselves, to the ledger
//! above all, means the same whatever those statements did to the session (see `own_settings`), and is part of their
//! transaction. The lock's connection never has a transaction open for longer than a question takes.

mod adopt;
mod cancel;
mod checks;
mod conclusion;
mod database;
mod indexes;
mod ledger;
mod link;
mod literal;
mod loan;
mod outcome;
mod own_settings;
mod run_lock;
mod sizes;
mod snapshots;
mod standing;
mod statement;
mod transaction;
mod watch;

use crate::connect::ConnectOptions;
use checks::Standing;
use confiture_model::{
    BoxFuture,
    facts::TableFacts,
    hook::HookBudget,
    migration::{
        DatabaseIdentity, Event, Footing, ForeignLedger, LedgerEntry, LedgerWrite, Loan, LockHolder,
        MigrationConnection, MigrationConnector, RecordedEvent, StepState, StoredStep,
    },
    plugin::DatabaseAccess,
    schema::Snapshot,
    session::SessionError,
};
use futures_util::future::join;
use link::Link;
use loan::Lending;
use run_lock::RunLock;
pub(crate) use run_lock::is_taken;
use std::sync::Arc;
use watch::Watched;

/// Makes connections for migration runs on one database.
#[derive(Clone, Debug)]
pub struct PgMigrationConnector {
    options: ConnectOptions,
    client: String,
    budget: HookBudget,
    reader: Option<String>,
}

impl PgMigrationConnector {
    /// For this database. `client` is `user@host` of whoever runs it, as the ledger will show it.
    pub fn new(options: ConnectOptions, client: impl Into<String>) -> Self {
        Self { options, client: client.into(), budget: HookBudget::default(), reader: None }
    }

    /// With this budget for each statement of a hook.
    pub fn with_hook_budget(mut self, budget: HookBudget) -> Self {
        self.budget = budget;
        self
    }

    /// With the role that hooks take on whose plugins only read, where the login itself is one that READ ONLY does not
    /// contain.
    pub fn with_reader(mut self, reader: Option<String>) -> Self {
        self.reader = reader;
        self
    }

    /// Connects; the run lock's connection follows when it is needed.
    ///
    /// # Errors
    /// [`SessionError::Connection`] with every attempt.
    pub async fn open(&self) -> Result<PgMigrationConnection, SessionError> {
        let work = Link::open(&self.options).await?;
        Ok(PgMigrationConnection {
            work: Arc::new(work),
            lock: None,
            options: self.options.clone(),
            client: self.client.clone(),
            budget: self.budget,
            reader: self.reader.clone(),
            lent: None,
            watched: None,
        })
    }
}

impl MigrationConnector for PgMigrationConnector {
    fn connect<'a>(&'a self) -> BoxFuture<'a, Result<Box<dyn MigrationConnection>, SessionError>> {
        Box::pin(async move { Ok(Box::new(self.open().await?) as Box<dyn MigrationConnection>) })
    }
}

/// A [`MigrationConnection`] on a real server.
#[derive(Debug)]
pub struct PgMigrationConnection {
    work: Arc<Link>,
    lock: Option<RunLock>,
    options: ConnectOptions,
    client: String,
    budget: HookBudget,
    reader: Option<String>,
    /// To a hook, and not taken back yet.
    lent: Option<Lending>,
    /// For a dry-run.
    watched: Option<Watched>,
}

impl PgMigrationConnection {
    /// Something is sent whose traces nobody has looked at yet.
    fn unseen(&mut self) {
        if let Some(watched) = &mut self.watched {
            watched.unseen = true;
        }
    }

    /// The work's connection, once a statement that is being stopped has ended; a new one after a `COPY` that failed.
    async fn work(&mut self) -> Result<&Arc<Link>, SessionError> {
        cancel::settle(&self.work).await;
        if self.work.is_given_up() {
            Link::replace(&mut self.work, &self.options).await?;
        }
        Ok(&self.work)
    }

    /// The lock's connection: the one that we have, or a new one in place of one that was lost.
    async fn lock(&mut self) -> Result<&mut RunLock, SessionError> {
        self.work().await?;
        let lock = match self.lock.take().filter(|lock| !lock.is_closed()) {
            Some(lock) => lock,
            None => RunLock::connect(&self.options, &self.client, &self.work).await?,
        };
        Ok(self.lock.insert(lock))
    }
}

impl MigrationConnection for PgMigrationConnection {
    fn prepare<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(async move {
            // The connection of the lock shows whether there is a pooler; what it would hand to others is not changed.
            self.lock().await?;
            self.work.stay().await?;
            match checks::check(&self.work).await? {
                Standing::Current => Ok(()),
                Standing::ToUpgrade => {
                    ledger::upgrade::upgrade(&self.work).await?;
                    // Whoever made it while we waited may be another role, or a newer program.
                    checks::check(&self.work).await.map(drop)
                }
            }
        })
    }

    fn identity<'a>(&'a mut self) -> BoxFuture<'a, Result<DatabaseIdentity, SessionError>> {
        Box::pin(async move { database::identity(self.work().await?).await })
    }

    fn entries<'a>(&'a mut self) -> BoxFuture<'a, Result<Vec<LedgerEntry>, SessionError>> {
        Box::pin(async move { ledger::entries(self.work().await?).await })
    }

    fn events<'a>(&'a mut self, limit: u32) -> BoxFuture<'a, Result<Vec<RecordedEvent>, SessionError>> {
        Box::pin(async move { ledger::events(self.work().await?, limit).await })
    }

    fn foreign_ledgers<'a>(&'a mut self) -> BoxFuture<'a, Result<Vec<ForeignLedger>, SessionError>> {
        Box::pin(async move { adopt::ledgers(self.work().await?).await })
    }

    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<u64, SessionError>> {
        self.unseen();
        Box::pin(async move { statement::execute(self.work().await?, sql).await })
    }

    fn copy_in<'a>(&'a mut self, sql: &'a str, data: &'a str) -> BoxFuture<'a, Result<u64, SessionError>> {
        self.unseen();
        Box::pin(async move { statement::copy_in(self.work().await?, sql, data).await })
    }

    fn begin<'a>(
        &'a mut self,
        lock_timeout_ms: u64,
        statement_timeout_ms: u64,
    ) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(async move { transaction::begin(self.work().await?, lock_timeout_ms, statement_timeout_ms).await })
    }

    fn commit<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(async move { transaction::commit(self.work().await?).await })
    }

    fn rollback<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(async move { transaction::rollback(self.work().await?).await })
    }

    fn in_transaction<'a>(&'a mut self) -> BoxFuture<'a, Result<bool, SessionError>> {
        Box::pin(async move { transaction::is_open(self.work().await?).await })
    }

    fn record<'a>(&'a mut self, entry: &'a LedgerEntry, event: &'a Event) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(async move {
            self.work().await?;
            ledger::record(&self.work, &self.client, entry, event).await
        })
    }

    fn remove<'a>(&'a mut self, version: &'a str, event: &'a Event) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(async move {
            self.work().await?;
            ledger::remove(&self.work, &self.client, version, event).await
        })
    }

    fn conclude<'a>(
        &'a mut self,
        write: LedgerWrite<'a>,
        event: &'a Event,
    ) -> BoxFuture<'a, Result<bool, SessionError>> {
        Box::pin(async move {
            self.work().await?;
            let Self { work, lock, client, .. } = self;
            let held = async {
                match lock {
                    Some(lock) => lock.is_held().await,
                    None => Ok(false),
                }
            };
            let (written, held) = join(conclusion::write(work, client, write, event), held).await;
            written.and(held)
        })
    }

    fn stored_steps<'a>(&'a mut self, version: &'a str) -> BoxFuture<'a, Result<Vec<StoredStep>, SessionError>> {
        Box::pin(async move { ledger::step::stored(self.work().await?, version).await })
    }

    fn store_steps<'a>(
        &'a mut self,
        version: &'a str,
        steps: &'a [StoredStep],
    ) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(async move { ledger::step::store(self.work().await?, version, steps).await })
    }

    fn claim_step<'a>(
        &'a mut self,
        version: &'a str,
        hook: &'a str,
        path: &'a str,
    ) -> BoxFuture<'a, Result<Option<StepState>, SessionError>> {
        Box::pin(async move { ledger::step::claim(self.work().await?, version, hook, path).await })
    }

    fn note<'a>(&'a mut self, event: &'a Event) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(async move {
            self.work().await?;
            ledger::note(&self.work, &self.client, event).await
        })
    }

    fn store_snapshot<'a>(&'a mut self) -> BoxFuture<'a, Result<String, SessionError>> {
        Box::pin(async move { snapshots::store(self.work().await?).await })
    }

    fn load_snapshot<'a>(&'a mut self, address: &'a str) -> BoxFuture<'a, Result<Option<Snapshot>, SessionError>> {
        Box::pin(async move { snapshots::load(self.work().await?, address).await })
    }

    fn current_snapshot<'a>(&'a mut self) -> BoxFuture<'a, Result<Snapshot, SessionError>> {
        Box::pin(async move { snapshots::current(self.work().await?).await })
    }

    fn outcome_of<'a>(
        &'a mut self,
        run: &'a str,
        version: &'a str,
        kind: &'a str,
    ) -> BoxFuture<'a, Result<bool, SessionError>> {
        Box::pin(async move { outcome::was_recorded(self.work().await?, run, version, kind).await })
    }

    fn locked_tables<'a>(&'a mut self) -> BoxFuture<'a, Result<Vec<TableFacts>, SessionError>> {
        Box::pin(async move { sizes::locked(self.work().await?).await })
    }

    fn index_state<'a>(
        &'a mut self,
        schema: Option<&'a str>,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Option<bool>, SessionError>> {
        Box::pin(async move { indexes::state(self.work().await?, schema, name).await })
    }

    fn try_lock<'a>(&'a mut self) -> BoxFuture<'a, Result<Result<(), LockHolder>, SessionError>> {
        Box::pin(async move {
            let had_one = self.lock.is_some();
            match self.lock().await?.try_take().await {
                // Lost since it was last used; the driver learns of that only by using it.
                Err(SessionError::Connection(_)) if had_one => {
                    self.lock = None;
                    self.lock().await?.try_take().await
                }
                result => result,
            }
        })
    }

    fn lock_is_held<'a>(&'a mut self) -> BoxFuture<'a, Result<bool, SessionError>> {
        Box::pin(async move {
            match &mut self.lock {
                Some(lock) => lock.is_held().await,
                None => Ok(false),
            }
        })
    }

    fn unlock<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(async move {
            match &mut self.lock {
                Some(lock) => lock.release().await,
                None => Ok(()),
            }
        })
    }

    fn reset<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(async move { transaction::reset(self.work().await?).await })
    }

    fn watch(&mut self) -> Option<&mut dyn confiture_model::rehearsal::Watch> {
        Some(self)
    }

    fn savepoint<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(async move { transaction::savepoint(self.work().await?).await })
    }

    fn release<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(async move { transaction::release(self.work().await?).await })
    }

    fn undo_to_savepoint<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(async move { transaction::undo_to_savepoint(self.work().await?).await })
    }

    fn set_lock_timeout<'a>(&'a mut self, milliseconds: u64) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(async move { transaction::set_lock_timeout(self.work().await?, milliseconds).await })
    }

    fn lend<'a>(
        &'a mut self,
        access: DatabaseAccess,
        only_reads: bool,
        footing: Footing,
    ) -> BoxFuture<'a, Result<Loan, SessionError>> {
        Box::pin(async move {
            let reader = only_reads.then(|| loan::Reader(self.reader.clone()));
            let terms = loan::Terms { access, footing, reader, budget: self.budget };
            let (loan, lending) = loan::lend(self.work().await?, terms);
            self.lent = Some(lending);
            Ok(loan)
        })
    }

    fn take_back<'a>(&'a mut self, keep: bool) -> BoxFuture<'a, Result<Vec<String>, SessionError>> {
        Box::pin(async move {
            let Some(lending) = self.lent.clone() else { return Ok(Vec::new()) };
            // What the hook still does ends first.
            self.work().await?;
            if lending.was_used().await {
                self.unseen();
            }
            let changed = lending.back(&self.work, keep).await?;
            self.lent = None;
            Ok(changed)
        })
    }
}
