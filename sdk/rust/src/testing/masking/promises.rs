//! A strategy's promises, tested as the host tests them.

use super::Masking;
use crate::masking::{Column, ColumnInfo, OpenStrategy};
use serde_json::Value;
use std::collections::HashMap;

/// What a strategy does not keep of its promises on these values, each in a sentence without a value; empty where all is
/// well. Looks at: as many values out as in, nulls that stay null, none that is left (where all become null), the column's length, equal results from two instances
/// and from batches of other sizes (where deterministic), different results for different values (where injective), and
/// that no value comes out as it went in (where it may not; up to `chance` of them may by chance).
pub fn promise_problems(
    masking: &Masking,
    id: &str,
    options: &Value,
    target: &ColumnInfo,
    values: &[Option<&str>],
    chance: usize,
) -> Vec<String> {
    let open = || masking.open(id, options, target, &[]);
    let (one, other) = match (open(), open()) {
        (Ok(one), Ok(other)) => (one, other),
        (Err(error), _) | (_, Err(error)) => return vec![format!("it does not open: {error}")],
    };
    let masked = match in_batches(&one, values, 1000) {
        Ok(masked) => masked,
        Err(error) => return vec![error],
    };
    let promises = masking.promises(id);
    let mut problems = shape(target, values, &masked);
    if promises.deterministic {
        match in_batches(&other, values, 333) {
            Ok(again) if again == masked => {}
            Ok(_) => problems.push("another instance with other batches gives other values".to_owned()),
            Err(error) => problems.push(error),
        }
    }
    if promises.injective {
        problems.extend(collision(values, &masked));
    }
    if promises.all_null && masked.iter().any(Option::is_some) {
        problems.push("a value is left, although all are to become null".to_owned());
    }
    if !promises.may_keep {
        let kept = values.iter().zip(&masked).filter(|(value, masked)| value.is_some() && **value == masked.as_deref());
        let kept = kept.filter(|(value, _)| value.is_some_and(|value| !value.is_empty())).count();
        if kept > chance {
            problems.push(format!("{kept} of {} values came out as they went in", values.len()));
        }
    }
    problems
}

fn in_batches(open: &OpenStrategy, values: &[Option<&str>], rows: usize) -> Result<Vec<Option<String>>, String> {
    let mut all = Vec::with_capacity(values.len());
    for batch in values.chunks(rows) {
        let column: Column = batch.iter().copied().collect();
        let masked = open.mask(&column, &[]).map_err(|error| error.to_string())?;
        all.extend(masked.iter().map(|value| value.map(str::to_owned)));
    }
    Ok(all)
}

fn shape(target: &ColumnInfo, values: &[Option<&str>], masked: &[Option<String>]) -> Vec<String> {
    let mut problems = Vec::new();
    if values.iter().zip(masked).any(|(value, masked)| value.is_none() && masked.is_some()) {
        problems.push("a null became a value".to_owned());
    }
    let longest = masked.iter().flatten().map(|value| value.chars().count()).max().unwrap_or(0);
    if let Some(room) = target.room().filter(|room| longest > *room) {
        problems.push(format!("a value of {longest} characters does not fit into {room}"));
    }
    problems
}

fn collision(values: &[Option<&str>], masked: &[Option<String>]) -> Option<String> {
    let mut from: HashMap<&str, &str> = HashMap::with_capacity(values.len());
    let pairs = values.iter().zip(masked).filter_map(|(value, masked)| Some(((*value)?, masked.as_deref()?)));
    let mut pairs = pairs;
    pairs
        .any(|(value, masked)| from.insert(masked, value).is_some_and(|other| other != value))
        .then(|| "two values became one".to_owned())
}
