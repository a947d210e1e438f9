//! Rows of `confiture.step`.

use super::{
    super::{
        link::Link,
        literal,
        own_settings::{Around, run},
    },
    column, required, unreadable,
};
use confiture_model::{
    hook::HookStep,
    migration::{StepState, StoredStep},
    session::SessionError,
};
use tokio_postgres::SimpleQueryRow;

/// The steps of a migration.
pub(in super::super) async fn stored(link: &Link, version: &str) -> Result<Vec<StoredStep>, SessionError> {
    let sql = format!(
        "SELECT hook, path, title, arguments, estimated_rows, parallel, state, changed_rows FROM confiture.step
         WHERE version OPERATOR(pg_catalog.=) {}",
        literal::text(version)
    );
    let rows = run(link, Around::to_read(link).await?, &sql).await?;
    rows.iter().map(read).collect()
}

/// Writes steps, each in place of one of the same hook and path.
pub(in super::super) async fn store(link: &Link, version: &str, steps: &[StoredStep]) -> Result<(), SessionError> {
    if steps.is_empty() {
        return Ok(());
    }
    let version = literal::text(version);
    let rows: Vec<String> = steps.iter().map(|step| row(&version, step)).collect();
    let sql = format!(
        "INSERT INTO confiture.step
            (version, hook, path, title, arguments, estimated_rows, parallel, state, changed_rows)
         VALUES {}
         ON CONFLICT (version, hook, path) DO UPDATE SET title = excluded.title, arguments = excluded.arguments,
            estimated_rows = excluded.estimated_rows, parallel = excluded.parallel, state = excluded.state,
            changed_rows = excluded.changed_rows",
        rows.join(", ")
    );
    run(link, Around::to_write(link).await?, &sql).await.map(drop)
}

/// Locks a step until the end of the transaction, and answers how far it has come.
pub(in super::super) async fn claim(
    link: &Link,
    version: &str,
    hook: &str,
    path: &str,
) -> Result<Option<StepState>, SessionError> {
    let sql = format!(
        "SELECT state FROM confiture.step WHERE version OPERATOR(pg_catalog.=) {}
            AND hook OPERATOR(pg_catalog.=) {} AND path OPERATOR(pg_catalog.=) {} FOR UPDATE",
        literal::text(version),
        literal::text(hook),
        literal::text(path)
    );
    let rows = run(link, Around::to_write(link).await?, &sql).await?;
    rows.first().map(state).transpose()
}

/// What takes the steps of a migration away.
pub(super) fn forget(version: &str) -> String {
    format!("DELETE FROM confiture.step WHERE version OPERATOR(pg_catalog.=) {}", literal::text(version))
}

fn read(row: &SimpleQueryRow) -> Result<StoredStep, SessionError> {
    let number = |name| column(row, name).and_then(|text| text.parse().ok());
    Ok(StoredStep {
        hook: required(row, "hook"),
        path: required(row, "path"),
        step: HookStep {
            title: required(row, "title"),
            arguments: required(row, "arguments"),
            estimated_rows: number("estimated_rows"),
            parallel: column(row, "parallel") == Some("t"),
        },
        state: state(row)?,
        rows: number("changed_rows").unwrap_or(0),
    })
}

/// Fails on a state that only a later program knows.
fn state(row: &SimpleQueryRow) -> Result<StepState, SessionError> {
    match required(row, "state").as_str() {
        "planned" => Ok(StepState::Planned),
        "sent" => Ok(StepState::Sent),
        "done" => Ok(StepState::Done),
        other => Err(unreadable("step", "in a state", &format!("`{other}`, which this program does not know"))),
    }
}

fn row(version: &str, step: &StoredStep) -> String {
    let state = match step.state {
        StepState::Planned => "planned",
        StepState::Sent => "sent",
        StepState::Done => "done",
    };
    let limit = i64::MAX.unsigned_abs();
    format!(
        "({version}, {}, {}, {}, {}, {}, {}, '{state}', {})",
        literal::text(&step.hook),
        literal::text(&step.path),
        literal::text(&step.step.title),
        literal::text(&step.step.arguments),
        step.step.estimated_rows.map_or_else(|| "NULL".to_owned(), |rows| rows.min(limit).to_string()),
        step.step.parallel,
        step.rows.min(limit),
    )
}
