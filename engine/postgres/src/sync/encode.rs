//! Masked values, which come as text, in the binary form of their column's type (the `_recv` functions of PostgreSQL's
//! source, `src/backend/utils/adt`).

mod array;
mod net;
mod number;
mod time;

use super::form::{Type, Types};
use bytes::{BufMut as _, BytesMut};

/// What writes the binary form of one type.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Encoder {
    /// Its text is its binary form: text, varchar, char, name, json, enums.
    Text,
    Jsonb,
    Bool,
    Int2,
    Int4,
    Int8,
    Oid,
    Float4,
    Float8,
    Numeric,
    Uuid,
    Bytea,
    Date,
    Time,
    Timestamp,
    Timestamptz,
    Inet,
    Cidr,
    Macaddr,
    /// Of elements of the type with this OID.
    Array(Box<Encoder>, u32),
}

/// A value is not one of its column's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotTaken;

impl Encoder {
    /// The encoder of a column's type in the target; none where its table goes by text.
    pub fn of(column: &Type, types: &Types) -> Option<Self> {
        if column.is_text() {
            return Some(Self::Text);
        }
        if column.is_array() {
            let element = types.element(column)?;
            return match Self::of(element, types)? {
                Self::Array(..) => None,
                encoder => Some(Self::Array(Box::new(encoder), types.element_oid(column))),
            };
        }
        Some(match column.oid {
            16 => Self::Bool,
            17 => Self::Bytea,
            20 => Self::Int8,
            21 => Self::Int2,
            23 => Self::Int4,
            26 => Self::Oid,
            650 => Self::Cidr,
            700 => Self::Float4,
            701 => Self::Float8,
            829 => Self::Macaddr,
            869 => Self::Inet,
            1082 => Self::Date,
            1083 => Self::Time,
            1114 => Self::Timestamp,
            1184 => Self::Timestamptz,
            1700 => Self::Numeric,
            2950 => Self::Uuid,
            3802 => Self::Jsonb,
            _ => return None,
        })
    }

    /// Appends the value, without its length.
    pub fn encode(&self, text: &str, out: &mut BytesMut) -> Result<(), NotTaken> {
        self.try_encode(text, out).ok_or(NotTaken)
    }

    fn try_encode(&self, text: &str, out: &mut BytesMut) -> Option<()> {
        match self {
            Self::Text => out.extend_from_slice(text.as_bytes()),
            Self::Jsonb => {
                out.put_u8(1);
                out.extend_from_slice(text.as_bytes());
            }
            Self::Bool => out.put_u8(number::boolean(text)?),
            Self::Int2 => out.put_i16(text.trim().parse().ok()?),
            Self::Int4 => out.put_i32(text.trim().parse().ok()?),
            Self::Int8 => out.put_i64(text.trim().parse().ok()?),
            Self::Oid => out.put_u32(text.trim().parse().ok()?),
            Self::Float4 => out.put_f32(number::float4(text)?),
            Self::Float8 => out.put_f64(number::float8(text)?),
            Self::Numeric => number::numeric(text, out)?,
            Self::Uuid => out.extend_from_slice(&number::uuid(text)?),
            Self::Bytea => number::bytea(text, out)?,
            Self::Date => out.put_i32(time::date(text)?),
            Self::Time => out.put_i64(time::time(text)?),
            Self::Timestamp => out.put_i64(time::timestamp(text)?),
            Self::Timestamptz => out.put_i64(time::timestamptz(text)?),
            Self::Inet => net::inet(text, false, out)?,
            Self::Cidr => net::inet(text, true, out)?,
            Self::Macaddr => out.extend_from_slice(&net::macaddr(text)?),
            Self::Array(element, oid) => array::array(text, element, *oid, out)?,
        }
        Some(())
    }
}
