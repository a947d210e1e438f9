//! One call of a hook.

use super::{Inside, Shared, around::Around, ended};
use crate::{
    migration::link::Link,
    plugin_database::{
        failure, functions,
        parameter::Parameter,
        projection::{self, Projection},
        query::{Place, Query},
        rows::{too_large, values},
        session::TypeNames,
        value::cost,
    },
};
use confiture_model::{
    database::{ColumnMeta, QueryError, ReadBudget, Value},
    plugin::DatabaseAccess,
};
use futures_util::TryStreamExt as _;
use std::{
    future::Future,
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};
use tokio::sync::oneshot;
use tokio_postgres::{Row, RowStream};

/// How long a statement may take to end before it is cancelled once more: a request may come before the statement.
const AGAIN: Duration = Duration::from_millis(200);

/// A call on its way.
pub(super) struct Call {
    pub shared: Arc<Shared>,
    pub link: Arc<Link>,
    /// Ends when nobody waits for the call any more.
    pub kept: oneshot::Receiver<()>,
}

type Answer = (Vec<ColumnMeta>, Vec<Vec<Value>>);

impl Call {
    /// Runs a statement for its rows.
    pub async fn query(self, query: Query, around: Around) -> Result<Answer, QueryError> {
        self.run(around, async move |link: &Link, shared: &Shared, names: &mut TypeNames| {
            check_functions(link, shared, &query).await?;
            let projection = projection::of(&link.client, &query, shared.terms.budget.bytes, names).await?;
            let rows = rows(link, shared, &query, &projection).await?;
            Ok((projection.columns, rows))
        })
        .await
    }

    /// Runs a statement for the number of rows that it changes.
    pub async fn execute(self, query: Query, around: Around) -> Result<u64, QueryError> {
        self.run(around, async move |link: &Link, shared: &Shared, _: &mut TypeNames| {
            check_functions(link, shared, &query).await?;
            let failed = |error| {
                link.note_error(&error);
                failure::of_statement(&error, 0, query.offset)
            };
            let statement = link.client.prepare(&query.text).await.map_err(failed)?;
            projection::require_parameters(&statement, &query)?;
            let parameters: Vec<_> = query.params.iter().map(Parameter).collect();
            let count = link.client.execute_raw(&statement, parameters.iter()).await.map_err(failed)?;
            // PostgreSQL counts the rows that a query returns, too.
            let counts = query.place == Place::With || statement.columns().is_empty();
            Ok(if counts { count } else { 0 })
        })
        .await
    }

    async fn run<T>(
        self,
        around: Around,
        work: impl AsyncFnOnce(&Link, &Shared, &mut TypeNames) -> Result<T, QueryError>,
    ) -> Result<T, QueryError> {
        let Self { shared, link, kept } = self;
        let mut inside = shared.turn.lock().await;
        if *shared.closed.borrow() {
            return Err(ended());
        }
        let Inside { names, opening } = &mut *inside;
        let role = match opening.open(&link, &shared.terms).await {
            Ok(open) => open.role.as_deref(),
            Err(error) => return Err(failure::of_session(error)),
        };
        around.begin(&link).await?;
        let limit = Duration::from_millis(shared.terms.budget.statement_timeout_ms.max(1));
        let result = match around.take_on(role, &link).await {
            Ok(()) => watched(&shared, &link, kept, limit, work(&link, &shared, names)).await,
            Err(error) => Err(error),
        };
        match result {
            Ok(value) => around.keep(&link).await.map(|()| value),
            Err(error) => {
                around.undo(&link).await;
                Err(error)
            }
        }
    }
}

async fn check_functions(link: &Link, shared: &Shared, query: &Query) -> Result<(), QueryError> {
    match shared.terms.access {
        DatabaseAccess::Write => functions::check_to_write(&link.client, &query.functions).await,
        DatabaseAccess::Read | DatabaseAccess::None => functions::check(&link.client, &query.functions).await,
    }
}

/// Waits for a piece of work until it takes too long, nobody waits for it, or the loan ends. Then it is stopped on the
/// server, and its end is waited for.
async fn watched<T>(
    shared: &Shared,
    link: &Link,
    kept: oneshot::Receiver<()>,
    limit: Duration,
    work: impl Future<Output = Result<T, QueryError>>,
) -> Result<T, QueryError> {
    let mut closed = shared.closed.subscribe();
    let mut work = pin!(work);
    let why = tokio::select! {
        result = &mut work => return result,
        () = tokio::time::sleep(limit) => QueryError::TimedOut,
        _ = kept => ended(),
        _ = closed.wait_for(|closed| *closed) => ended(),
    };
    loop {
        // A server that cannot be reached a second time is asked again; a connection that is lost ends the work, too.
        let _ = link.canceller.cancel().await;
        if tokio::time::timeout(AGAIN, &mut work).await.is_ok() {
            return Err(why);
        }
    }
}

/// Every row of a statement, within the budget.
async fn rows(
    link: &Link,
    shared: &Shared,
    query: &Query,
    projection: &Projection,
) -> Result<Vec<Vec<Value>>, QueryError> {
    let failed = |error| {
        link.note_error(&error);
        failure::of_statement(&error, projection.shift, query.offset)
    };
    let parameters: Vec<_> = query.params.iter().map(Parameter).collect();
    let stream = link.client.query_raw(&projection.statement, parameters.iter()).await.map_err(failed)?;
    let mut stream = pin!(stream);
    let mut taking = Taking {
        budget: ReadBudget {
            statement_timeout_ms: shared.terms.budget.statement_timeout_ms,
            rows: shared.terms.budget.rows,
            bytes: shared.terms.budget.bytes,
        },
        bytes: 0,
        rows: Vec::new(),
    };
    while let Some(row) = stream.try_next().await.map_err(failed)? {
        if let Err(error) = taking.take(projection, &row) {
            drain(link, stream).await;
            return Err(error);
        }
    }
    Ok(taking.rows)
}

struct Taking {
    budget: ReadBudget,
    bytes: u64,
    rows: Vec<Vec<Value>>,
}

impl Taking {
    fn take(&mut self, projection: &Projection, row: &Row) -> Result<(), QueryError> {
        if u64::try_from(self.rows.len()).unwrap_or(u64::MAX) >= self.budget.rows {
            let most = self.budget.rows;
            return Err(QueryError::LimitExceeded(format!("a query of a hook may return {most} rows at most")));
        }
        let values = values(projection, row)?.ok_or_else(|| too_large(&self.budget))?;
        self.bytes = values.iter().map(cost).fold(self.bytes, u64::saturating_add);
        if self.bytes > self.budget.bytes {
            return Err(too_large(&self.budget));
        }
        self.rows.push(values);
        Ok(())
    }
}

/// Stops a statement whose further rows nobody wants.
async fn drain(link: &Link, mut stream: Pin<&mut RowStream>) {
    loop {
        let _ = link.canceller.cancel().await;
        let end = async { while matches!(stream.try_next().await, Ok(Some(_))) {} };
        if tokio::time::timeout(AGAIN, end).await.is_ok() {
            return;
        }
    }
}
