//! A connection that is lent to a hook.

use super::{Lending, Link, error};
use confiture_model::{
    BoxFuture,
    database::{QueryError, ReadDatabase, Rows, Value},
    hook::HookDatabase,
    migration::{Footing, Loan},
    plugin::DatabaseAccess,
    session::SessionError,
};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

struct Lent {
    link: Arc<Mutex<Link>>,
    access: DatabaseAccess,
    closed: Arc<AtomicBool>,
}

struct Guard(Arc<AtomicBool>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

pub(super) fn lend(link: &Arc<Mutex<Link>>, access: DatabaseAccess) -> Loan {
    let closed = Arc::new(AtomicBool::new(false));
    let lent = Lent { link: Arc::clone(link), access, closed: Arc::clone(&closed) };
    Loan { database: Arc::new(lent), guard: Box::new(Guard(closed)) }
}

impl ReadDatabase for Lent {
    fn query<'a>(&'a self, _: &'a str, _: &'a [Value]) -> BoxFuture<'a, Result<Box<dyn Rows>, QueryError>> {
        Box::pin(async { Err(QueryError::Denied("nothing here can be read".into())) })
    }

    fn split(&self, sql: &str) -> Result<Vec<String>, QueryError> {
        Ok(vec![sql.to_owned()])
    }
}

impl HookDatabase for Lent {
    fn execute<'a>(&'a self, sql: &'a str, _: &'a [Value]) -> BoxFuture<'a, Result<u64, QueryError>> {
        Box::pin(async move {
            assert!(!self.closed.load(Ordering::SeqCst), "the loan is over");
            if self.access != DatabaseAccess::Write {
                return Err(QueryError::Denied("it only reads".into()));
            }
            match self.link.lock().expect("nobody panicked").lent(sql) {
                Ok(rows) => Ok(rows),
                Err(SessionError::Database(error)) => Err(QueryError::Database(error)),
                Err(SessionError::Connection(_)) => Err(QueryError::Database(error("08006"))),
            }
        })
    }
}

impl Link {
    /// A statement of a hook: the first one sets the savepoint and notes how the session stands.
    fn lent(&mut self, sql: &str) -> Result<u64, SessionError> {
        if self.lending.as_ref().is_some_and(|lending| lending.standing.is_none()) {
            self.call(None, Box::new(|_| ()))?;
            let (standing, now) = (self.standing.clone(), self.transaction.clone());
            let lending = self.lending.as_mut().expect("it is lent");
            lending.standing = Some(standing);
            if lending.footing == Footing::Savepoint {
                self.savepoints.push(now.expect("a savepoint stands in a transaction"));
            }
        }
        self.run(sql)
    }

    pub(super) fn take_back(&mut self, keep: bool) -> Result<Vec<String>, SessionError> {
        let Some(Lending { footing, standing: Some(before) }) = &self.lending else { return Ok(Vec::new()) };
        let (footing, before) = (*footing, before.clone());
        if footing == Footing::Savepoint && !keep {
            self.aborted = false;
        }
        if footing == Footing::Transaction && !keep {
            return Ok(Vec::new());
        }
        self.call(None, Box::new(|_| ()))?;
        self.lending = None;
        if footing == Footing::Savepoint {
            let savepoint = self.savepoints.pop().expect("there is a savepoint");
            if !keep {
                self.transaction = Some(savepoint);
            }
        }
        let changed = before.keys().filter(|name| before.get(*name) != self.standing.get(*name)).cloned().collect();
        self.standing = before;
        Ok(changed)
    }
}
