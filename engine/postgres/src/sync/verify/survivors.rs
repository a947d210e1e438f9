//! Whether values of the source are left in a masked column.

use super::{
    Pair, SyncError,
    histogram::{Histogram, Meeting},
};
use confiture_model::sync::{Check, CheckKind, MaskedCells, MaskedRule, Survivors, TableCopied, TablePlan};

/// How many standard deviations chance is given.
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
    let bound = bound(histogram, meeting, rule.deterministic);
    let holds = meeting.distinct <= 1 || cells.unchanged as f64 <= bound.most;
    let detail = format!(
        "{} of {} cells hold their own source's value; chance would leave about {:.0}, at most {:.0}",
        cells.unchanged, cells.cells, bound.expected, bound.most
    );
    (holds, detail)
}

struct Bound {
    expected: f64,
    most: f64,
}

/// Were values and results drawn apart, a cell would meet its own by how often its value stands among the results. Where
/// equal values become equal ones, all cells of a value meet at once.
fn bound(histogram: &Histogram, meeting: &Meeting, deterministic: bool) -> Bound {
    let (all, scale) = ((meeting.all as f64).max(1.0), histogram.one_in as f64);
    let expected = scale * meeting.products / all;
    let (squares, lump) = histogram.lumps();
    let (variance, lump) = match deterministic {
        true => (scale * squares * meeting.squares / (all * all), 2.0 * lump),
        false => (expected, 0.0),
    };
    Bound { expected, most: expected + DEVIATIONS * variance.sqrt() + DEVIATIONS + lump }
}
