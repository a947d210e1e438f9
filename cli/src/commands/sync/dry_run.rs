//! `confiture sync --dry-run`: the plan, with samples as they would come out.

use super::{earlier::Earlier, prepared::Prepared, print, run::failed};
use crate::{commands::anonymize::work::failure, exit::Exit, failure::Failure, global::Global};
use confiture_engine::{
    anonymize::samples::{SampleError, mask, sample},
    sync::{
        report::{Estimate, Report},
        root_names,
    },
};
use confiture_model::sync::Survivors;
use confiture_postgres::{sync::pace::pace, text_queries::PgTextQueries};

/// Rows of each masked table that are shown.
const ROWS: u32 = 3;

/// Reports; writes nothing anywhere.
pub async fn run(global: &Global, mut prepared: Prepared, restart: bool) -> Result<Exit, Failure> {
    if let Err(refused) = prepared.judge(None).await? {
        return refused.end(global, true);
    }
    let prepared = &prepared;
    let (source, target) = prepared.shown.clone();
    let mut report = Report::planned(&prepared.planned, source, target);
    samples(prepared, &mut report).await?;
    let earlier = Earlier::find(&prepared.planned.plan, &prepared.ends, restart).await?;
    report.notices.extend(earlier.map(|earlier| format!("the run itself would say: {}", earlier.told())));
    let pace = pace(&prepared.ends).await.map_err(|error| failed(&error))?;
    report.estimate = pace
        .map(|pace| Estimate { seconds: report.bytes() as f64 * pace.seconds / pace.bytes as f64, runs: pace.runs });
    print(global, &report)?;
    Ok(Exit::Done)
}

/// Masked values alone; of a column that keeps or rearranges values, none.
async fn samples(prepared: &Prepared, report: &mut Report) -> Result<(), Failure> {
    let Some(resolved) = &prepared.resolved else { return Ok(()) };
    let mut queries = PgTextQueries::new(prepared.source.session.client());
    let roots = root_names(&prepared.source.snapshot);
    for (place, plan) in prepared.planned.plan.tables.iter().enumerate() {
        let (schema, name) = roots(&plan.table.schema, &plan.table.name);
        let table = resolved.tables.iter().find(|one| one.schema == schema && one.name == name);
        let relation = prepared.source.snapshot.relation(&plan.table.schema, &plan.table.name);
        let (Some(table), Some(relation), true) = (table, relation, plan.masked) else { continue };
        let rows = sample(&mut queries, relation, ROWS).await.map_err(failure)?;
        let masked = mask(table, rows).await.map_err(SampleError::from).map_err(failure)?;
        let rules = prepared.rules.get(place).map_or(&[][..], Vec::as_slice);
        let shows = |column: usize| rules.iter().any(|rule| rule.column == column && rule.survivors != Survivors::Kept);
        let columns: Vec<(bool, &String)> = plan
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| column.masked)
            .map(|(place, column)| (shows(place), &column.name))
            .collect();
        let row = |row: usize| {
            let cell = |(shows, name): &(bool, &String)| match shows {
                true => masked.after.get(*name).and_then(|column| column.get(row)).map(str::to_owned),
                false => Some("(not shown: it may be the source's)".to_owned()),
            };
            columns.iter().map(cell).collect::<Vec<_>>()
        };
        if let Some(reported) = report.tables.get_mut(place) {
            reported.samples = (0..masked.rows).map(row).collect();
        }
    }
    Ok(())
}
