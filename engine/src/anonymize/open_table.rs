//! The strategies of one table, open for one stream of its rows; and how rows come in batches.

use super::resolve::{ResolvedColumn, ResolvedTable};
use confiture_model::{
    fault::Fault,
    mask::{Column, Masking, mask_elements},
};
use std::collections::{BTreeMap, BTreeSet};

/// Values of a batch of rows, by column.
pub type Values = BTreeMap<String, Column>;

/// Why a batch could not be masked. Its text holds no value.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MaskError {
    /// A strategy broke, or refused a value.
    #[error("{column}: {fault}")]
    Broke {
        /// `schema.table.column`.
        column: String,
        /// What happened.
        fault: Fault,
    },
    /// The batch lacks a column that a strategy masks, or wants to see.
    #[error("{0}: the batch lacks its values, or those of a column that it wants to see")]
    Lacks(String),
}

/// The strategies of one table, each in an instance of its own. Streams at work at once open one each.
pub struct OpenTable {
    columns: Vec<OpenColumn>,
}

impl OpenTable {
    /// Opens them.
    ///
    /// # Errors
    /// [`MaskError::Broke`].
    pub async fn open(table: &ResolvedTable) -> Result<Self, MaskError> {
        let mut columns = Vec::with_capacity(table.columns.len());
        for column in &table.columns {
            columns.push(OpenColumn::open(column).await?);
        }
        Ok(Self { columns })
    }

    /// The columns whose values a batch has to bring: those that have a rule, and those that a strategy wants to see.
    pub fn needed(&self) -> BTreeSet<&str> {
        let own = self.columns.iter().map(|one| one.column.info.name.as_str());
        own.chain(self.columns.iter().flat_map(|one| &one.column.context).map(|other| other.name.as_str())).collect()
    }

    /// Rows that a batch has to have where the table has as many ([`next_batch`]); none leaves it to whoever masks.
    pub fn batch_rows(&self) -> Option<u32> {
        self.columns.iter().filter_map(|one| one.column.batch_rows).max()
    }

    /// What becomes of the columns that have a rule. They are masked in an order in which each comes after those that it
    /// wants to see masked; an array is masked element by element.
    ///
    /// # Errors
    /// [`MaskError`]. The next batch may be tried all the same.
    pub async fn mask(&mut self, before: &Values) -> Result<Values, MaskError> {
        let mut after = Values::new();
        for one in &mut self.columns {
            let masked = one.mask(before, &after).await?;
            after.insert(one.column.info.name.clone(), masked);
        }
        Ok(after)
    }
}

/// A column's strategy, open.
pub(super) struct OpenColumn {
    column: ResolvedColumn,
    masking: Box<dyn Masking>,
}

impl OpenColumn {
    pub(super) async fn open(column: &ResolvedColumn) -> Result<Self, MaskError> {
        let masking = column.ready.open().await.map_err(|fault| broke(column, fault))?;
        Ok(Self { column: column.clone(), masking })
    }

    /// `after` has the columns that were masked before this one.
    pub(super) async fn mask(&mut self, before: &Values, after: &Values) -> Result<Column, MaskError> {
        let column = &self.column;
        let lacks = || MaskError::Lacks(column.full_name());
        let values = before.get(&column.info.name).ok_or_else(lacks)?;
        let mut context = Vec::with_capacity(column.context.len());
        for other in &column.context {
            let masked = after.get(&other.name).filter(|_| other.masked);
            context.push(masked.or_else(|| before.get(&other.name)).ok_or_else(lacks)?.clone());
        }
        let masked = match column.array {
            true => mask_elements(values, &context, self.masking.as_mut()).await,
            false => self.masking.mask(values, &context).await,
        };
        masked.map_err(|fault| broke(column, fault))
    }
}

fn broke(column: &ResolvedColumn, fault: Fault) -> MaskError {
    MaskError::Broke { column: column.full_name(), fault }
}

/// How many of the rows that are held make the next batch, where a strategy wants `wanted` rows in each; none while more have
/// to be read first, or where nothing is left. No batch is shorter where there are as many rows: a short last one is joined
/// with the one before, so that up to `2 * wanted - 1` rows are held and come at once.
pub fn next_batch(held: usize, wanted: usize, ended: bool) -> Option<usize> {
    let wanted = wanted.max(1);
    match (held, ended) {
        (0, true) => None,
        _ if held >= wanted.saturating_mul(2) => Some(wanted),
        (_, true) => Some(held),
        (_, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anonymize::resolve::tests::resolved;
    use futures_util::FutureExt as _;

    fn column(values: &[Option<&str>]) -> Column {
        values.iter().copied().collect()
    }

    #[test]
    fn each_column_is_masked_after_those_that_it_wants_to_see() {
        let rules = "rules: [{table: t, columns: {a: {type: template, of: b}, b: email_masking, c: set_null}}]";
        let resolved = resolved(rules, &["t: a text, b text, c text[], d text"]).expect("is resolved");
        let mut open = OpenTable::open(&resolved.tables[0]).now_or_never().expect("waits for nothing").expect("opens");
        assert_eq!(open.needed(), ["a", "b", "c"].into());
        assert_eq!(open.batch_rows(), None);
        let before: Values = [("a", "x"), ("b", "ada"), ("c", "{y,NULL}")]
            .map(|(name, value)| (name.to_owned(), column(&[Some(value), None])))
            .into();
        let after = open.mask(&before).now_or_never().expect("waits for nothing").expect("masks");
        assert_eq!(after["b"], column(&[Some("email_masking-3"), None]));
        assert_eq!(after["a"], column(&[Some("email_masking-3"), None]));
        assert_eq!(after["c"], column(&[Some("{NULL,NULL}"), None]));
        let error = open.mask(&Values::new()).now_or_never().expect("waits for nothing").expect_err("lacks all");
        assert_eq!(error, MaskError::Lacks("public.t.b".to_owned()));
    }

    #[test]
    fn no_batch_is_short_where_there_are_rows() {
        for rows in 0..60_usize {
            let (mut read, mut held, mut batches) = (0, 0, Vec::new());
            while read < rows || held > 0 {
                let more = (rows - read).min(7);
                (read, held) = (read + more, held + more);
                while let Some(batch) = next_batch(held, 10, read == rows) {
                    held -= batch;
                    batches.push(batch);
                }
            }
            assert_eq!(batches.iter().sum::<usize>(), rows);
            assert!(batches.iter().all(|&batch| batch < 20 && (batch >= 10 || batches.len() == 1)), "{batches:?}");
        }
    }
}
