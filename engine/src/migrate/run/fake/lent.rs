//! A connection that is lent to a hook.

use super::{Link, error};
use confiture_model::{
    BoxFuture,
    database::{QueryError, ReadDatabase, Rows, Value},
    hook::HookDatabase,
    migration::Loan,
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
            match self.link.lock().expect("nobody panicked").run(sql) {
                Ok(rows) => Ok(rows),
                Err(SessionError::Database(error)) => Err(QueryError::Database(error)),
                Err(SessionError::Connection(_)) => Err(QueryError::Database(error("08006"))),
            }
        })
    }
}
