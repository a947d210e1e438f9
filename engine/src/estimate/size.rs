//! What a statement's time grows with.

use confiture_model::facts::WorkKind;

/// The size of a piece of work on a table of so many rows and bytes, in a unit of its kind's own: a time that is linear in
/// it is what each kind of work costs PostgreSQL. A scan and a rewrite pass over the pages; changed rows each cost their
/// share; an index is sorted first.
pub(super) fn of(work: WorkKind, rows: u64, bytes: u64) -> f64 {
    match work {
        WorkKind::Catalog => 0.0,
        WorkKind::Scan | WorkKind::Rewrite => decimal(bytes),
        WorkKind::Rows => decimal(rows),
        WorkKind::IndexBuild => {
            let rows = decimal(rows).max(2.0);
            rows * rows.log2()
        }
    }
}

#[allow(clippy::cast_precision_loss)] // Sizes of tables: what a double cannot tell apart makes no difference.
fn decimal(count: u64) -> f64 {
    count as f64
}
