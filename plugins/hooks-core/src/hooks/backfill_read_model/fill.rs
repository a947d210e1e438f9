//! One batch: as a plain INSERT where nothing is in its way, which takes less than half of the time of one with ON CONFLICT.
//!
//! Whether something is in its way is only looked up: what is there by the time of the INSERT makes it fail on the unique
//! key, and then it is run with ON CONFLICT. Each statement of a hook stands behind a savepoint of its own.

use super::{
    OnConflict, Options,
    range::{Batch, Insert, Span},
    source::Source,
    statement::{self, Conflicts, condition},
};
use confiture_sdk::{Call, Error, database::Value, sql};

/// unique_violation
const TWICE: &str = "23505";

/// Runs a batch: how many rows it changed.
pub(super) fn run(options: &Options, batch: &Batch, call: &Call<'_>) -> Result<u64, Error> {
    let source = Source::of(options)?;
    let run = |conflicts| {
        let (sql, params) = statement::of(options, &source, batch, conflicts, call)?;
        call.database.execute(&sql, &params)
    };
    if !is_free(options, batch, call) {
        return run(Conflicts::Handled);
    }
    match run(Conflicts::Fail) {
        Err(Error::Database(error)) if error.sqlstate == TWICE => run(Conflicts::Handled),
        outcome => outcome,
    }
}

/// Whether the target has no row where the batch puts its own. Where that cannot be told from its key, it may have some.
fn is_free(options: &Options, batch: &Batch, call: &Call<'_>) -> bool {
    let Some(insert) = batch.insert.as_ref().filter(|insert| !insert.conflict.is_empty()) else { return false };
    if options.on_conflict == OnConflict::Error {
        return false;
    }
    let Some((rest, params)) = place(insert, &batch.span) else { return false };
    let sql = format!("SELECT 1 AS found FROM {} AS s{rest} LIMIT 1", options.target_table);
    // Bounds that are no values of the target's key say nothing about it.
    matches!(call.database.row(&sql, &params), Ok(None))
}

/// Where in the target the rows of a batch have their place, in the order of its index.
fn place(insert: &Insert, span: &Span) -> Option<(String, Vec<Value>)> {
    match span {
        Span::Whole => Some((String::new(), Vec::new())),
        // In another order the index would be read from its beginning, for each batch.
        Span::Range { key, .. } if *key == insert.conflict => {
            let (condition, params) = condition(span);
            let order: Vec<_> = insert.conflict.iter().map(|column| format!("s.{}", sql::identifier(column))).collect();
            Some((format!("{condition} ORDER BY {}", order.join(", ")), params))
        }
        Span::Range { .. } | Span::NoKey { .. } => None,
    }
}
