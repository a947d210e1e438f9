//! The strategies of one table at work on a stream of its rows.

use super::{
    encode::NotTaken,
    error::SyncError,
    form::Types,
    layout::Layout,
    rows::{NotARow, Rows, Spoilt},
};
use bytes::Bytes;
use confiture_model::{
    mask::{Column, NotAColumn, mask_column},
    sync::{ColumnMask, MaskedCells, TableMasks, TablePlan},
};

/// What masks one table, for one stream.
pub(super) struct Masker {
    pub layout: Layout,
    masks: Vec<ColumnMask>,
    plan: TablePlan,
    /// How many rows a batch has at least, where a strategy asks for it.
    pub batch_rows: Option<usize>,
    /// For each masked column of the plan, in their order.
    pub cells: Vec<MaskedCells>,
}

impl Masker {
    /// Opens the strategies of a table. What the plan says is masked and what is opened have to be the same.
    pub async fn open(
        table: usize,
        plan: &TablePlan,
        masks: &dyn TableMasks,
        source: &Types,
        target: &Types,
    ) -> Result<Self, SyncError> {
        let opened = match plan.masked {
            true => masks.open(table).await.map_err(|fault| SyncError::Fault {
                table: plan.table.clone(),
                column: None,
                fault,
            })?,
            false => Vec::new(),
        };
        check(plan, &opened)?;
        let layout = Layout::new(table, plan, &opened, source, target);
        let cells = vec![MaskedCells::default(); opened.len()];
        let batch_rows = opened.iter().filter_map(|mask| mask.batch_rows).max().map(|rows| rows as usize);
        Ok(Self { layout, masks: opened, plan: plan.clone(), batch_rows, cells })
    }

    /// Whether rows go on as they come.
    pub fn is_idle(&self) -> bool {
        self.masks.is_empty()
    }

    /// The rows as they go on.
    pub async fn mask(&mut self, rows: &Rows) -> Result<Bytes, SyncError> {
        let gathered = rows.gather(&self.layout).map_err(|why| self.no_row(why))?;
        let mut originals = Vec::with_capacity(gathered.len());
        for (head, values) in self.layout.heads.iter().zip(gathered) {
            originals.push(values.finish().map_err(|why| self.unreadable(head.column, why))?);
        }
        let mut masked: Vec<Option<Column>> = originals.iter().map(|_| None).collect();
        for at in 0..self.masks.len() {
            let column = self.masks[at].column;
            let Some(head) = self.head(column) else { return Err(self.value(column, "it was not read")) };
            let context = self.context(at, &originals, &masked)?;
            let mask = &mut self.masks[at];
            let result = mask_column(mask.masking.as_mut(), mask.array, &originals[head], &context).await;
            let values = result.map_err(|fault| SyncError::Fault {
                table: self.plan.table.clone(),
                column: Some(self.plan.columns[column].name.clone()),
                fault,
            })?;
            self.accept(column, &originals[head], &values)?;
            masked[head] = Some(values);
        }
        let values: Vec<Option<&Column>> = masked.iter().map(Option::as_ref).collect();
        rows.splice(&self.layout, &values).map_err(|why| match why {
            Spoilt::Row(why) => self.no_row(why),
            Spoilt::Value(head, NotTaken) => {
                let column = self.layout.heads[head].column;
                let type_name = &self.plan.columns[column].base_type;
                self.value(
                    column,
                    &format!(
                        "a strategy answered what {type_name} does not take, in the form in which PostgreSQL writes it"
                    ),
                )
            }
        })
    }

    /// Counts a column's cells, and refuses an answer that would not stand for its rows.
    fn accept(&mut self, column: usize, before: &Column, after: &Column) -> Result<(), SyncError> {
        if after.len() != before.len() {
            let why = format!("a strategy answered {} values for {} rows", after.len(), before.len());
            return Err(self.value(column, &why));
        }
        if after.holds_zero() {
            return Err(self.value(column, "a strategy answered a zero byte, which no text of PostgreSQL holds"));
        }
        let place = self.plan.columns.iter().take(column).filter(|one| one.masked).count();
        let Some(cells) = self.cells.get_mut(place) else { return Ok(()) };
        for (before, after) in before.iter().zip(after).filter(|(before, _)| before.is_some()) {
            cells.cells += 1;
            cells.unchanged += u64::from(before == after);
        }
        Ok(())
    }

    fn context(&self, mask: usize, originals: &[Column], masked: &[Option<Column>]) -> Result<Vec<Column>, SyncError> {
        let of = |place: &confiture_model::sync::ContextPlace| {
            let head = self.head(place.column)?;
            let is_masked = self.masks.iter().any(|mask| mask.column == place.column);
            match place.masked && is_masked {
                true => masked[head].clone(),
                false => Some(originals[head].clone()),
            }
        };
        let found: Option<Vec<Column>> = self.masks[mask].context.iter().map(of).collect();
        found.ok_or_else(|| {
            self.value(self.masks[mask].column, "its strategy wants to see a column masked that is masked after it")
        })
    }

    fn head(&self, column: usize) -> Option<usize> {
        self.layout.heads.iter().position(|head| head.column == column)
    }

    fn value(&self, column: usize, why: &str) -> SyncError {
        let column = self.plan.columns.get(column).map(|one| one.name.clone()).unwrap_or_default();
        SyncError::Value { table: self.plan.table.clone(), column, why: why.to_owned() }
    }

    fn unreadable(&self, column: usize, why: NotAColumn) -> SyncError {
        match why {
            NotAColumn::NotUtf8 => self.value(
                column,
                "the source holds bytes in it that are no text of its encoding, which no strategy can be given",
            ),
            _ => self.value(column, "a batch of it has more than 4 GiB"),
        }
    }

    fn no_row(&self, why: NotARow) -> SyncError {
        let table = super::error::name(&self.plan.table);
        SyncError::Broken(format!("{table}: {why}; is a proxy between us and the source?"))
    }
}

/// A column that the plan says is masked and for which there is no strategy would pass in clear.
fn check(plan: &TablePlan, masks: &[ColumnMask]) -> Result<(), SyncError> {
    let planned: Vec<usize> = (0..plan.columns.len()).filter(|at| plan.columns[*at].masked).collect();
    let mut opened: Vec<usize> = masks.iter().map(|mask| mask.column).collect();
    opened.sort_unstable();
    let inside = masks.iter().flat_map(|mask| &mask.context).all(|place| place.column < plan.columns.len());
    if planned == opened && inside && plan.masked != planned.is_empty() {
        return Ok(());
    }
    let table = super::error::name(&plan.table);
    Err(SyncError::Broken(format!("{table}: the plan masks other columns than the profile has strategies for")))
}
