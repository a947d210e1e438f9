//! Values, columns and errors of queries.

use crate::{bindings::confiture::plugin::database as wit, convert::error::db_error_out};
use confiture_model::database as model;

pub(crate) fn value_in(value: wit::Value) -> model::Value {
    match value {
        wit::Value::Null => model::Value::Null,
        wit::Value::Boolean(value) => model::Value::Boolean(value),
        wit::Value::Integer(value) => model::Value::Integer(value),
        wit::Value::Float(value) => model::Value::Float(value),
        wit::Value::Text(value) => model::Value::Text(value),
        wit::Value::Bytes(value) => model::Value::Bytes(value),
        wit::Value::Other(wit::OtherValue { text, type_name }) => model::Value::Other { text, type_name },
    }
}

fn value_out(value: model::Value) -> wit::Value {
    match value {
        model::Value::Null => wit::Value::Null,
        model::Value::Boolean(value) => wit::Value::Boolean(value),
        model::Value::Integer(value) => wit::Value::Integer(value),
        model::Value::Float(value) => wit::Value::Float(value),
        model::Value::Text(value) => wit::Value::Text(value),
        model::Value::Bytes(value) => wit::Value::Bytes(value),
        model::Value::Other { text, type_name } => wit::Value::Other(wit::OtherValue { text, type_name }),
    }
}

pub(crate) fn row_out(row: Vec<model::Value>) -> Vec<wit::Value> {
    row.into_iter().map(value_out).collect()
}

pub(crate) fn column_out(column: &model::ColumnMeta) -> wit::ColumnMeta {
    wit::ColumnMeta { name: column.name.clone(), type_name: column.type_name.clone() }
}

pub(crate) fn error_out(error: model::QueryError) -> wit::QueryError {
    match error {
        model::QueryError::Denied(what) => wit::QueryError::Denied(what),
        model::QueryError::LimitExceeded(what) => wit::QueryError::LimitExceeded(what),
        model::QueryError::Database(error) => wit::QueryError::Database(db_error_out(error)),
        model::QueryError::TimedOut => wit::QueryError::TimedOut,
    }
}
