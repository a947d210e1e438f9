//! Rows of one batch as they came, and what is looked at of them.

mod binary;
mod text;

use super::{
    encode::NotTaken,
    layout::{Form, Layout, Leading},
};
use bytes::{Bytes, BytesMut};
use confiture_model::mask::{Column, NotAColumn};

/// What stands at the head of a stream of binary rows: PostgreSQL's manual, "COPY", "Binary Format".
pub(super) const BINARY_HEAD: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// And behind the last one.
pub(super) const BINARY_END: &[u8] = b"\xff\xff";

/// A row that is not what the protocol says: it is not passed on.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the source sent what is no row of {expected} columns")]
pub(super) struct NotARow {
    /// How many columns were asked for.
    pub expected: usize,
}

/// Values that are looked at, one after the other, as bytes.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    data: Vec<u8>,
    ends: Vec<u32>,
    nulls: Vec<u8>,
    too_long: bool,
}

impl Gathered {
    /// With room for so many values, and for so many bytes of them all.
    fn with_capacity(values: usize, bytes: usize) -> Self {
        Self { data: Vec::with_capacity(bytes), ends: Vec::with_capacity(values), ..Self::default() }
    }

    /// What is added next is a null, and no bytes.
    fn null(&mut self) {
        let row = self.ends.len();
        self.nulls.resize(row / 8 + 1, 0);
        self.nulls[row / 8] |= 1 << (row % 8);
    }

    /// What was added since the last one is a value.
    fn end(&mut self) {
        match u32::try_from(self.data.len()) {
            Ok(end) => self.ends.push(end),
            Err(_) => self.too_long = true,
        }
    }

    /// As a strategy takes it.
    pub fn finish(mut self) -> Result<Column, NotAColumn> {
        if self.too_long {
            return Err(NotAColumn::Length);
        }
        if !self.nulls.is_empty() {
            self.nulls.resize(self.ends.len().div_ceil(8), 0);
        }
        Column::from_parts(self.data, self.ends, self.nulls)
    }
}

/// The rows of a batch.
#[derive(Debug, Default)]
pub(super) struct Rows {
    rows: Vec<Bytes>,
    bytes: usize,
}

impl Rows {
    pub fn push(&mut self, row: Bytes) {
        self.bytes += row.len();
        self.rows.push(row);
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The first `count` of them; the others stay.
    pub fn take(&mut self, count: usize) -> Self {
        let later = self.rows.split_off(count.min(self.rows.len()));
        let first = std::mem::replace(&mut self.rows, later);
        let bytes = first.iter().map(Bytes::len).sum();
        self.bytes -= bytes;
        Self { rows: first, bytes }
    }

    /// What is looked at, column by column as the layout's heads are.
    pub fn gather(&self, layout: &Layout) -> Result<Vec<Gathered>, NotARow> {
        // Which columns are the long ones is not known.
        let bytes = self.bytes / layout.fields().max(1);
        let mut heads: Vec<Gathered> =
            layout.heads.iter().map(|_| Gathered::with_capacity(self.rows.len(), bytes)).collect();
        for row in &self.rows {
            match layout.form {
                Form::Binary => binary::gather(row, layout, &mut heads),
                Form::Text => text::gather(row, layout.fields(), &mut heads),
            }
            .ok_or(NotARow { expected: layout.fields() })?;
        }
        Ok(heads)
    }

    /// The rows as they go on: masked columns from `masked`, by the layout's heads.
    pub fn splice(&self, layout: &Layout, masked: &[Option<&Column>]) -> Result<Bytes, Spoilt> {
        let masks = masked.iter().flatten().map(|column| column.text().len()).sum::<usize>();
        let mut out = BytesMut::with_capacity(self.bytes + masks);
        for (number, row) in self.rows.iter().enumerate() {
            match layout.form {
                Form::Binary => binary::splice(row, layout, masked, number, &mut out)?,
                Form::Text => text::splice(row, layout, masked, number, &mut out)?,
            }
        }
        Ok(out.freeze())
    }
}

/// Why a batch cannot go on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Spoilt {
    /// A row is none.
    Row(NotARow),
    /// A masked value of this head is not one of its type.
    Value(usize, NotTaken),
}

/// The masked value for one head of one row.
fn value<'m>(masked: &[Option<&'m Column>], head: usize, row: usize) -> Option<&'m str> {
    masked.get(head).copied().flatten().and_then(|column| column.get(row))
}

#[cfg(test)]
mod tests;
