//! Values that come in the binary form of their column's type (the `_send` functions of PostgreSQL's source,
//! `src/backend/utils/adt`), as PostgreSQL writes them: with `DateStyle` ISO, in UTC, bytes in hexadecimal digits.
//!
//! The server need not write the text of what it sends, and a column that is only looked at travels once.

mod number;
mod time;

use super::form::Type;
use std::io::Write as _;

/// What reads the binary form of one type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decoder {
    /// Its binary form is its text.
    Text,
    Jsonb,
    Bool,
    Int2,
    Int4,
    Int8,
    Oid,
    Numeric,
    Uuid,
    Bytea,
    Date,
    Timestamp,
    Timestamptz,
}

impl Decoder {
    /// The decoder of a column's type; none where the server has to write its text.
    pub fn of(column: &Type) -> Option<Self> {
        if column.is_text() {
            return Some(Self::Text);
        }
        if column.is_array() {
            return None;
        }
        Some(match column.oid {
            16 => Self::Bool,
            17 => Self::Bytea,
            20 => Self::Int8,
            21 => Self::Int2,
            23 => Self::Int4,
            26 => Self::Oid,
            1082 => Self::Date,
            1114 => Self::Timestamp,
            1184 => Self::Timestamptz,
            1700 => Self::Numeric,
            2950 => Self::Uuid,
            3802 => Self::Jsonb,
            _ => return None,
        })
    }

    /// Appends the text of a value; none where the bytes are none of its type.
    pub fn decode(self, value: &[u8], text: &mut Vec<u8>) -> Option<()> {
        match self {
            Self::Text => text.extend_from_slice(value),
            Self::Jsonb => text.extend_from_slice(value.strip_prefix(&[1])?),
            Self::Bool => text.push(match value {
                [0] => b'f',
                [1] => b't',
                _ => return None,
            }),
            Self::Int2 => integer(i16::from_be_bytes(value.try_into().ok()?), text),
            Self::Int4 => integer(i32::from_be_bytes(value.try_into().ok()?), text),
            Self::Int8 => integer(i64::from_be_bytes(value.try_into().ok()?), text),
            Self::Oid => integer(u32::from_be_bytes(value.try_into().ok()?), text),
            Self::Numeric => number::numeric(value, text)?,
            Self::Uuid => uuid(value.try_into().ok()?, text),
            Self::Bytea => {
                text.extend_from_slice(b"\\x");
                hex(value, text);
            }
            Self::Date => time::date(i32::from_be_bytes(value.try_into().ok()?), text),
            Self::Timestamp => time::timestamp(i64::from_be_bytes(value.try_into().ok()?), b"", text),
            Self::Timestamptz => time::timestamp(i64::from_be_bytes(value.try_into().ok()?), b"+00", text),
        }
        Some(())
    }
}

fn integer(value: impl itoa::Integer, text: &mut Vec<u8>) {
    text.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Appends a number with zeros before it.
fn padded(value: i64, digits: usize, text: &mut Vec<u8>) {
    // Writing to a vector does not fail.
    let _ = write!(text, "{value:0digits$}");
}

fn hex(bytes: &[u8], text: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    text.extend(bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]));
}

fn uuid(bytes: [u8; 16], text: &mut Vec<u8>) {
    for (at, part) in [&bytes[..4], &bytes[4..6], &bytes[6..8], &bytes[8..10], &bytes[10..]].into_iter().enumerate() {
        if at > 0 {
            text.push(b'-');
        }
        hex(part, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_value_of_the_type_are_refused() {
        for (decoder, value) in [
            (Decoder::Bool, &[2][..]),
            (Decoder::Int4, &[0, 1]),
            (Decoder::Int8, &[]),
            (Decoder::Uuid, &[0; 15]),
            (Decoder::Jsonb, b"\x02{}"),
            (Decoder::Date, &[0; 8]),
            (Decoder::Timestamp, &[0; 4]),
            (Decoder::Numeric, &[0, 1, 0, 0, 0, 0, 0, 0]),
            (Decoder::Numeric, &[0, 1, 0, 0, 0, 0, 0, 0, 0x27, 0x10]),
            (Decoder::Numeric, &[0, 0, 0, 0, 0x12, 0, 0, 0]),
        ] {
            assert_eq!(decoder.decode(value, &mut Vec::new()), None, "{decoder:?} {value:?}");
        }
    }
}
