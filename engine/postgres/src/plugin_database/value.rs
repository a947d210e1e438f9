//! Values as PostgreSQL sends them, and as a plugin gets them.

use confiture_model::database::Value;
use std::error::Error;
use tokio_postgres::types::{FromSql, Type};

/// How a column comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Boolean,
    Int2,
    Int4,
    Int8,
    Oid,
    Float4,
    Float8,
    Text,
    Bytes,
    /// Any other type, by its output function.
    Other(String),
}

impl Form {
    /// The form of a type that has one of its own, and the type's name in SQL.
    pub(crate) fn of(oid: u32) -> Option<(Self, &'static str)> {
        Some(match Type::from_oid(oid)? {
            Type::BOOL => (Form::Boolean, "boolean"),
            Type::INT2 => (Form::Int2, "smallint"),
            Type::INT4 => (Form::Int4, "integer"),
            Type::INT8 => (Form::Int8, "bigint"),
            Type::OID => (Form::Oid, "oid"),
            Type::FLOAT4 => (Form::Float4, "real"),
            Type::FLOAT8 => (Form::Float8, "double precision"),
            Type::TEXT => (Form::Text, "text"),
            Type::VARCHAR => (Form::Text, "character varying"),
            Type::BPCHAR => (Form::Text, "character"),
            Type::NAME => (Form::Text, "name"),
            Type::BYTEA => (Form::Bytes, "bytea"),
            _ => return None,
        })
    }

    /// Whether a value can be long.
    pub(crate) fn is_long(&self) -> bool {
        matches!(self, Form::Text | Form::Bytes | Form::Other(_))
    }

    /// A value from its bytes; `None` where they are not what the type sends.
    pub(crate) fn value(&self, bytes: Option<&[u8]>) -> Option<Value> {
        let Some(bytes) = bytes else { return Some(Value::Null) };
        Some(match self {
            Form::Boolean => Value::Boolean(*bytes.first()? != 0),
            Form::Int2 => Value::Integer(i16::from_be_bytes(bytes.try_into().ok()?).into()),
            Form::Int4 => Value::Integer(i32::from_be_bytes(bytes.try_into().ok()?).into()),
            Form::Int8 => bigint(i64::from_be_bytes(bytes.try_into().ok()?)),
            Form::Oid => Value::Integer(u32::from_be_bytes(bytes.try_into().ok()?).into()),
            // Through its shortest decimal form: 0.1 stays 0.1.
            Form::Float4 => Value::Float(f32::from_be_bytes(bytes.try_into().ok()?).to_string().parse().ok()?),
            Form::Float8 => Value::Float(f64::from_be_bytes(bytes.try_into().ok()?)),
            Form::Text => Value::Text(std::str::from_utf8(bytes).ok()?.to_owned()),
            Form::Bytes => Value::Bytes(bytes.to_vec()),
            Form::Other(type_name) => {
                Value::Other { text: std::str::from_utf8(bytes).ok()?.to_owned(), type_name: type_name.clone() }
            }
        })
    }
}

/// Integers that a double cannot hold exactly go as text.
fn bigint(value: i64) -> Value {
    const EXACT: u64 = (1 << 53) - 1;
    match value.unsigned_abs() <= EXACT {
        true => Value::Integer(value),
        false => Value::Other { text: value.to_string(), type_name: "bigint".to_owned() },
    }
}

/// What a value costs of the budget, in bytes.
pub(crate) fn cost(value: &Value) -> u64 {
    let length = match value {
        Value::Null | Value::Boolean(_) => 1,
        Value::Integer(_) | Value::Float(_) => 8,
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::Other { text, type_name } => text.len() + type_name.len(),
    };
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// The bytes of a value, of whatever type.
pub(crate) struct Raw<'a>(pub(crate) &'a [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Raw(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_from_their_bytes() {
        let large = (1_i64 << 53).to_be_bytes();
        for (form, bytes, expected) in [
            (
                Form::Int8,
                Some(&large[..]),
                Some(Value::Other { text: "9007199254740992".into(), type_name: "bigint".into() }),
            ),
            (Form::Int8, Some(&7_i64.to_be_bytes()[..]), Some(Value::Integer(7))),
            (Form::Int8, Some(&[1, 2][..]), None),
            (Form::Float4, Some(&0.1_f32.to_be_bytes()[..]), Some(Value::Float(0.1))),
            (Form::Oid, Some(&[255, 255, 255, 255][..]), Some(Value::Integer(4_294_967_295))),
            (Form::Text, Some(&[0xff][..]), None),
            (Form::Text, Some(&b"a"[..]), Some(Value::Text("a".into()))),
            (Form::Boolean, None, Some(Value::Null)),
        ] {
            assert_eq!(form.value(bytes), expected);
        }
    }
}
