//! Rows of binary `COPY`: a number of fields, each with its length (-1 for null) before its bytes.

use super::{Gathered, Layout, Leading, NotARow, Spoilt, value};
use bytes::{BufMut as _, BytesMut};
use confiture_model::mask::Column;

/// Where each field begins and ends. Every field of the row is walked over, so that what goes on is one row and no more.
struct Fields<'r> {
    row: &'r [u8],
    at: usize,
}

impl<'r> Fields<'r> {
    fn new(row: &'r [u8], expected: usize) -> Option<Self> {
        let count = row.first_chunk::<2>().map(|count| u16::from_be_bytes(*count))?;
        (usize::from(count) == expected).then_some(Self { row, at: 2 })
    }

    /// The next field: `Some(None)` for a null.
    fn next(&mut self) -> Option<Option<&'r [u8]>> {
        let length = i32::from_be_bytes(*self.row.get(self.at..)?.first_chunk::<4>()?);
        self.at += 4;
        let Ok(length) = usize::try_from(length) else { return (length == -1).then_some(None) };
        let end = self.at.checked_add(length)?;
        let field = self.row.get(self.at..end)?;
        self.at = end;
        Some(Some(field))
    }
}

pub(super) fn gather(row: &[u8], layout: &Layout, heads: &mut [Gathered]) -> Option<()> {
    let expected = layout.fields();
    let mut fields = Fields::new(row, expected)?;
    for (gathered, head) in heads.iter_mut().zip(&layout.heads) {
        match fields.next()? {
            Some(value) => head.decoder.decode(value, &mut gathered.data)?,
            None => gathered.null(),
        }
        gathered.end();
    }
    for _ in heads.len()..expected {
        fields.next()?;
    }
    (fields.at == row.len()).then_some(())
}

pub(super) fn splice(
    row: &[u8],
    layout: &Layout,
    masked: &[Option<&Column>],
    number: usize,
    out: &mut BytesMut,
) -> Result<(), Spoilt> {
    let expected = layout.fields();
    let none = || Spoilt::Row(NotARow { expected });
    let mut fields = Fields::new(row, expected).ok_or_else(none)?;
    // A table has at most 1,600 columns.
    out.put_u16(u16::try_from(layout.sent()).map_err(|_| none())?);
    for (at, head) in layout.heads.iter().enumerate() {
        let begin = fields.at;
        fields.next().ok_or_else(none)?;
        match &head.leading {
            Leading::Extra => {}
            Leading::Seen => out.extend_from_slice(&row[begin..fields.at]),
            Leading::Masked(encoder) => match value(masked, at, number) {
                None => out.put_i32(-1),
                Some(text) => {
                    let length_at = out.len();
                    out.put_i32(0);
                    encoder.encode(text, out).map_err(|why| Spoilt::Value(at, why))?;
                    let length = i32::try_from(out.len() - length_at - 4).map_err(|_| none())?;
                    out[length_at..length_at + 4].copy_from_slice(&length.to_be_bytes());
                }
            },
        }
    }
    out.extend_from_slice(&row[fields.at..]);
    Ok(())
}
