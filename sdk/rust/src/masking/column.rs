//! The values of one column in one batch, end to end.

use crate::error::Error;

/// The values of one column in one batch, in PostgreSQL's text form: one text, and where each value ends in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    text: String,
    ends: Vec<u32>,
    /// One bit a row, least first, 1 = null; empty where there is none.
    nulls: Vec<u8>,
}

/// What [`Column::map`]'s closure made of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// What it wrote is the new value.
    Value,
    /// The new value is null; what it wrote is forgotten.
    Null,
}

impl Column {
    /// A column as it crosses the contract.
    ///
    /// # Errors
    /// Where the parts do not fit together, or are no UTF-8.
    pub fn from_parts(data: Vec<u8>, ends: Vec<u32>, nulls: Vec<u8>) -> Result<Self, Error> {
        let text = String::from_utf8(data).map_err(|_| Error::failed("a column came that is no UTF-8"))?;
        Self::of_text(text, ends, nulls)
    }

    /// As [`Self::from_parts`], of what is known to be UTF-8.
    pub(crate) fn of_text(text: String, ends: Vec<u32>, nulls: Vec<u8>) -> Result<Self, Error> {
        let mut from = 0;
        for &end in &ends {
            if end < from || !text.is_char_boundary(end as usize) {
                return Err(Error::failed("a column came whose values do not lie one behind the other"));
            }
            from = end;
        }
        if from as usize != text.len() || !(nulls.is_empty() || nulls.len() == ends.len().div_ceil(8)) {
            return Err(Error::failed("a column came whose parts do not fit together"));
        }
        Ok(Self { text, ends, nulls })
    }

    /// Its bytes, where each value ends, and one bit for each null.
    pub fn into_parts(self) -> (Vec<u8>, Vec<u32>, Vec<u8>) {
        (self.text.into_bytes(), self.ends, self.nulls)
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All values, end to end.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where each value ends in [`Self::text`].
    pub fn ends(&self) -> &[u32] {
        &self.ends
    }

    /// Whether the value of a row is null; so is one of a row that there is not.
    pub fn is_null(&self, row: usize) -> bool {
        row >= self.ends.len() || self.nulls.get(row / 8).is_some_and(|bits| bits >> (row % 8) & 1 == 1)
    }

    /// The value of a row; none for null.
    pub fn get(&self, row: usize) -> Option<&str> {
        if self.is_null(row) {
            return None;
        }
        let from = if row == 0 { 0 } else { self.ends[row - 1] as usize };
        Some(&self.text[from..self.ends[row] as usize])
    }

    /// Its values, null as none.
    pub fn iter(&self) -> Values<'_> {
        Values { column: self, row: 0, from: 0 }
    }

    /// The column that `write` makes of every value that is not null: it appends the new value to a text. It gets the
    /// row's number in the batch, counted from 0, and the value. Nulls stay null.
    ///
    /// # Errors
    /// The first that `write` returns.
    pub fn map(
        &self,
        mut write: impl FnMut(usize, &str, &mut String) -> Result<Written, Error>,
    ) -> Result<Self, Error> {
        let mut masked = ColumnBuilder::with_capacity(self.len(), self.text.len());
        for (row, value) in self.iter().enumerate() {
            match value {
                Some(value) => masked.write(|text| write(row, value, text))?,
                None => masked.push_null(),
            }
        }
        Ok(masked.finish())
    }

    /// Some of its rows, in the order given.
    pub fn select(&self, rows: &[usize]) -> Self {
        let mut chosen = ColumnBuilder::with_capacity(rows.len(), 0);
        for &row in rows {
            chosen.push(self.get(row));
        }
        chosen.finish()
    }
}

impl<S: AsRef<str>> FromIterator<Option<S>> for Column {
    fn from_iter<I: IntoIterator<Item = Option<S>>>(values: I) -> Self {
        let mut column = ColumnBuilder::default();
        for value in values {
            column.push(value.as_ref().map(AsRef::as_ref));
        }
        column.finish()
    }
}

impl<'a> IntoIterator for &'a Column {
    type Item = Option<&'a str>;
    type IntoIter = Values<'a>;

    fn into_iter(self) -> Values<'a> {
        self.iter()
    }
}

/// The values of a [`Column`], one by one.
#[derive(Clone, Debug)]
pub struct Values<'a> {
    column: &'a Column,
    row: usize,
    /// Where its value begins.
    from: usize,
}

impl<'a> Iterator for Values<'a> {
    type Item = Option<&'a str>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let row = self.row;
        let end = *self.column.ends.get(row)? as usize;
        let from = std::mem::replace(&mut self.from, end);
        self.row += 1;
        match self.column.nulls.is_empty() || !self.column.is_null(row) {
            true => Some(Some(&self.column.text[from..end])),
            false => Some(None),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.column.len() - self.row;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Values<'_> {}

/// Makes a [`Column`], value by value.
#[derive(Clone, Debug, Default)]
pub struct ColumnBuilder {
    column: Column,
}

impl ColumnBuilder {
    /// A builder that has room for so many rows, and so many bytes of all values together.
    pub fn with_capacity(rows: usize, bytes: usize) -> Self {
        let column = Column { text: String::with_capacity(bytes), ends: Vec::with_capacity(rows), nulls: Vec::new() };
        Self { column }
    }

    /// Appends a value, or a null.
    pub fn push(&mut self, value: Option<&str>) {
        match value {
            Some(value) => {
                self.column.text.push_str(value);
                self.end();
            }
            None => self.push_null(),
        }
    }

    /// Appends a null.
    pub fn push_null(&mut self) {
        let row = self.column.ends.len();
        self.column.nulls.resize(row / 8 + 1, 0);
        self.column.nulls[row / 8] |= 1 << (row % 8);
        self.end();
    }

    /// Appends the value that `write` appends to the text.
    ///
    /// # Errors
    /// What `write` returns.
    #[inline]
    pub fn write(&mut self, write: impl FnOnce(&mut String) -> Result<Written, Error>) -> Result<(), Error> {
        let from = self.column.text.len();
        match write(&mut self.column.text)? {
            Written::Value => self.end(),
            Written::Null => {
                self.column.text.truncate(from);
                self.push_null();
            }
        }
        Ok(())
    }

    /// The column.
    pub fn finish(mut self) -> Column {
        if !self.column.nulls.is_empty() {
            self.column.nulls.resize(self.column.ends.len().div_ceil(8), 0);
        }
        self.column
    }

    /// A batch is at most a few MiB, far below the 4 GiB that an end can say.
    #[inline]
    fn end(&mut self) {
        self.column.ends.push(u32::try_from(self.column.text.len()).unwrap_or(u32::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_went_in() {
        let values = [Some("a"), None, Some(""), Some("größe"), None, Some("𝕏"), Some("x"), Some("y"), None, Some("z")];
        let column: Column = values.into_iter().collect();
        assert_eq!(column.iter().collect::<Vec<_>>(), values);
        let (data, ends, nulls) = column.clone().into_parts();
        assert_eq!(nulls, [0b0001_0010, 0b1]);
        assert_eq!(Column::from_parts(data, ends, nulls).unwrap(), column);
        assert_eq!(column.select(&[3, 1]).iter().collect::<Vec<_>>(), [Some("größe"), None]);
        assert!(column.is_null(99));
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        let parts = |data: &[u8], ends: &[u32], nulls: &[u8]| {
            Column::from_parts(data.to_vec(), ends.to_vec(), nulls.to_vec()).is_err()
        };
        assert!(parts(b"ab", &[1], &[]));
        assert!(parts(b"ab", &[2, 1, 2], &[]));
        assert!(parts(b"\xff", &[1], &[]));
        assert!(parts("ä".as_bytes(), &[1, 2], &[]));
        assert!(parts(b"ab", &[3], &[]));
        assert!(parts(b"ab", &[2], &[0, 0]));
        assert!(!parts(b"", &[], &[]));
    }

    #[test]
    fn a_value_that_becomes_null_leaves_nothing_behind() {
        let column: Column = [Some("a"), Some("b"), None].into_iter().collect();
        let masked = column.map(|row, value, text| {
            text.push_str(value);
            Ok(if row == 0 { Written::Null } else { Written::Value })
        });
        assert_eq!(masked.unwrap().into_parts(), (b"b".to_vec(), vec![0, 1, 1], vec![0b101]));
    }
}
