//! Whether a strategy keeps what it promises: tried on made-up values and on sampled rows, before anyone relies on it.
//!
//! Two instances mask the same rows, the second one in the other order and in batches of another size. What is looked at:
//! as many values out as in; nulls that stay null; values that fit the column's type and length; equal results from both
//! instances where the strategy is deterministic; different results for different values where it is injective and that
//! is relied on, in columns that are unique or joined; and, unless it may keep values, that no more of them come out as
//! they went in than chance allows ([`chance`] says how many that is). That no value is left where all are to become null.
//! What is promised of the values of other rows, the proof of a sync tests, on all of them.
//!
//! A made-up value that the strategy refuses is left out: refusing it is right where it is nothing that the strategy can
//! work on. A sampled one is not, since the run would stop there.

mod chance;
mod fit;
pub(super) mod made_up;

pub(super) use fit::misfit;

use confiture_model::{
    fault::{Fault, FaultKind},
    mask::{AnonymizationPlugin, Column, ColumnInfo, Masking, Opening, Promises},
};
use std::collections::{BTreeMap, HashMap};

/// Rows of the table: the values of the column, and of each other column.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    /// Of the column that the strategy masks.
    pub values: Column,
    /// Of the other columns, by name; each with as many rows.
    pub row: BTreeMap<String, Column>,
}

/// What a strategy does not keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Broken {
    /// It fails on a sampled row.
    Fails,
    /// Other counts, or a null that became a value.
    Shape,
    /// A value that the column does not take.
    Fits,
    /// Equal inputs gave different outputs.
    Deterministic,
    /// Different inputs gave equal outputs.
    Injective,
    /// Values came out as they went in.
    Changes,
}

/// A promise that does not hold, in a sentence that holds no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct BrokenPromise {
    /// Which.
    pub broken: Broken,
    /// For people.
    pub detail: String,
}

/// How many values are made up, at least.
const MADE_UP: usize = 2_000;
/// Rows in a batch, where the strategy leaves it to us.
const BATCH: usize = 1_000;
/// And for the other instance.
const OTHER_BATCH: usize = 333;

/// Tries a strategy with these options on this column.
///
/// # Errors
/// A [`Fault`] where it cannot be opened, or breaks in any other way than by refusing values.
pub async fn check_promises(
    plugin: &dyn AnonymizationPlugin,
    opening: &Opening<'_>,
    samples: &Samples,
) -> Result<Vec<BrokenPromise>, Fault> {
    let info = plugin.strategy(opening.strategy);
    let promises = info.map(|info| info.promises_with(opening.options)).unwrap_or_default();
    let batch = info.and_then(|info| info.batch_rows_with(opening.options)).map(|rows| rows as usize);
    let mut tried = Tried {
        one: plugin.open(opening.clone()).await?,
        other: plugin.open(opening.clone()).await?,
        target: opening.target,
        promises,
        batch,
    };
    let made_up = made_up::rows(opening.target, opening.row, MADE_UP.max(batch.unwrap_or(0)));
    let mut broken = tried.rows(&made_up, Refusals::Allowed).await?;
    broken.extend(tried.rows(samples, Refusals::Fail).await?);
    broken.extend(tried.nothing_of_the_type(opening.row).await?);
    broken.sort_by_key(|broken| broken.broken);
    broken.dedup_by_key(|broken| broken.broken);
    Ok(broken)
}

#[derive(Clone, Copy, PartialEq)]
enum Refusals {
    Allowed,
    Fail,
}

struct Tried<'a> {
    one: Box<dyn Masking>,
    other: Box<dyn Masking>,
    target: &'a ColumnInfo,
    promises: Promises,
    /// Rows that it wants in a batch: it is not tried with others.
    batch: Option<usize>,
}

/// A value and what became of it; for a null, none.
type Pair = (Option<String>, Option<String>);

impl Tried<'_> {
    async fn rows(&mut self, rows: &Samples, refusals: Refusals) -> Result<Vec<BrokenPromise>, Fault> {
        if rows.values.is_empty() {
            return Ok(Vec::new());
        }
        let whole = self.batch.map(|_| rows.values.len());
        let (kept, masked) = match masked(&mut *self.one, rows, whole.unwrap_or(BATCH), refusals).await? {
            Ok(masked) => masked,
            Err(broken) => return Ok(vec![broken]),
        };
        let pairs: Vec<Pair> =
            kept.values.iter().zip(&masked).map(|(a, b)| (a.map(str::to_owned), b.clone())).collect();
        let mut broken = self.one_by_one(&pairs);
        if self.promises.deterministic {
            let turned = turned(&kept);
            match self::masked(&mut *self.other, &turned, whole.unwrap_or(OTHER_BATCH), Refusals::Fail).await? {
                Ok((_, again)) if again.iter().rev().eq(masked.iter()) => {}
                Ok(_) | Err(_) => broken.push(BrokenPromise {
                    broken: Broken::Deterministic,
                    detail: "another instance, given the same rows in another order and in other batches, gives other \
                             values, although equal inputs are to give equal outputs"
                        .to_owned(),
                }),
            }
        }
        Ok(broken)
    }

    /// What is seen on values alone.
    fn one_by_one(&self, pairs: &[Pair]) -> Vec<BrokenPromise> {
        let mut broken = Vec::new();
        let mut add = |kind, detail: Option<String>| {
            broken.extend(detail.map(|detail| BrokenPromise { broken: kind, detail }));
        };
        let became = pairs.iter().any(|(value, masked)| value.is_none() && masked.is_some());
        add(Broken::Shape, became.then(|| "a null became a value".to_owned()));
        let left = self.promises.all_null && pairs.iter().any(|(_, masked)| masked.is_some());
        add(Broken::Shape, left.then(|| "a value is left, although all are to become null".to_owned()));
        add(Broken::Fits, pairs.iter().find_map(|(_, masked)| fit::misfit(self.target, masked.as_deref())));
        let relied_on = self.target.unique || self.target.join_group.is_some();
        if self.promises.injective && relied_on {
            add(Broken::Injective, collisions(self.target, pairs));
        }
        if !self.promises.may_keep {
            add(Broken::Changes, chance::kept(self.target, pairs));
        }
        broken
    }

    /// Values that are none of the column's type, each alone: refused, or at least not passed on.
    async fn nothing_of_the_type(&mut self, row: &[ColumnInfo]) -> Result<Vec<BrokenPromise>, Fault> {
        let mut broken = Vec::new();
        let values = if self.batch.is_none() { made_up::not_of_the_type(self.target) } else { Vec::new() };
        for value in values {
            let mut rows = made_up::rows(self.target, row, 1);
            rows.values = std::iter::once(Some(value)).collect();
            rows.row = rows.row.into_iter().map(|(name, column)| (name, column.slice(0, 1))).collect();
            let answer = masked(&mut *self.one, &rows, 1, Refusals::Allowed).await?;
            let passed_on = matches!(&answer, Ok((_, masked)) if masked.iter().flatten().any(|masked| masked == value));
            if passed_on && !self.promises.may_keep {
                let detail = format!("what is no {} comes out as it went in", self.target.type_name);
                broken.push(BrokenPromise { broken: Broken::Changes, detail });
            }
        }
        Ok(broken)
    }
}

/// Two values that became one, and were not equal before.
fn collisions(target: &ColumnInfo, pairs: &[Pair]) -> Option<String> {
    let mut from: HashMap<Option<String>, String> = HashMap::with_capacity(pairs.len());
    let met = pairs.iter().filter_map(|(value, masked)| Some((value.as_deref()?, masked.as_deref()))).filter(
        |(value, masked)| {
            let value = fit::equal_form(target, value);
            let masked = masked.map(|masked| fit::equal_form(target, masked));
            from.insert(masked, value.clone()).is_some_and(|other| other != value)
        },
    );
    match met.count() {
        0 => None,
        met => Some(format!("of {} values, {met} became what another one became", pairs.len())),
    }
}

/// Masks rows in batches. Rows with a refused value are left out where that is allowed; the rows that are left come back
/// with what became of them.
async fn masked(
    masking: &mut dyn Masking,
    rows: &Samples,
    batch: usize,
    refusals: Refusals,
) -> Result<Result<(Samples, Vec<Option<String>>), BrokenPromise>, Fault> {
    let mut all = Vec::with_capacity(rows.values.len());
    let mut left = Vec::with_capacity(rows.values.len());
    // Ranges that are still to be masked, the next one last; a refused one is halved until the value stands alone.
    let mut todo: Vec<(usize, usize)> =
        (0..rows.values.len()).step_by(batch).map(|from| (from, (from + batch).min(rows.values.len()))).collect();
    todo.reverse();
    while let Some((from, to)) = todo.pop() {
        match part(masking, rows, from, to).await {
            Ok(masked) if masked.len() == to - from => {
                all.extend(masked.iter().map(|value| value.map(str::to_owned)));
                left.extend(from..to);
            }
            Ok(masked) => {
                let detail = format!("{} values came out where {} went in", masked.len(), to - from);
                return Ok(Err(BrokenPromise { broken: Broken::Shape, detail }));
            }
            Err(Fault { kind: FaultKind::Reported(error), .. }) if refusals == Refusals::Fail => {
                let detail = format!("it stops at a row of the table: {error}");
                return Ok(Err(BrokenPromise { broken: Broken::Fails, detail }));
            }
            Err(Fault { kind: FaultKind::Reported(_), .. }) if to - from > 1 => {
                let middle = from.midpoint(to);
                todo.extend([(middle, to), (from, middle)]);
            }
            Err(Fault { kind: FaultKind::Reported(_), .. }) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(Ok((chosen(rows, &left), all)))
}

async fn part(masking: &mut dyn Masking, rows: &Samples, from: usize, to: usize) -> Result<Column, Fault> {
    let context: Vec<Column> = masking
        .context_columns()
        .iter()
        .map(|wanted| match rows.row.get(&wanted.name) {
            Some(column) => column.slice(from, to),
            None => (from..to).map(|_| None::<&str>).collect(),
        })
        .collect();
    masking.mask(&rows.values.slice(from, to), &context).await
}

fn turned(rows: &Samples) -> Samples {
    let backwards: Vec<usize> = (0..rows.values.len()).rev().collect();
    chosen(rows, &backwards)
}

fn chosen(rows: &Samples, at: &[usize]) -> Samples {
    let choose = |column: &Column| at.iter().map(|&row| column.get(row)).collect::<Column>();
    let row = rows.row.iter().map(|(name, column)| (name.clone(), choose(column))).collect();
    Samples { values: choose(&rows.values), row }
}

#[cfg(test)]
mod tests;
