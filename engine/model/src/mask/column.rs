//! The values of one column in one batch, end to end.

/// The values of one column in one batch, in PostgreSQL's text form: one text, and where each value ends in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    text: String,
    ends: Vec<u32>,
    /// One bit a row, least first, 1 = null; empty where there is none.
    nulls: Vec<u8>,
}

/// Why parts are no [`Column`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAColumn {
    /// The data.
    #[error("its values are no UTF-8")]
    NotUtf8,
    /// A value would end before it begins, or within a character.
    #[error("its values do not lie one behind the other")]
    Ends,
    /// The last value does not end where the data does.
    #[error("its last value does not end where the data ends")]
    Length,
    /// There are more or fewer of them than one bit a row, or bits behind the last row.
    #[error("its nulls are not one bit a row")]
    Nulls,
    /// A null must not have any.
    #[error("a null takes bytes")]
    NullWithBytes,
}

impl Column {
    /// A column of its parts: value i is `data[ends[i - 1]..ends[i]]`; `nulls` has one bit a row, or is empty.
    ///
    /// # Errors
    /// Why they do not fit together.
    pub fn from_parts(data: Vec<u8>, ends: Vec<u32>, nulls: Vec<u8>) -> Result<Self, NotAColumn> {
        let text = String::from_utf8(data).map_err(|_| NotAColumn::NotUtf8)?;
        check_ends(&text, &ends)?;
        let column = Self { text, ends, nulls };
        column.check_nulls()?;
        Ok(column)
    }

    fn check_nulls(&self) -> Result<(), NotAColumn> {
        if self.nulls.is_empty() {
            return Ok(());
        }
        let rows = self.ends.len();
        let behind = if rows.is_multiple_of(8) { 0 } else { self.nulls.last().copied().unwrap_or(0) >> (rows % 8) };
        if self.nulls.len() != rows.div_ceil(8) || behind != 0 {
            return Err(NotAColumn::Nulls);
        }
        let empty = |row: usize| self.start(row) == self.ends[row] as usize;
        match (0..rows).all(|row| !self.is_null(row) || empty(row)) {
            true => Ok(()),
            false => Err(NotAColumn::NullWithBytes),
        }
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

    /// Where each value ends in [`Column::text`].
    pub fn ends(&self) -> &[u32] {
        &self.ends
    }

    /// One bit a row, least first, 1 = null; empty where there is none.
    pub fn nulls(&self) -> &[u8] {
        &self.nulls
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
        self.text.get(self.start(row)..self.ends[row] as usize)
    }

    fn start(&self, row: usize) -> usize {
        row.checked_sub(1).map_or(0, |before| self.ends[before] as usize)
    }

    /// Its values, null as none.
    pub fn iter(&self) -> Values<'_> {
        Values { column: self, row: 0, from: 0 }
    }

    /// Whether a value holds a zero byte, which no text of PostgreSQL does.
    pub fn holds_zero(&self) -> bool {
        // Whole pieces, so that many bytes are looked at at once.
        self.text.as_bytes().chunks(64).any(|piece| piece.iter().fold(false, |found, byte| found | (*byte == 0)))
    }

    /// Rows `from..to` of it, as far as there are such.
    pub fn slice(&self, from: usize, to: usize) -> Self {
        (from..to.min(self.len())).map(|row| self.get(row)).collect()
    }
}

fn check_ends(text: &str, ends: &[u32]) -> Result<(), NotAColumn> {
    let mut from = 0;
    for &end in ends {
        if end < from || !text.is_char_boundary(end as usize) {
            return Err(NotAColumn::Ends);
        }
        from = end;
    }
    if from as usize == text.len() { Ok(()) } else { Err(NotAColumn::Length) }
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
            true => Some(self.column.text.get(from..end)),
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
            Some(value) => self.column.text.push_str(value),
            None => {
                let row = self.column.ends.len();
                self.column.nulls.resize(row / 8 + 1, 0);
                self.column.nulls[row / 8] |= 1 << (row % 8);
            }
        }
        // A batch has a few MiB, far below the 4 GiB that an end can say; beyond, `finish` would give what no one accepts.
        self.column.ends.push(u32::try_from(self.column.text.len()).unwrap_or(u32::MAX));
    }

    /// How many rows it has so far.
    pub fn len(&self) -> usize {
        self.column.len()
    }

    /// Whether it has no row yet.
    pub fn is_empty(&self) -> bool {
        self.column.is_empty()
    }

    /// How many bytes its values have so far, all together.
    pub fn bytes(&self) -> usize {
        self.column.text.len()
    }

    /// The column.
    pub fn finish(mut self) -> Column {
        if !self.column.nulls.is_empty() {
            self.column.nulls.resize(self.column.ends.len().div_ceil(8), 0);
        }
        self.column
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
        assert_eq!(column.slice(3, 99).get(0), Some("größe"));
        assert!(column.is_null(99));
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        let parts = |data: &[u8], ends: &[u32], nulls: &[u8]| {
            Column::from_parts(data.to_vec(), ends.to_vec(), nulls.to_vec()).map(drop)
        };
        assert_eq!(parts(b"ab", &[1], &[]), Err(NotAColumn::Length));
        assert_eq!(parts(b"ab", &[2, 1, 2], &[]), Err(NotAColumn::Ends));
        assert_eq!(parts(b"\xff", &[1], &[]), Err(NotAColumn::NotUtf8));
        assert_eq!(parts("ä".as_bytes(), &[1, 2], &[]), Err(NotAColumn::Ends));
        assert_eq!(parts(b"ab", &[3], &[]), Err(NotAColumn::Ends));
        assert_eq!(parts(b"ab", &[2], &[0, 0]), Err(NotAColumn::Nulls));
        assert_eq!(parts(b"ab", &[2], &[0b10]), Err(NotAColumn::Nulls));
        assert_eq!(parts(b"ab", &[2], &[0b1]), Err(NotAColumn::NullWithBytes));
        assert_eq!(parts(b"", &[], &[]), Ok(()));
        assert_eq!(parts(b"", &[0], &[1]), Ok(()));
    }
}
