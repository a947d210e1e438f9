//! Whether values of the source are left in a masked column.

use super::{
    Pair, SyncError,
    histogram::{Histogram, Meeting},
};
use confiture_model::sync::{Check, CheckKind, MaskedCells, MaskedRule, Survivors, TableCopied, TablePlan};

/// How seldom a strategy that leaves values to chance is found to keep too many.
const SELDOM: f64 = 1e-9;
/// The same in standard deviations, where there are many.
const DEVIATIONS: f64 = 6.0;

pub(super) async fn check(
    pair: &Pair<'_>,
    plan: &TablePlan,
    rule: &MaskedRule,
    copied: Option<&TableCopied>,
) -> Result<Check, SyncError> {
    let cells = cells(plan, rule, copied);
    let (holds, detail) = match rule.survivors {
        Survivors::Kept => (true, kept(cells)),
        Survivors::None | Survivors::Chance => {
            let rows = copied.map(|copied| copied.rows).unwrap_or(0);
            let histogram = Histogram::read(pair, plan, rule, cells.map_or(rows, |cells| cells.cells)).await?;
            let meeting = histogram.meet(pair, plan, rule).await?;
            match rule.survivors {
                Survivors::None => none(&histogram, &meeting),
                _ => chance(&histogram, &meeting, rule, cells),
            }
        }
    };
    Ok(Check {
        kind: CheckKind::Survivors,
        table: plan.table.clone(),
        subject: plan.columns.get(rule.column).map(|column| column.name.clone()),
        holds,
        detail,
    })
}

/// What was counted while the column was masked.
fn cells(plan: &TablePlan, rule: &MaskedRule, copied: Option<&TableCopied>) -> Option<MaskedCells> {
    let masked = plan.columns.iter().take(rule.column).filter(|column| column.masked).count();
    copied?.masked_cells.get(masked).copied()
}

fn kept(cells: Option<MaskedCells>) -> String {
    match cells {
        Some(cells) => format!(
            "the strategy keeps values on purpose: {} of {} cells are as they were",
            cells.unchanged, cells.cells
        ),
        None => "the strategy keeps values on purpose".to_owned(),
    }
}

/// No value of the source, in any row. A constant tells nothing, whoever has the same.
fn none(histogram: &Histogram, meeting: &Meeting) -> (bool, String) {
    let bound = match histogram.one_in {
        1 => "every value was looked at".to_owned(),
        one_in => format!(
            "one in {one_in} values was looked at: {} or more survivors would have been seen with a chance of 95 %",
            3 * one_in
        ),
    };
    match (meeting.values, meeting.distinct) {
        (0, _) => (true, format!("none of the source's values is left; {bound}")),
        (_, 1) => (true, "every row has the same value".to_owned()),
        (values, _) => (false, format!("{values} values of the source are left, in {} cells; {bound}", meeting.cells)),
    }
}

/// As many cells with their own source's value as chance leaves where both columns are as they are.
fn chance(histogram: &Histogram, meeting: &Meeting, rule: &MaskedRule, cells: Option<MaskedCells>) -> (bool, String) {
    let Some(cells) = cells else {
        return (false, "it was not counted how many cells stayed as they were".to_owned());
    };
    let bound = bound(histogram, meeting, cells, rule.deterministic);
    let holds = meeting.distinct <= 1 || cells.unchanged as f64 <= bound.most;
    let detail = format!(
        "{} of {} cells hold their own source's value; chance would leave about {:.1}, at most {:.0}",
        cells.unchanged, cells.cells, bound.expected, bound.most
    );
    (holds, detail)
}

struct Bound {
    expected: f64,
    most: f64,
}

/// Were values and results drawn apart, a cell would meet its own by how often its value stands among the other results.
/// Where equal values become equal ones, all cells of a value meet at once, in lumps. Of few cells, one in two hundred is
/// granted: lists of names are no longer than that.
fn bound(histogram: &Histogram, meeting: &Meeting, cells: MaskedCells, deterministic: bool) -> Bound {
    let (looked_at, scale) = ((meeting.all as f64).max(1.0), histogram.one_in as f64);
    let all = looked_at * scale;
    let own = cells.unchanged as f64 / all;
    let expected = (scale * meeting.products / looked_at - own).max((all / 200.0).min(1.0));
    let lump = if deterministic { histogram.lump() } else { 1.0 };
    Bound { expected, most: lump * most_by_chance(expected / lump) }
}

/// How many of something that is expected so often, each apart from the others, are met once in 10⁹ times at most.
fn most_by_chance(expected: f64) -> f64 {
    if expected > 300.0 {
        return (expected + DEVIATIONS * expected.sqrt() + 20.0).floor();
    }
    let (mut count, mut term) = (0.0, (-expected).exp());
    let mut below = term;
    while 1.0 - below > SELDOM && count < 1000.0 {
        count += 1.0;
        term *= expected / count;
        below += term;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_leaves_few() {
        assert_eq!((most_by_chance(0.04), most_by_chance(1.0), most_by_chance(0.0)), (4.0, 11.0, 0.0));
        assert!(most_by_chance(299.0) > 400.0 && most_by_chance(301.0) < 440.0);
    }

    /// Eight names that stay are more than chance leaves, and so are a thousand.
    #[test]
    fn a_column_that_stays_is_seen() {
        for rows in [8, 1000] {
            let histogram = Histogram::of((0..rows).map(|hash| (hash, 1)));
            let all = rows.unsigned_abs();
            let meeting = Meeting { values: all, cells: all, distinct: all, products: all as f64, all };
            let bound = bound(&histogram, &meeting, MaskedCells { cells: all, unchanged: all }, true);
            assert!(bound.most < rows as f64 && bound.expected <= 1.0, "{rows}: {}", bound.most);
        }
    }
}
