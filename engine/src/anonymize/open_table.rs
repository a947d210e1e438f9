//! The strategies of one table, open for rows that were read as a whole.

use super::resolve::{ResolvedColumn, ResolvedTable};
use confiture_model::{
    fault::Fault,
    mask::{Column, Masking, mask_column},
};
use std::collections::BTreeMap;

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
        let masked = mask_column(self.masking.as_mut(), column.array, values, &context).await;
        masked.map_err(|fault| broke(column, fault))
    }
}

fn broke(column: &ResolvedColumn, fault: Fault) -> MaskError {
    MaskError::Broke { column: column.full_name(), fault }
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
}
