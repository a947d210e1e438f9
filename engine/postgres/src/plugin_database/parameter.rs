//! Parameters in text form, whatever type PostgreSQL found for them: its own input functions read them.

use bytes::{BufMut, BytesMut};
use confiture_model::database::Value;
use std::{error::Error, fmt::Write};
use tokio_postgres::types::{Format, IsNull, ToSql, Type, to_sql_checked};

/// A value on its way to the server.
#[derive(Debug)]
pub(crate) struct Parameter<'a>(pub(crate) &'a Value);

impl ToSql for Parameter<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let Some(text) = text(self.0) else { return Ok(IsNull::Yes) };
        out.put_slice(text.as_bytes());
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    to_sql_checked!();
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Boolean(value) => Some(value.to_string()),
        Value::Integer(value) => Some(value.to_string()),
        Value::Float(value) if value.is_infinite() => {
            Some(if *value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned())
        }
        Value::Float(value) => Some(value.to_string()),
        Value::Text(text) | Value::Other { text, .. } => Some(text.clone()),
        Value::Bytes(bytes) => Some(bytes.iter().fold("\\x".to_owned(), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_forms() {
        for (value, expected) in [
            (Value::Null, None),
            (Value::Boolean(true), Some("true")),
            (Value::Integer(-7), Some("-7")),
            (Value::Float(1.5), Some("1.5")),
            (Value::Float(f64::NAN), Some("NaN")),
            (Value::Float(f64::NEG_INFINITY), Some("-Infinity")),
            (Value::Text("a'b".into()), Some("a'b")),
            (Value::Bytes(vec![0, 255]), Some("\\x00ff")),
            (Value::Other { text: "1.10".into(), type_name: "numeric".into() }, Some("1.10")),
        ] {
            assert_eq!(text(&value).as_deref(), expected, "{value:?}");
        }
    }
}
