//! The migration's own connection, lent to a hook.
//!
//! Each call of the hook runs in a task of its own, one after the other, so that it can be stopped and cleaned up
//! whatever becomes of the hook: in a transaction behind a savepoint, which is READ ONLY for a hook that reads; outside
//! one in a transaction of its own, or as it is (VACUUM). Nothing of a call outlives it on the server: rows are held
//! here, within the budget. The loan ends with its [`Guard`]: what runs is cancelled, and the connection's next user
//! waits until that has ended.

mod around;
mod call;
mod held;

use super::{cancel::Pending, link::Link, literal, own_settings::rows_of, transaction};
use crate::plugin_database::{
    PluginDatabaseError, failure::plain, privileges, query::Query, session::TypeNames, split,
};
use around::Around;
use call::Call;
use confiture_model::{
    BoxFuture,
    database::{QueryError, ReadDatabase, Rows, Value},
    hook::{HookBudget, HookDatabase},
    migration::Loan,
    plugin::DatabaseAccess,
    session::SessionError,
};
use futures_util::FutureExt as _;
use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{Mutex as Turn, oneshot, watch};

/// Lends the connection.
pub(super) async fn lend(
    link: &Arc<Link>,
    access: DatabaseAccess,
    role: Option<String>,
    budget: HookBudget,
) -> Result<Loan, SessionError> {
    require_plain_session(link).await?;
    let shared = Arc::new(Shared {
        link: Mutex::new(Some(Arc::clone(link))),
        access,
        role,
        in_transaction: transaction::is_open(link).await?,
        budget,
        turn: Turn::new(TypeNames::default()),
        closed: watch::channel(false).0,
    });
    let guard = Guard { shared: Arc::clone(&shared), pending: link.pending.clone() };
    Ok(Loan { database: Arc::new(Lent { shared }), guard: Box::new(guard) })
}

/// The role that a hook of a plugin takes on that only reads; none where READ ONLY contains the login itself.
///
/// # Errors
/// What may not be, and what to configure, where no reader is named.
pub(super) async fn reading_role(link: &Link, reader: Option<String>) -> Result<Option<String>, SessionError> {
    match (privileges::check(&link.client).await, reader) {
        (Ok(()), _) => Ok(None),
        (Err(PluginDatabaseError::Privileged(_)), Some(reader)) => plain_role(link, reader).await.map(Some),
        (Err(PluginDatabaseError::Privileged(why)), None) => Err(SessionError::Database(plain("42501", why))),
        (Err(PluginDatabaseError::Database(error)), _) => Err(SessionError::Database(error)),
        (Err(PluginDatabaseError::Connection(error)), _) => Err(SessionError::Connection(error.to_string())),
    }
}

/// Refuses a reader that is as powerful as what it stands in for.
async fn plain_role(link: &Link, reader: String) -> Result<String, SessionError> {
    let sql = format!(
        "SELECT 1 FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) {} AND NOT rolsuper AND NOT rolreplication",
        literal::text(&reader)
    );
    match rows_of(link, &sql).await?.is_empty() {
        false => Ok(reader),
        true => {
            let why =
                format!("`reader` names `{reader}`, which is no role, or one that is a superuser or may replicate");
            Err(SessionError::Database(plain("42501", why)))
        }
    }
}

/// What a hook sends is judged by its tokens, and those depend on two settings that a migration's script can change.
async fn require_plain_session(link: &Link) -> Result<(), SessionError> {
    let sql = "SELECT pg_catalog.current_setting('standard_conforming_strings'),
        pg_catalog.current_setting('client_encoding')";
    let rows = rows_of(link, sql).await?;
    let text = |column| rows.first().and_then(|row| row.get(column)).unwrap_or_default();
    let setting = match (text(0), text(1)) {
        ("on", "UTF8") => return Ok(()),
        ("on", _) => "client_encoding = UTF8",
        _ => "standard_conforming_strings = on",
    };
    let mut error = plain("55000", format!("no hook can run in this session: it needs {setting}"));
    error.hint = Some(format!("the migration changed that; put `SET {setting}` behind the statements that need it"));
    Err(SessionError::Database(error))
}

/// What the hook's side and the migration's side have in common.
struct Shared {
    /// None once the loan has ended.
    link: Mutex<Option<Arc<Link>>>,
    access: DatabaseAccess,
    /// The role that is taken on for each call, to read as.
    role: Option<String>,
    in_transaction: bool,
    budget: HookBudget,
    /// Held by the call that runs.
    turn: Turn<TypeNames>,
    closed: watch::Sender<bool>,
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
        match self.shared.access {
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
            let around = Around::of_query(self.shared.access, self.shared.in_transaction);
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
            if self.shared.access == DatabaseAccess::Read {
                let why = "only reading the database is granted: use `query`";
                return Err(QueryError::Denied(why.to_owned()));
            }
            let query = self.read(sql, params)?;
            let around = Around::of_execute(self.shared.in_transaction);
            self.ask(|call| call.execute(query, around)).await
        })
    }
}
