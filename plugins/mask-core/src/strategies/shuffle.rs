//! `shuffle`: everybody's values, in other rows.

use confiture_sdk::{
    Error,
    masking::{Column, ColumnBuilder, ColumnInfo, Mask, Promises, Secret, Strategy, StrategyMeta, types},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// Everybody's values, in other rows.
pub struct Shuffle;

/// Fewer rows than these say too much of each other.
const FEWEST: usize = 100;
const USUAL: u32 = 10_000;

/// Options of `shuffle`.
#[derive(Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Within how many rows values change places.
    #[schemars(range(min = 100), extend("format" = "batch-rows"))]
    window: u32,
    /// The secret that decides the places; none for the profile's.
    key: Secret,
}

impl Default for Options {
    fn default() -> Self {
        Self { window: USUAL, key: Secret::default() }
    }
}

impl Strategy for Shuffle {
    type Options = Options;
    const META: StrategyMeta = StrategyMeta {
        id: "shuffle",
        summary: "Lets the values of many rows change places",
        documentation: DOCUMENTATION,
        accepts: types::ANY,
        promises: Promises { may_keep: true, makes_nulls: true, ..Promises::NONE },
        unless: &[],
        batch_rows: Some(USUAL),
    };

    fn open(&self, options: Options, target: &ColumnInfo, _: &[ColumnInfo]) -> Result<Box<dyn Mask>, Error> {
        if (options.window as usize) < FEWEST {
            return Err(Error::option("/window", format!("at least {FEWEST} rows")));
        }
        if target.estimated_rows.is_some_and(|rows| rows > 0 && rows < FEWEST as u64) {
            return Err(Error::failed(format!(
                "the table `{}` has fewer than {FEWEST} rows: shuffled, they would still tell whose is whose",
                target.table
            )));
        }
        Ok(Box::new(Places { window: options.window as usize, nullable: target.nullable, key: options.key }))
    }
}

struct Places {
    window: usize,
    nullable: bool,
    key: Secret,
}

impl Mask for Places {
    fn mask(&self, values: &Column, _: &[Column]) -> Result<Column, Error> {
        let rows: Vec<usize> = (0..values.len()).filter(|&row| !values.is_null(row)).collect();
        if rows.is_empty() {
            return Ok(values.clone());
        }
        let mut random = Random::of(&self.key, values)?;
        let mut taken = vec![None; values.len()];
        for window in windows(rows.len(), self.window) {
            let window = &rows[window];
            if window.len() < FEWEST && !self.nullable {
                return Err(Error::failed(format!(
                    "{} values of a batch are too few to shuffle, and the column is NOT NULL: use another strategy",
                    window.len()
                )));
            }
            if window.len() >= FEWEST {
                let mut from = window.to_vec();
                random.cycle(&mut from);
                window.iter().zip(from).for_each(|(&to, from)| taken[to] = Some(from));
            }
        }
        let mut shuffled = ColumnBuilder::with_capacity(values.len(), values.text().len());
        taken.into_iter().for_each(|from| shuffled.push(from.and_then(|from| values.get(from))));
        Ok(shuffled.finish())
    }
}

/// Stretches of about the same length, none shorter than half a window.
fn windows(count: usize, window: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let parts = count.div_ceil(window).max(1);
    (0..parts).map(move |part| count * part / parts..count * (part + 1) / parts)
}

/// xoshiro256** (Blackman and Vigna), seeded by the batch under the key.
struct Random([u64; 4]);

impl Random {
    fn of(key: &Secret, values: &Column) -> Result<Self, Error> {
        let whole = values.text().as_bytes();
        let digest = key.hash_parts("shuffle", whole, &[u32::try_from(whole.len()).unwrap_or(u32::MAX)])?;
        Ok(Self([0, 1, 2, 3].map(|at| digest.word(0, at))))
    }

    fn next(&mut self) -> u64 {
        let state = &mut self.0;
        let result = state[1].wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let shifted = state[1] << 17;
        state[2] ^= state[0];
        state[3] ^= state[1];
        state[1] ^= state[2];
        state[0] ^= state[3];
        state[2] ^= shifted;
        state[3] = state[3].rotate_left(45);
        result
    }

    /// Sattolo's algorithm: one cycle through all, so no place keeps what it had.
    fn cycle(&mut self, places: &mut [usize]) {
        for last in (1..places.len()).rev() {
            let other = ((u128::from(self.next()) * last as u128) >> 64) as usize;
            places.swap(last, other);
        }
    }
}

const DOCUMENTATION: &str = r#"
## What it does

Values change places within stretches of `window` rows: what comes out is what was there, in other rows. No value stays in
its row, unless another row has an equal one. Nulls stay where they are. Where a stretch has fewer than 100 values they
become null, or stop the run where the column is NOT NULL.

```mask text
Ada -> NULL
NULL -> NULL
```

```refused text {"window": 50}
at least 100 rows
```

A table that is known to have fewer than 100 rows is refused.

## What it promises

Nothing: where a value goes depends on the others of its batch. Equal batches under one key are shuffled alike.

## When to use it

For values whose distribution has to stay exact, and that are nobody's alone: salaries, ages, towns. The values themselves
are real; do not shuffle what names a person.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{masked, profile, refusal};
    use serde_json::json;

    #[test]
    fn all_values_stay_and_none_in_its_row() {
        let values: Vec<String> = (0..25_050).map(|number| format!("v{number}")).collect();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let mut shuffled = masked("shuffle", &json!({}), &ColumnInfo::new("a", "text"), &values).unwrap();
        assert!(shuffled.iter().zip(&values).all(|(shuffled, value)| shuffled.as_deref() != Some(*value)));
        shuffled.sort();
        let mut sorted: Vec<_> = values.iter().map(|value| Some((*value).to_owned())).collect();
        sorted.sort();
        assert_eq!(shuffled, sorted);
    }

    #[test]
    fn few_values_never_stay() {
        let values: Column = (0..500).map(|row| (row < 50).then_some("rare")).collect();
        let nullable = ColumnInfo::new("a", "text");
        let shuffled = profile().mask("shuffle", &json!({}), &nullable, &values, &[]).unwrap();
        assert!(shuffled.iter().all(|value| value.is_none()));
        let required = ColumnInfo { nullable: false, ..nullable.clone() };
        assert!(profile().mask("shuffle", &json!({}), &required, &values, &[]).is_err());
        let small = ColumnInfo { estimated_rows: Some(99), ..nullable };
        assert!(refusal("shuffle", &json!({}), &small).contains("fewer than 100 rows"));
    }
}
