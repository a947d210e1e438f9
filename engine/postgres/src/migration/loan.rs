//! The migration's own connection, lent to a hook.
//!
//! Nothing is sent before the hook makes a call: most of what a hook does costs a migration nothing. Each call runs in a
//! task of its own, one after the other, so that it can be stopped and cleaned up whatever becomes of the hook: in a
//! transaction behind a savepoint, which is READ ONLY for a hook that reads; outside one in a transaction of its own, or
//! as it is (VACUUM). Nothing of a call outlives it on the server: rows are held here, within the budget. The loan ends
//! with its [`Guard`]: what runs is cancelled, and the connection's next user waits until that has ended. Then it is taken
//! [`back`].

mod around;
mod back;
mod call;
mod held;
mod opening;

use super::{cancel::Pending, link::Link};
use crate::plugin_database::{query::Query, session::TypeNames, split};
use around::Around;
pub(super) use back::Lending;
use call::Call;
use confiture_model::{
    BoxFuture,
    database::{QueryError, ReadDatabase, Rows, Value},
    hook::{HookBudget, HookDatabase},
    migration::{Footing, Loan},
    plugin::DatabaseAccess,
};
use futures_util::FutureExt as _;
use opening::Opening;
pub(super) use opening::Reader;
use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{Mutex as Turn, oneshot, watch};

/// How a connection is lent.
pub(super) struct Terms {
    pub access: DatabaseAccess,
    pub footing: Footing,
    /// For a hook of a plugin that only reads, whom it reads as.
    pub reader: Option<Reader>,
    pub budget: HookBudget,
}

/// Lends the connection. Nothing is sent yet.
pub(super) fn lend(link: &Arc<Link>, terms: Terms) -> (Loan, Lending) {
    let shared = Arc::new(Shared {
        link: Mutex::new(Some(Arc::clone(link))),
        terms,
        turn: Turn::new(Inside::default()),
        closed: watch::channel(false).0,
    });
    let guard = Guard { shared: Arc::clone(&shared), pending: link.pending.clone() };
    let lending = Lending::new(Arc::clone(&shared));
    (Loan { database: Arc::new(Lent { shared }), guard: Box::new(guard) }, lending)
}

/// What the hook's side and the migration's side have in common.
struct Shared {
    /// None once the loan has ended.
    link: Mutex<Option<Arc<Link>>>,
    terms: Terms,
    /// Held by the call that runs.
    turn: Turn<Inside>,
    closed: watch::Sender<bool>,
}

/// What calls know of those before them.
#[derive(Default)]
struct Inside {
    names: TypeNames,
    opening: Opening,
}

impl Shared {
    fn link(&self) -> Result<Arc<Link>, QueryError> {
        self.link.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or_else(ended)
    }
}

fn ended() -> QueryError {
    QueryError::Denied("the database was lent for one step of a hook, and that step has ended".to_owned())
}

/// Ends the loan when it is dropped.
struct Guard {
    shared: Arc<Shared>,
    pending: Pending,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.shared.link.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.shared.closed.send_replace(true);
        if self.shared.turn.try_lock().is_ok() {
            return;
        }
        let shared = Arc::clone(&self.shared);
        let quiet: BoxFuture<'static, ()> = Box::pin(async move { drop(shared.turn.lock().await) });
        self.pending.wait_for(quiet.shared());
    }
}

/// The connection as the hook has it.
struct Lent {
    shared: Arc<Shared>,
}

impl Lent {
    fn read(&self, sql: &str, params: &[Value]) -> Result<Query, QueryError> {
        match self.shared.terms.access {
            DatabaseAccess::None => Err(QueryError::Denied("the database is not granted to this hook".to_owned())),
            DatabaseAccess::Read => Query::read(sql, params),
            DatabaseAccess::Write => Query::write(sql, params),
        }
    }

    /// Has a task do a piece of work, and waits for it. Dropped before, the work is stopped.
    async fn ask<T: Send + 'static, F>(&self, work: impl FnOnce(Call) -> F) -> Result<T, QueryError>
    where
        F: Future<Output = Result<T, QueryError>> + Send + 'static,
    {
        let (abandoned, kept) = oneshot::channel::<()>();
        let call = Call { shared: Arc::clone(&self.shared), link: self.shared.link()?, kept };
        let task = tokio::spawn(work(call));
        let result = task.await.unwrap_or_else(|_| Err(ended()));
        drop(abandoned);
        result
    }
}

impl ReadDatabase for Lent {
    fn query<'a>(&'a self, sql: &'a str, params: &'a [Value]) -> BoxFuture<'a, Result<Box<dyn Rows>, QueryError>> {
        Box::pin(async move {
            let query = self.read(sql, params)?;
            let around = Around::of_query(self.shared.terms.access, self.shared.terms.footing);
            let (columns, rows) = self.ask(|call| call.query(query, around)).await?;
            Ok(Box::new(held::Held::new(columns, rows, self.shared.closed.subscribe())) as Box<dyn Rows>)
        })
    }

    fn split(&self, sql: &str) -> Result<Vec<String>, QueryError> {
        split(sql)
    }
}

impl HookDatabase for Lent {
    fn execute<'a>(&'a self, sql: &'a str, params: &'a [Value]) -> BoxFuture<'a, Result<u64, QueryError>> {
        Box::pin(async move {
            if self.shared.terms.access == DatabaseAccess::Read {
                let why = "only reading the database is granted: use `query`";
                return Err(QueryError::Denied(why.to_owned()));
            }
            let query = self.read(sql, params)?;
            let around = Around::of_execute(self.shared.terms.footing);
            self.ask(|call| call.execute(query, around)).await
        })
    }
}
