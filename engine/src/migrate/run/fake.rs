//! A server in memory, with transactions, a run lock and indexes, that fails when it is told to.

mod lent;
mod link;
pub(in crate::migrate) mod plugin;

use super::{Moment, Observer, Pace};
use confiture_model::{
    BoxFuture,
    database::DbError,
    facts::TableFacts,
    migration::{
        DatabaseIdentity, Event, Footing, ForeignLedger, LedgerEntry, LedgerWrite, Loan, LockHolder,
        MigrationConnection, MigrationConnector, Progress, RecordedEvent, StepState, StoredStep,
    },
    plugin::DatabaseAccess,
    schema::Snapshot,
    session::SessionError,
};
use link::created;
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    future::pending,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tokio::sync::watch;

/// What a database holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::migrate) struct Database {
    pub(in crate::migrate) entries: BTreeMap<String, LedgerEntry>,
    pub(in crate::migrate) events: Vec<Event>,
    /// The statements that took effect.
    pub(in crate::migrate) effects: Vec<String>,
    /// Whether each index is valid.
    pub(in crate::migrate) indexes: BTreeMap<String, bool>,
    /// Steps of hooks by version, hook and path.
    pub(in crate::migrate) steps: BTreeMap<(String, String, String), StoredStep>,
}

/// How the call that is to fail does so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::migrate) enum Fault {
    /// The server answers with an error.
    Error,
    /// The connection is lost before the call takes effect, and nobody can connect until the server is mended.
    DieBefore,
    /// A concurrent index build stops half-way; any other call as `DieBefore`.
    DieHalfWay,
    /// The call takes effect, and then as `DieBefore`.
    DieAfter,
    /// As `DieBefore`, but another connection can be made at once.
    LoseBefore,
    /// As `DieAfter`, but another connection can be made at once.
    LoseAfter,
}

#[derive(Default)]
pub(in crate::migrate) struct State {
    pub(in crate::migrate) database: Database,
    /// Calls of all connections so far.
    pub(in crate::migrate) calls: u32,
    /// The call that fails, from 1, and how.
    pub(in crate::migrate) fault: Option<(u32, Fault)>,
    /// Errors that a statement answers, one after the other, before it succeeds.
    pub(in crate::migrate) errors: HashMap<String, VecDeque<DbError>>,
    /// The session that holds the run lock; 0 for somebody else.
    pub(in crate::migrate) lock: Option<u32>,
    /// How often the lock is found taken by somebody else, who then lets it go.
    pub(in crate::migrate) lock_busy: u32,
    /// Whether the lock is lost without notice.
    pub(in crate::migrate) lock_lost: bool,
    /// Ledgers of other tools.
    pub(in crate::migrate) foreign: Vec<ForeignLedger>,
    /// What the database is called.
    pub(in crate::migrate) name: String,
    /// The live schema.
    pub(in crate::migrate) schema: Option<Snapshot>,
    /// What `lock_timeout` was set to, in order.
    pub(in crate::migrate) lock_timeouts: Vec<u64>,
    dead: bool,
    pub(in crate::migrate) sessions: u32,
}

/// The server.
#[derive(Clone)]
pub(in crate::migrate) struct Server {
    state: Arc<Mutex<State>>,
    stop: watch::Sender<bool>,
}

impl Server {
    pub(in crate::migrate) fn new() -> Self {
        Self { state: Arc::default(), stop: watch::channel(false).0 }
    }

    pub(in crate::migrate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panicked")
    }

    /// The server is up again, and has noticed who is gone.
    pub(in crate::migrate) fn mend(&self) {
        let mut state = self.state();
        (state.dead, state.lock, state.fault) = (false, None, None);
        self.stop.send_replace(false);
    }
}

impl MigrationConnector for Server {
    fn connect<'a>(&'a self) -> BoxFuture<'a, Result<Box<dyn MigrationConnection>, SessionError>> {
        Box::pin(async move {
            let mut state = self.state();
            if state.dead {
                return Err(SessionError::Connection("refused".into()));
            }
            state.sessions += 1;
            let session = state.sessions;
            let standing = BTreeMap::from([("role".to_owned(), "none".to_owned())]);
            let link = Link {
                server: self.clone(),
                session,
                transaction: None,
                savepoints: Vec::new(),
                standing,
                lending: None,
                aborted: false,
                lost: false,
            };
            Ok(Box::new(Connection(Arc::new(Mutex::new(link)))) as Box<dyn MigrationConnection>)
        })
    }
}

impl Pace for Server {
    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }

    fn interrupted(&self) -> BoxFuture<'_, ()> {
        let mut stop = self.stop.subscribe();
        Box::pin(async move {
            let _ = stop.wait_for(|stop| *stop).await;
        })
    }
}

/// Writes down what it is told.
#[derive(Default)]
pub(in crate::migrate) struct Notes(pub(in crate::migrate) Vec<String>);

impl Observer for Notes {
    fn observe(&mut self, moment: &Moment<'_>) {
        let value = serde_json::to_value(moment).expect("can be written");
        self.0.push(value["event"].as_str().unwrap_or_default().to_owned());
    }
}

struct Connection(Arc<Mutex<Link>>);

impl Connection {
    fn link(&self) -> MutexGuard<'_, Link> {
        self.0.lock().expect("nobody panicked")
    }
}

/// What is lent to a hook, and since its first call, how the session stood.
struct Lending {
    footing: Footing,
    standing: Option<BTreeMap<String, String>>,
}

struct Link {
    server: Server,
    session: u32,
    transaction: Option<Database>,
    savepoints: Vec<Database>,
    standing: BTreeMap<String, String>,
    lending: Option<Lending>,
    aborted: bool,
    lost: bool,
}

pub(in crate::migrate) fn error(sqlstate: &str) -> DbError {
    DbError {
        sqlstate: sqlstate.into(),
        message: format!("error {sqlstate}"),
        detail: Some("a row".into()),
        hint: None,
        position: Some(1),
        context: None,
    }
}

macro_rules! answer {
    ($answer:expr) => {{
        let answer = $answer;
        Box::pin(async move { answer })
    }};
}

impl MigrationConnection for Connection {
    fn prepare<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>> {
        answer!(self.link().call(None, Box::new(|_| ())))
    }

    fn identity<'a>(&'a mut self) -> BoxFuture<'a, Result<DatabaseIdentity, SessionError>> {
        let database = self.link().server.state().name.clone();
        answer!(Ok(DatabaseIdentity { server: "7".to_owned(), database, oid: 16_384 }))
    }

    fn entries<'a>(&'a mut self) -> BoxFuture<'a, Result<Vec<LedgerEntry>, SessionError>> {
        answer!(self.link().call(None, Box::new(|database| database.entries.values().cloned().collect())))
    }

    fn events<'a>(&'a mut self, limit: u32) -> BoxFuture<'a, Result<Vec<RecordedEvent>, SessionError>> {
        answer!(self.link().call(
            None,
            Box::new(move |database| {
                let recorded = |(id, event): (usize, &Event)| RecordedEvent {
                    id: id as i64,
                    at: String::new(),
                    by: String::new(),
                    event: event.clone(),
                };
                database.events.iter().enumerate().rev().take(limit as usize).map(recorded).collect()
            })
        ))
    }

    fn foreign_ledgers<'a>(&'a mut self) -> BoxFuture<'a, Result<Vec<ForeignLedger>, SessionError>> {
        let found = self.link().server.state().foreign.clone();
        answer!(self.link().call(None, Box::new(|_| found)))
    }

    /// `hang` runs until it is dropped; an index build leaves it INVALID then.
    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<u64, SessionError>> {
        if sql.contains("hang") {
            let server = self.link().server.clone();
            if let Some(index) = created(sql) {
                server.state().database.indexes.insert(index.to_owned(), false);
            }
            server.stop.send_replace(true);
            return Box::pin(pending());
        }
        answer!(self.link().run(sql))
    }

    fn copy_in<'a>(&'a mut self, sql: &'a str, data: &'a str) -> BoxFuture<'a, Result<u64, SessionError>> {
        answer!(self.link().run(&format!("{sql} <- {data}")))
    }

    fn begin<'a>(&'a mut self, _: u64, _: u64) -> BoxFuture<'a, Result<(), SessionError>> {
        let mut link = self.link();
        let begun = link.call(None, Box::new(|_| ()));
        if begun.is_ok() {
            assert!(link.transaction.is_none(), "a transaction is open already");
            let database = link.server.state().database.clone();
            link.transaction = Some(database);
        }
        answer!(begun)
    }

    fn commit<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>> {
        let mut link = self.link();
        let Some(transaction) = link.transaction.take() else {
            return answer!(Err(SessionError::Database(error("25P01"))));
        };
        link.aborted = false;
        link.savepoints.clear();
        answer!(link.call(None, Box::new(move |database| *database = transaction)))
    }

    fn rollback<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>> {
        let mut link = self.link();
        (link.transaction, link.aborted) = (None, false);
        link.savepoints.clear();
        answer!(link.call(None, Box::new(|_| ())))
    }

    fn in_transaction<'a>(&'a mut self) -> BoxFuture<'a, Result<bool, SessionError>> {
        let within = self.link().transaction.is_some();
        answer!(self.link().call(
            None,
            Box::new(move |database| { within && database.effects.last().is_none_or(|last| last != "call commits()") })
        ))
    }

    fn record<'a>(&'a mut self, entry: &'a LedgerEntry, event: &'a Event) -> BoxFuture<'a, Result<(), SessionError>> {
        answer!(self.link().call(
            None,
            Box::new(|database| {
                if entry.progress == Progress::Applied {
                    database.steps.retain(|(version, ..), _| *version != entry.version);
                }
                database.entries.insert(entry.version.clone(), entry.clone());
                database.events.push(event.clone());
            })
        ))
    }

    fn remove<'a>(&'a mut self, version: &'a str, event: &'a Event) -> BoxFuture<'a, Result<(), SessionError>> {
        answer!(self.link().call(
            None,
            Box::new(|database| {
                database.entries.remove(version);
                database.steps.retain(|(other, ..), _| other != version);
                database.events.push(event.clone());
            })
        ))
    }

    fn conclude<'a>(
        &'a mut self,
        write: LedgerWrite<'a>,
        event: &'a Event,
    ) -> BoxFuture<'a, Result<bool, SessionError>> {
        let mut link = self.link();
        let within = link.transaction.is_some();
        let effect = |database: &mut Database| {
            if !within || database.effects.last().is_some_and(|last| last == "call commits()") {
                return Err(SessionError::Database(error("25P01")));
            }
            match write {
                LedgerWrite::Record(entry) => {
                    if entry.progress == Progress::Applied {
                        database.steps.retain(|(version, ..), _| *version != entry.version);
                    }
                    database.entries.insert(entry.version.clone(), entry.clone());
                }
                LedgerWrite::Remove(version) => {
                    database.entries.remove(version);
                    database.steps.retain(|(other, ..), _| other != version);
                }
            }
            database.events.push(event.clone());
            Ok(())
        };
        let written = link.call(None, Box::new(effect)).and_then(|written| written);
        let held = {
            let state = link.server.state();
            state.lock == Some(link.session) && !state.lock_lost
        };
        drop(link);
        answer!(written.map(|()| held))
    }

    fn note<'a>(&'a mut self, event: &'a Event) -> BoxFuture<'a, Result<(), SessionError>> {
        answer!(self.link().call(None, Box::new(|database| database.events.push(event.clone()))))
    }

    fn store_snapshot<'a>(&'a mut self) -> BoxFuture<'a, Result<String, SessionError>> {
        answer!(self.link().call(None, Box::new(|database| format!("schema of {} statements", database.effects.len()))))
    }

    fn load_snapshot<'a>(&'a mut self, _: &'a str) -> BoxFuture<'a, Result<Option<Snapshot>, SessionError>> {
        answer!(self.link().call(None, Box::new(|_| Some(Snapshot::empty(150_000)))))
    }

    fn current_snapshot<'a>(&'a mut self) -> BoxFuture<'a, Result<Snapshot, SessionError>> {
        let schema = self.link().server.state().schema.clone();
        answer!(self.link().call(None, Box::new(move |_| schema.unwrap_or_else(|| Snapshot::empty(150_000)))))
    }

    fn outcome_of<'a>(
        &'a mut self,
        run: &'a str,
        version: &'a str,
        kind: &'a str,
    ) -> BoxFuture<'a, Result<bool, SessionError>> {
        answer!(self.link().call(
            None,
            Box::new(|database| {
                let is_it =
                    |event: &Event| event.run == run && event.version.as_deref() == Some(version) && event.kind == kind;
                database.events.iter().any(is_it)
            })
        ))
    }

    fn locked_tables<'a>(&'a mut self) -> BoxFuture<'a, Result<Vec<TableFacts>, SessionError>> {
        answer!(self.link().call(None, Box::new(|_| Vec::new())))
    }

    fn index_state<'a>(
        &'a mut self,
        _: Option<&'a str>,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Option<bool>, SessionError>> {
        answer!(self.link().call(None, Box::new(|database| database.indexes.get(name).copied())))
    }

    fn try_lock<'a>(&'a mut self) -> BoxFuture<'a, Result<Result<(), LockHolder>, SessionError>> {
        let mut link = self.link();
        answer!(link.call(None, Box::new(|_| ())).map(|()| link.lock()))
    }

    fn lock_is_held<'a>(&'a mut self) -> BoxFuture<'a, Result<bool, SessionError>> {
        let mut link = self.link();
        answer!(link.call(None, Box::new(|_| ())).map(|()| {
            let state = link.server.state();
            state.lock == Some(link.session) && !state.lock_lost
        }))
    }

    fn unlock<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>> {
        // The lock stands on a connection of its own, which is alive when the other is lost.
        let link = self.link();
        let mut state = link.server.state();
        if state.lock == Some(link.session) && !state.dead {
            state.lock = None;
        }
        answer!(Ok(()))
    }

    fn reset<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>> {
        answer!(self.link().call(None, Box::new(|_| ())))
    }

    fn stored_steps<'a>(&'a mut self, version: &'a str) -> BoxFuture<'a, Result<Vec<StoredStep>, SessionError>> {
        answer!(self.link().call(
            None,
            Box::new(|database| {
                let own = database.steps.iter().filter(|((other, ..), _)| other == version);
                own.map(|(_, step)| step.clone()).collect()
            })
        ))
    }

    fn store_steps<'a>(
        &'a mut self,
        version: &'a str,
        steps: &'a [StoredStep],
    ) -> BoxFuture<'a, Result<(), SessionError>> {
        answer!(self.link().call(
            None,
            Box::new(|database| {
                assert!(database.entries.contains_key(version), "steps of a migration without an entry");
                for step in steps {
                    let key = (version.to_owned(), step.hook.clone(), step.path.clone());
                    database.steps.insert(key, step.clone());
                }
            })
        ))
    }

    fn claim_step<'a>(
        &'a mut self,
        version: &'a str,
        hook: &'a str,
        path: &'a str,
    ) -> BoxFuture<'a, Result<Option<StepState>, SessionError>> {
        let key = (version.to_owned(), hook.to_owned(), path.to_owned());
        answer!(self.link().call(None, Box::new(move |database| database.steps.get(&key).map(|step| step.state))))
    }

    fn savepoint<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>> {
        let mut link = self.link();
        let set = link.call(None, Box::new(|_| ()));
        if set.is_ok() {
            let now = link.transaction.clone().expect("a savepoint stands in a transaction");
            link.savepoints.push(now);
        }
        answer!(set)
    }

    fn release<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>> {
        let mut link = self.link();
        let released = link.call(None, Box::new(|_| ()));
        if released.is_ok() {
            link.savepoints.pop().expect("there is a savepoint");
        }
        answer!(released)
    }

    fn undo_to_savepoint<'a>(&'a mut self) -> BoxFuture<'a, Result<(), SessionError>> {
        let mut link = self.link();
        link.aborted = false;
        let undone = link.call(None, Box::new(|_| ()));
        if undone.is_ok() {
            let before = link.savepoints.pop().expect("there is a savepoint");
            link.transaction = Some(before);
        }
        answer!(undone)
    }

    fn set_lock_timeout<'a>(&'a mut self, milliseconds: u64) -> BoxFuture<'a, Result<(), SessionError>> {
        let mut link = self.link();
        link.server.state().lock_timeouts.push(milliseconds);
        answer!(link.call(None, Box::new(|_| ())))
    }

    fn lend<'a>(
        &'a mut self,
        access: DatabaseAccess,
        _: bool,
        footing: Footing,
    ) -> BoxFuture<'a, Result<Loan, SessionError>> {
        self.link().lending = Some(Lending { footing, standing: None });
        answer!(Ok(lent::lend(&self.0, access)))
    }

    fn take_back<'a>(&'a mut self, keep: bool) -> BoxFuture<'a, Result<Vec<String>, SessionError>> {
        answer!(self.link().take_back(keep))
    }
}
