//! The rows of one query: a task runs the statement and reads on only when it is asked.

use super::{
    failure, functions,
    parameter::Parameter,
    projection::{self, Projection},
    query::Query,
    session::{Session, Sessions},
    value::{Raw, cost},
};
use crate::connect::Canceller;
use confiture_model::{
    BoxFuture,
    database::{ColumnMeta, QueryError, ReadBudget, Rows, Value},
};
use futures_util::TryStreamExt;
use std::{future::Future, pin::pin, sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc, oneshot},
    time::Instant,
};
use tokio_postgres::{Portal, Row, Transaction};

/// How many rows are asked of the server at once.
const PORTION: u32 = 500;

/// How much later than the server we notice that a statement takes too long: its own error says more.
const GRACE: Duration = Duration::from_millis(500);

/// How long a cancelled statement may take to end before its connection is given up.
const CANCEL_LIMIT: Duration = Duration::from_secs(10);

type Batch = Vec<Vec<Value>>;

/// A plugin's side of a query.
pub(super) struct OpenRows {
    columns: Vec<ColumnMeta>,
    /// None at the end.
    fetches: Option<mpsc::Sender<Fetch>>,
    permit: Option<OwnedSemaphorePermit>,
}

struct Fetch {
    most: u32,
    reply: oneshot::Sender<Result<Batch, QueryError>>,
}

struct Started {
    columns: Vec<ColumnMeta>,
    fetches: mpsc::Sender<Fetch>,
}

/// Starts a query.
pub(super) async fn open(sessions: Arc<Sessions>, query: Query) -> Result<OpenRows, QueryError> {
    let permit = sessions.admit()?;
    let (reply, started) = oneshot::channel();
    tokio::spawn(serve(sessions, query, reply));
    match started.await {
        Ok(Ok(Started { columns, fetches })) => Ok(OpenRows { columns, fetches: Some(fetches), permit: Some(permit) }),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(ended()),
    }
}

fn ended() -> QueryError {
    QueryError::Database(failure::plain("08006", "the query's connection ended"))
}

impl Rows for OpenRows {
    fn columns(&self) -> &[ColumnMeta] {
        &self.columns
    }

    fn next<'a>(&'a mut self, most: u32) -> BoxFuture<'a, Result<Batch, QueryError>> {
        Box::pin(async move {
            let Some(fetches) = self.fetches.as_ref().filter(|_| most > 0) else { return Ok(Vec::new()) };
            let (reply, batch) = oneshot::channel();
            let sent = fetches.send(Fetch { most, reply }).await;
            let batch = match sent {
                Ok(()) => batch.await.unwrap_or_else(|_| Err(ended())),
                Err(_) => Err(ended()),
            };
            if batch.as_ref().map_or(true, |batch| batch.is_empty()) {
                self.fetches = None;
                self.permit = None;
            }
            batch
        })
    }
}

/// One query from BEGIN to ROLLBACK, and the connection back.
async fn serve(sessions: Arc<Sessions>, query: Query, mut reply: oneshot::Sender<Result<Started, QueryError>>) {
    let taken = tokio::select! {
        taken = sessions.take() => taken,
        () = reply.closed() => return,
    };
    let (mut session, _permit) = match taken {
        Ok(taken) => taken,
        Err(error) => return drop(reply.send(Err(error))),
    };
    let clean = transact(&mut session, &query, sessions.budget, reply).await;
    // A function that is declared STABLE may still have taken a lock that outlives its transaction.
    let unlock = "SELECT pg_catalog.pg_advisory_unlock_all()";
    if clean && session.client.batch_execute(unlock).await.is_ok() {
        sessions.keep(session);
    }
}

/// Runs a query in a READ ONLY transaction; whether the connection can be used again.
async fn transact(
    session: &mut Session,
    query: &Query,
    budget: ReadBudget,
    mut reply: oneshot::Sender<Result<Started, QueryError>>,
) -> bool {
    let mut guard = Guard { canceller: session.canceller.clone(), left: limit(&budget), spent: false };
    let names = &mut session.names;
    let transaction = match session.client.build_transaction().read_only(true).start().await {
        Ok(transaction) => transaction,
        Err(error) => {
            drop(reply.send(Err(failure::of_ours(&error))));
            return false;
        }
    };
    let begin = async {
        functions::check(transaction.client(), &query.functions).await?;
        let projection = projection::of(transaction.client(), query, budget.bytes, names).await?;
        let params = query.params.iter().map(Parameter);
        let portal = transaction.bind_raw(&projection.statement, params.collect::<Vec<_>>().iter()).await;
        let portal = portal.map_err(|error| failure::of_statement(&error, projection.shift, query.offset))?;
        Ok((projection, portal))
    };
    match guard.watch(begin, reply.closed()).await {
        Some(Ok((projection, portal))) => {
            let (fetches, asked) = mpsc::channel(1);
            let columns = projection.columns.clone();
            if reply.send(Ok(Started { columns, fetches })).is_ok() {
                let reading = Reading {
                    transaction: &transaction,
                    projection,
                    portal,
                    offset: query.offset,
                    budget,
                    rows: 0,
                    bytes: 0,
                };
                reading.answer(asked, &mut guard).await;
            }
        }
        Some(Err(error)) => drop(reply.send(Err(error))),
        None => {}
    }
    !guard.spent && transaction.rollback().await.is_ok()
}

fn limit(budget: &ReadBudget) -> Duration {
    Duration::from_millis(budget.statement_timeout_ms.max(1)).saturating_add(GRACE)
}

/// Stops what takes too long, or what nobody waits for any more.
struct Guard {
    canceller: Canceller,
    /// Of the time in which the server may work for this query, whatever it is cut into.
    left: Duration,
    /// Whether something was cancelled: a request may arrive late and stop what the connection does next.
    spent: bool,
}

impl Guard {
    /// Does a piece of work; `None` where nobody waited for it.
    async fn watch<T>(
        &mut self,
        work: impl Future<Output = Result<T, QueryError>>,
        abandoned: impl Future<Output = ()>,
    ) -> Option<Result<T, QueryError>> {
        let started = Instant::now();
        let mut work = pin!(work);
        let stopped = tokio::select! {
            result = &mut work => {
                self.left = self.left.saturating_sub(started.elapsed());
                return Some(result);
            }
            () = tokio::time::sleep(self.left) => Some(Err(QueryError::TimedOut)),
            () = abandoned => None,
        };
        self.left = Duration::ZERO;
        self.spent = true;
        self.stop(work).await;
        stopped
    }

    /// Cancels until the work ends: a request that comes a moment too early does nothing.
    async fn stop(&self, mut work: impl Future + Unpin) {
        let deadline = Instant::now() + CANCEL_LIMIT;
        while Instant::now() < deadline {
            let request = tokio::time::timeout(CANCEL_LIMIT, self.canceller.cancel());
            let arrived = matches!(request.await, Ok(Ok(())));
            if !arrived || tokio::time::timeout(Duration::from_millis(200), &mut work).await.is_ok() {
                return;
            }
        }
    }
}

/// A statement whose rows are read.
struct Reading<'a, 't> {
    transaction: &'a Transaction<'t>,
    projection: Projection,
    portal: Portal,
    offset: u32,
    budget: ReadBudget,
    rows: u64,
    bytes: u64,
}

impl Reading<'_, '_> {
    /// Answers until the rows end, one fails, or nobody asks any more.
    async fn answer(mut self, mut asked: mpsc::Receiver<Fetch>, guard: &mut Guard) {
        let mut ended = false;
        while let Some(Fetch { most, mut reply }) = asked.recv().await {
            if ended {
                drop(reply.send(Ok(Vec::new())));
                return;
            }
            let batch = guard.watch(self.batch(most, &mut ended), reply.closed()).await;
            let Some(batch) = batch else { return };
            let failed = batch.is_err();
            if reply.send(batch).is_err() || failed {
                return;
            }
        }
    }

    async fn batch(&mut self, most: u32, ended: &mut bool) -> Result<Batch, QueryError> {
        let mut batch = Vec::new();
        while !*ended && batch.len() < usize::try_from(most).unwrap_or(usize::MAX) {
            let wanted = most.saturating_sub(u32::try_from(batch.len()).unwrap_or(most)).min(PORTION);
            *ended = self.portion(wanted, &mut batch).await? < wanted;
        }
        Ok(batch)
    }

    /// Reads at most so many rows; how many there were.
    async fn portion(&mut self, wanted: u32, batch: &mut Batch) -> Result<u32, QueryError> {
        let failed = |error| failure::of_statement(&error, self.projection.shift, self.offset);
        // A row more than the budget has shows that there is one. The number fits: it is not above `wanted`.
        let left = self.budget.rows.saturating_sub(self.rows).saturating_add(1);
        let wanted = wanted.min(u32::try_from(left).unwrap_or(wanted));
        let count = i32::try_from(wanted).unwrap_or(i32::MAX);
        let mut stream = pin!(self.transaction.query_portal_raw(&self.portal, count).await.map_err(failed)?);
        let mut found = 0;
        while let Some(row) = stream.try_next().await.map_err(failed)? {
            found += 1;
            self.rows += 1;
            if self.rows > self.budget.rows {
                return Err(QueryError::LimitExceeded(format!("a query may return {} rows at most", self.budget.rows)));
            }
            let values = values(&self.projection, &row)?.ok_or_else(|| too_large(&self.budget))?;
            self.bytes = values.iter().map(cost).fold(self.bytes, u64::saturating_add);
            if self.bytes > self.budget.bytes {
                return Err(too_large(&self.budget));
            }
            batch.push(values);
        }
        Ok(found)
    }
}

pub(crate) fn too_large(budget: &ReadBudget) -> QueryError {
    QueryError::LimitExceeded(format!("a query may return {} bytes at most", budget.bytes))
}

/// The values of a row; `None` where it alone is larger than the budget.
pub(crate) fn values(projection: &Projection, row: &Row) -> Result<Option<Vec<Value>>, QueryError> {
    let first = usize::from(projection.measured);
    if projection.measured && row.try_get::<_, bool>(0).map_err(|error| failure::of_ours(&error))? {
        return Ok(None);
    }
    let value = |(at, form): (usize, &super::value::Form)| {
        let raw: Option<Raw<'_>> = row.try_get(first + at).map_err(|error| failure::of_ours(&error))?;
        form.value(raw.map(|raw| raw.0)).ok_or_else(|| {
            let message = format!("column {} is not in the form that its type has", at + 1);
            QueryError::Database(failure::plain("08P01", message))
        })
    };
    projection.forms.iter().enumerate().map(value).collect::<Result<Vec<_>, _>>().map(Some)
}
