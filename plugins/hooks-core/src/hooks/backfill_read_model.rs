//! `backfill_read_model`: rows of a table that is computed from others.

mod bounds;
mod columns;
mod fill;
mod placeholders;
mod range;
mod source;
mod statement;

use crate::{one_or_more::OneOrMore, stage::Stage, statement::within, table::require};
use confiture_sdk::{Call, Error, Hook, HookMeta, Outcome, Phase, Placing, Step, sql::Name};
use range::Batch;
use schemars::JsonSchema;
use serde::Deserialize;
use source::Source;

/// Rows of a table that is computed from others.
pub struct BackfillReadModel;

/// Options of `backfill_read_model`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The table that is filled.
    target_table: Name,
    /// The table that it is filled from: columns of the same names are copied.
    #[serde(default)]
    source_table: Option<Name>,
    /// The tables that it is filled from; the first is the one whose key cuts a `backfill_query` into batches.
    #[serde(default)]
    source_tables: Vec<Name>,
    /// A query for the rows: its columns go into those of the same names.
    #[serde(default)]
    source_query: Option<String>,
    /// A whole INSERT, run as it is written: once, or for each batch where it uses `:from` and `:to`.
    #[serde(default)]
    backfill_query: Option<String>,
    /// The columns of the source that cut it into batches; a unique key of the target where none is named.
    #[serde(default)]
    key: Option<OneOrMore<Name>>,
    /// Rows of the source in a batch; about as many, of a large table.
    #[serde(default = "ten_thousand")]
    #[schemars(range(min = 1))]
    batch_size: u64,
    /// What becomes of a row that the target has already, by its unique key: `nothing`, `update` or `error`.
    #[serde(default)]
    on_conflict: OnConflict,
    /// How many batches run at a time; above 1 with `stage: after-commit` alone.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 64))]
    parallel_workers: u32,
    /// Where the batches run: `in-transaction`, or `after-commit`, each in a transaction of its own.
    #[serde(default)]
    stage: Stage,
}

/// What becomes of a row that the target has already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum OnConflict {
    /// The target's row stays.
    #[default]
    Nothing,
    /// It takes the source's values.
    Update,
    /// The backfill fails.
    Error,
}

fn ten_thousand() -> u64 {
    10_000
}

fn one() -> u32 {
    1
}

impl Hook for BackfillReadModel {
    type Options = Options;

    const META: HookMeta = HookMeta {
        id: "backfill_read_model",
        summary: "Fills a table from others, in batches by ranges of a key",
        phases: &[Phase::BeforeDdl, Phase::AfterDdl, Phase::AfterValidation, Phase::Cleanup, Phase::AfterMigration],
        documentation: DOCUMENTATION,
    };

    fn place(&self, options: &Options) -> Result<Placing, Error> {
        let source = Source::of(options)?;
        if options.batch_size == 0 {
            return Err(Error::option("/batch_size", "at least 1 row"));
        }
        if !(1..=64).contains(&options.parallel_workers) {
            return Err(Error::option("/parallel_workers", "from 1 to 64 workers"));
        }
        let after_commit = options.stage == Stage::AfterCommit;
        let mut placing = if after_commit { Placing::own_transaction() } else { Placing::in_transaction() };
        if options.parallel_workers > 1 && !after_commit {
            placing = placing.note(
                "runs with one worker inside the transaction, because other connections cannot see what is not \
                 committed: write `stage: after-commit` for more",
            );
        }
        if source.is_one_step() {
            placing = placing
                .note("`backfill_query` runs as one statement, without batches: it does not use `:from` and `:to`");
        }
        Ok(placing)
    }

    fn plan(&self, options: &Options, call: &Call<'_>) -> Result<Vec<Step>, Error> {
        self.place(options)?;
        let source = Source::of(options)?;
        require(&call.database, std::slice::from_ref(&options.target_table))?;
        require(&call.database, options.source_table.as_slice())?;
        require(&call.database, &options.source_tables)?;
        let batches = bounds::plan(options, &source, call)?;
        let parallel = options.parallel_workers > 1 && options.stage == Stage::AfterCommit;
        let steps = batches.iter().map(|(batch, rows, title)| {
            let mut step = Step::new(format!("{}: {title}", options.target_table)).with(batch)?;
            step.estimated_rows = *rows;
            step.parallel = parallel && batches.len() > 1;
            Ok(step)
        });
        steps.collect()
    }

    fn run(&self, options: &Options, step: &Step, call: &Call<'_>) -> Result<Outcome, Error> {
        let batch: Batch = step.read()?;
        let rows = fill::run(options, &batch, call).map_err(|error| within(&step.title, error))?;
        Ok(Outcome::rows(rows))
    }
}

const DOCUMENTATION: &str = include_str!("backfill_read_model.md");

#[cfg(test)]
mod tests;
