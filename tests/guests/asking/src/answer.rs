//! One call of the database, and what came of it.

use crate::confiture::plugin::database::{self, QueryError, Rows, Value};

pub struct Answer {
    pub kind: &'static str,
    pub text: String,
}

pub fn ask(call: &str, sql: &str) -> Answer {
    let answered = match call {
        "execute" => database::execute(sql, &[]).map(|changed| format!("{changed} rows changed")),
        "split" => database::split(sql).map(|statements| format!("{} statements", statements.len())),
        // A number that is none, as a parameter.
        "nan" => database::query(sql, &[Value::Float(f64::NAN)]).and_then(|rows| read(&rows)),
        "hoard" => hoard(sql),
        _ => database::query(sql, &[]).and_then(|rows| read(&rows)),
    };
    match answered {
        Ok(text) => Answer { kind: "rows", text },
        Err(QueryError::Denied(text)) => Answer { kind: "denied", text },
        Err(QueryError::LimitExceeded(text)) => Answer { kind: "limit-exceeded", text },
        Err(QueryError::TimedOut) => Answer { kind: "timed-out", text: "it took too long".into() },
        Err(QueryError::Database(error)) => {
            Answer { kind: "database", text: format!("{}: {}", error.sqlstate, error.message) }
        }
    }
}

/// All rows, counted; the first value is shown.
fn read(rows: &Rows) -> Result<String, QueryError> {
    let (mut count, mut first) = (0_u64, None);
    loop {
        let batch = rows.next(1_000)?;
        if batch.is_empty() {
            return Ok(format!("{count} rows, first {}", first.unwrap_or_else(|| "none".to_owned())));
        }
        count += batch.len() as u64;
        first = first.or_else(|| batch[0].first().map(shown));
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Boolean(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Text(value) => value.clone(),
        Value::Bytes(value) => format!("{} bytes", value.len()),
        Value::Other(value) => format!("{}::{}", value.text, value.type_name),
    }
}

/// Opens queries and reads none, until the host has enough.
fn hoard(sql: &str) -> Result<String, QueryError> {
    let mut open = Vec::new();
    for _ in 0..10_000 {
        open.push(database::query(sql, &[])?);
    }
    Ok(format!("{} queries open", open.len()))
}
