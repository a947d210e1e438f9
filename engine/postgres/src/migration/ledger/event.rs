//! Rows of `confiture.event`.

use super::{super::literal, column, required, rfc3339, unreadable};
use confiture_model::{
    migration::{Event, RecordedEvent},
    session::SessionError,
};
use tokio_postgres::SimpleQueryRow;

pub(super) fn select(limit: u32) -> String {
    format!(
        "SELECT id, {} AS at, kind, version, name, run, pg_catalog.concat(client, ', role ', role) AS author,
                duration_ms, details
         FROM confiture.event ORDER BY id DESC LIMIT {limit}",
        rfc3339("at")
    )
}

pub(super) fn read(row: &SimpleQueryRow) -> Result<RecordedEvent, SessionError> {
    let id = required(row, "id");
    let failed = |why: &dyn std::fmt::Display| unreadable("event", &format!("id {id}"), &why.to_string());
    let text = |name| column(row, name).map(str::to_owned);
    Ok(RecordedEvent {
        id: id.parse().map_err(|error| failed(&error))?,
        at: required(row, "at"),
        by: required(row, "author"),
        event: Event {
            kind: required(row, "kind"),
            version: text("version"),
            name: text("name"),
            run: required(row, "run"),
            duration_ms: column(row, "duration_ms").and_then(|number| number.parse().ok()),
            details: serde_json::from_str(&required(row, "details")).map_err(|error| failed(&error))?,
        },
    })
}

pub(super) fn insert(event: &Event, client: &str) -> String {
    format!(
        "INSERT INTO confiture.event (kind, version, name, run, client, role, duration_ms, details)
         VALUES ({}, {}, {}, {}, {}, current_user, {}, {})",
        literal::text(&event.kind),
        literal::optional(event.version.as_deref()),
        literal::optional(event.name.as_deref()),
        literal::text(&event.run),
        literal::text(client),
        event.duration_ms.map_or_else(|| "NULL".to_owned(), |ms| ms.min(i64::MAX.unsigned_abs()).to_string()),
        literal::json(&event.details),
    )
}
