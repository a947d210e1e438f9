//! `noise`: numbers and dates that are a little off.

use crate::{
    bound::{self, Literal},
    calendar::{Moment, is_infinite},
    decimal::{self, Decimal},
    refusal, written,
};
use confiture_sdk::{
    Error,
    masking::{Column, ColumnInfo, Kind, Mask, Promises, Secret, Strategy, StrategyMeta, Written},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// Numbers and dates that are a little off.
pub struct Noise;

/// Options of `noise`.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// How far a number moves at most, in percent of itself.
    percent: Option<f64>,
    /// How far a value moves at most: a number; for dates and timestamps, days.
    amount: Option<f64>,
    /// The least value that may come out.
    min: Option<Literal>,
    /// The greatest value that may come out.
    max: Option<Literal>,
    /// The secret that decides the noise; none for the profile's.
    key: Secret,
}

impl Strategy for Noise {
    type Options = Options;
    const META: StrategyMeta = StrategyMeta {
        id: "noise",
        summary: "Moves numbers and dates within bounds",
        documentation: DOCUMENTATION,
        accepts: bound::TYPES,
        promises: Promises { may_keep: true, ..Promises::DETERMINISTIC },
        unless: &[],
        batch_rows: None,
    };

    fn open(&self, options: Options, target: &ColumnInfo, _: &[ColumnInfo]) -> Result<Box<dyn Mask>, Error> {
        let bound = match (options.percent, options.amount) {
            (Some(percent), None) if percent > 0.0 && percent <= 100.0 => Bound::Share(percent / 100.0),
            (None, Some(amount)) if amount > 0.0 && amount.is_finite() => Bound::Amount(amount),
            (Some(_), None) => return Err(Error::option("/percent", "a number above 0, up to 100")),
            (None, Some(_)) => return Err(Error::option("/amount", "a number above 0")),
            _ => return Err(Error::option("/percent", "either `percent` or `amount`")),
        };
        let moves = match target.kind() {
            Kind::Date | Kind::Timestamp => match bound {
                Bound::Amount(days) if (1.0..=36_500.0).contains(&days) => Moves::Days(days as i64),
                Bound::Amount(_) => return Err(Error::option("/amount", "a number of days from 1 to 36500")),
                Bound::Share(_) => return Err(Error::option("/percent", "`amount`, in days, for a date")),
            },
            Kind::Float(_) => Moves::Floats,
            _ => Moves::Decimals,
        };
        let limits = (limit(options.min, "/min", target)?, limit(options.max, "/max", target)?);
        Ok(Box::new(Noisy { bound, moves, limits, target: target.clone(), key: options.key }))
    }
}

/// A limit of what may come out; dates have none.
fn limit(given: Option<Literal>, pointer: &str, target: &ColumnInfo) -> Result<Option<Decimal>, Error> {
    let Some(Literal(text)) = given else { return Ok(None) };
    let is_number = !matches!(target.kind(), Kind::Date | Kind::Timestamp);
    let number = Decimal::read(&text).filter(|_| is_number);
    number.map(Some).ok_or_else(|| Error::option(pointer, "a number, for a column of numbers"))
}

#[derive(Clone, Copy)]
enum Bound {
    Share(f64),
    Amount(f64),
}

enum Moves {
    Days(i64),
    Decimals,
    Floats,
}

struct Noisy {
    bound: Bound,
    moves: Moves,
    limits: (Option<Decimal>, Option<Decimal>),
    target: ColumnInfo,
    key: Secret,
}

impl Mask for Noisy {
    fn mask(&self, values: &Column, _: &[Column]) -> Result<Column, Error> {
        let digests = self.key.hash("noise", values)?;
        values.map(|row, value, text| {
            let random = digests.word(row, 0);
            match self.moves {
                Moves::Days(most) => Self::day(row, value, random, most, text)?,
                Moves::Decimals => self.decimal(row, value, random, text)?,
                Moves::Floats => self.float(row, value, random, text)?,
            }
            Ok(Written::Value)
        })
    }
}

/// From -1 to 1.
fn factor(random: u64) -> f64 {
    (random >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

impl Noisy {
    fn width(&self, value: f64) -> f64 {
        match self.bound {
            Bound::Share(share) => value.abs() * share,
            Bound::Amount(amount) => amount,
        }
    }

    fn day(row: usize, value: &str, random: u64, most: i64, text: &mut String) -> Result<(), Error> {
        if is_infinite(value) {
            text.push_str(value);
            return Ok(());
        }
        let moment = Moment::read(value).ok_or_else(|| refusal::value(row, "the value is no date"))?;
        let days = (random % (2 * most as u64)) as i64 - most;
        Moment { days: moment.days + days + i64::from(days >= 0), ..moment }.write(text);
        Ok(())
    }

    /// At least one unit of the last place, so that no number stays as it is.
    fn decimal(&self, row: usize, value: &str, random: u64, text: &mut String) -> Result<(), Error> {
        if matches!(value, "NaN" | "Infinity" | "-Infinity") {
            text.push_str(value);
            return Ok(());
        }
        let number = Decimal::read(value).ok_or_else(|| refusal::value(row, "the value is no number of 36 digits"))?;
        let width = self.width(number.float()) * 10_f64.powi(number.scale as i32);
        let moved = (width * factor(random)) as i128;
        let moved = if moved == 0 { if random & 1 == 0 { 1 } else { -1 } } else { moved };
        let (least, most) = decimal::range(&self.target, number.scale);
        let limit = |limit: Option<Decimal>, or: i128| {
            limit.and_then(|limit| limit.rescaled(number.scale)).map_or(or, |limit| limit.unscaled)
        };
        let (least, most) = (least.max(limit(self.limits.0, least)), most.min(limit(self.limits.1, most)));
        let unscaled = number.unscaled.saturating_add(moved).min(most).max(least);
        Decimal { unscaled, scale: number.scale }.write(text);
        Ok(())
    }

    fn float(&self, row: usize, value: &str, random: u64, text: &mut String) -> Result<(), Error> {
        let number: f64 = value.parse().map_err(|_| refusal::value(row, "the value is no number"))?;
        if !number.is_finite() {
            text.push_str(value);
            return Ok(());
        }
        let limit = |limit: Option<Decimal>, or: f64| limit.map_or(or, Decimal::float);
        let least = limit(self.limits.0, f64::NEG_INFINITY);
        let moved = (number + self.width(number) * factor(random)).min(limit(self.limits.1, f64::INFINITY)).max(least);
        if self.target.kind() == Kind::Float(32) {
            written::number(moved as f32, text)
        } else {
            written::number(moved, text)
        }
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it does

Adds noise to numbers, at most `percent` of the number or `amount`, and to dates and timestamps at most `amount` days.
Numbers keep their digits behind the point and move by at least one unit of the last; `min` and `max` hold what comes out
within limits, and so does the column's type.

```mask integer {"percent": 10, "key": "${K}"}
1000 -> 972
-1000 -> -948
0 -> -1
NULL -> NULL
```

```mask numeric(8,2) {"amount": 5, "min": 0, "key": "${K}"}
12.50 -> 8.68
0.10 -> 5.09
```

```mask date {"amount": 3, "key": "${K}"}
2020-02-28 -> 2020-02-29
```

`NaN` and the infinities stay as they are.

```refused date {"percent": 10}
`amount`, in days
```

## What it promises

Deterministic: the noise follows from the value and the key, so averaging over several copies does not remove it. A value at
a limit may stay.

## When to use it

For amounts and dates whose distribution tests rely on. Noise hides how much, not that: an amount that only one person can
have stays recognisable by its size. There `generalize` or `random_in_range` is right.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{keeps_its_promises, masked, refusal};
    use serde_json::json;

    #[test]
    fn noise_stays_within_its_bounds_and_never_away() {
        let numbers: Vec<String> = (-5000..5000).map(|number: i32| format!("{}.5", number * 7)).collect();
        let all: Vec<&str> = numbers.iter().map(String::as_str).collect();
        for type_name in ["numeric(8,1)", "double precision", "numeric"] {
            let column = ColumnInfo::new("a", type_name);
            let noisy = masked("noise", &json!({"percent": 10}), &column, &all).unwrap();
            for (number, noisy) in all.iter().zip(noisy.iter().flatten()) {
                let (number, noisy): (f64, f64) = (number.parse().unwrap(), noisy.parse().unwrap());
                assert!((number - noisy).abs() <= number.abs() * 0.1 + 0.1001 && number != noisy, "{number} {noisy}");
            }
            keeps_its_promises("noise", &json!({"percent": 10}), &column, &all, 0);
        }
    }

    #[test]
    fn types_and_limits_hold() {
        let small = ColumnInfo::new("a", "smallint");
        let noisy = masked("noise", &json!({"percent": 100}), &small, &["32767", "-32768"]).unwrap();
        assert!(noisy.iter().flatten().all(|number| number.parse::<i16>().is_ok()));
        let noisy = masked("noise", &json!({"amount": 100, "min": 0, "max": 10}), &small, &["5"; 50]).unwrap();
        assert!(noisy.iter().flatten().all(|number| (0..=10).contains(&number.parse::<i16>().unwrap())));
        for options in [json!({}), json!({"percent": 0}), json!({"amount": 1, "percent": 1}), json!({"amount": -1})] {
            assert!(!refusal("noise", &options, &small).is_empty(), "{options}");
        }
        assert!(masked("noise", &json!({"amount": 1}), &small, &["secret"]).is_err());
    }
}
