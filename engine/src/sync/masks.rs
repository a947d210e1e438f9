//! The strategies of a plan's tables, opened for each stream.

use crate::anonymize::resolve::{Ready, Resolved, ResolvedTable};
use confiture_model::{
    BoxFuture,
    fault::Fault,
    sync::{ColumnMask, ContextPlace, Plan, TableMasks, TablePlan},
};

/// What masks the columns of each table of a plan.
#[derive(Debug)]
pub struct Masks(Vec<Vec<Masked>>);

/// A masked column.
#[derive(Debug)]
struct Masked {
    column: usize,
    array: bool,
    ready: Ready,
    context: Vec<ContextPlace>,
    batch_rows: Option<u32>,
}

impl Masks {
    /// Those of a profile that was resolved for the plan's source. `root_of` names the table, by schema and name, that a
    /// table of the plan is a partition of; itself where it is none.
    ///
    /// # Errors
    /// The table and the column whose strategy wants to see a column that is not copied.
    pub fn new(
        plan: &Plan,
        resolved: Option<&Resolved>,
        root_of: &dyn Fn(&str, &str) -> (String, String),
    ) -> Result<Self, String> {
        let Some(resolved) = resolved else { return Ok(Self(plan.tables.iter().map(|_| Vec::new()).collect())) };
        let tables = plan.tables.iter().map(|table| {
            let (schema, name) = root_of(&table.table.schema, &table.table.name);
            match resolved.tables.iter().find(|one| one.schema == schema && one.name == name) {
                Some(found) => of_table(table, found),
                None => Ok(Vec::new()),
            }
        });
        tables.collect::<Result<_, _>>().map(Self)
    }
}

fn of_table(plan: &TablePlan, resolved: &ResolvedTable) -> Result<Vec<Masked>, String> {
    let place = |name: &str| plan.columns.iter().position(|column| column.name == name);
    let mut masks = Vec::new();
    for column in resolved.columns.iter().filter(|column| !column.is_kept()) {
        let Some(own) = place(&column.info.name) else { continue };
        let context = column.context.iter().map(|wanted| {
            let missing = || {
                format!(
                    "`{}.{}`: its strategy looks at column `{}`, which is generated and not copied",
                    plan.table, column.info.name, wanted.name
                )
            };
            let column = place(&wanted.name).ok_or_else(missing)?;
            Ok(ContextPlace { column, masked: wanted.masked && plan.columns[column].masked })
        });
        masks.push(Masked {
            column: own,
            array: column.array,
            ready: column.ready.clone(),
            context: context.collect::<Result<_, String>>()?,
            batch_rows: column.batch_rows,
        });
    }
    Ok(masks)
}

impl TableMasks for Masks {
    fn open<'a>(&'a self, table: usize) -> BoxFuture<'a, Result<Vec<ColumnMask>, Fault>> {
        Box::pin(async move {
            let mut opened = Vec::new();
            for one in self.0.get(table).into_iter().flatten() {
                opened.push(ColumnMask {
                    column: one.column,
                    array: one.array,
                    masking: one.ready.open().await?,
                    context: one.context.clone(),
                    batch_rows: one.batch_rows,
                });
            }
            Ok(opened)
        })
    }
}
