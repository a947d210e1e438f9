//! `random_in_range` and its other spellings: numbers and dates that say nothing of the original.

mod spellings;

pub use spellings::{Custom, CustomFunction, RandomDecimal};

use crate::{
    bound::{self, Literal},
    calendar::{self, Moment},
    decimal::{self, Decimal},
    row_key::RowKey,
};
use confiture_sdk::{
    Error,
    masking::{Column, ColumnInfo, ContextColumn, Kind, Mask, Promises, Secret, Strategy, StrategyMeta, Written},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// Numbers and dates that say nothing of the original.
pub struct RandomInRange;

/// Options of `random_in_range`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The least value.
    min: Literal,
    /// The greatest value.
    max: Literal,
    /// Digits behind the point; none for as many as the column has, or 2.
    #[serde(default)]
    scale: Option<u32>,
    /// Columns that decide the value; none for another value each time.
    #[serde(default)]
    by: Vec<String>,
    /// The secret that, with `by`, decides the values; none for the profile's.
    #[serde(default)]
    key: Secret,
}

pub(super) const META: StrategyMeta = StrategyMeta {
    id: "random_in_range",
    summary: "Replaces numbers and dates by random ones within bounds",
    documentation: DOCUMENTATION,
    accepts: bound::TYPES,
    promises: Promises::NONE,
    unless: &[],
    batch_rows: None,
};

impl Strategy for RandomInRange {
    type Options = Options;
    const META: StrategyMeta = META;

    fn open(&self, options: Options, target: &ColumnInfo, row: &[ColumnInfo]) -> Result<Box<dyn Mask>, Error> {
        open(options, target, row)
    }
}

fn open(options: Options, target: &ColumnInfo, row: &[ColumnInfo]) -> Result<Box<dyn Mask>, Error> {
    let by = if options.by.is_empty() { None } else { Some(RowKey::resolve(options.by, "by", target, row)?) };
    let bounds = Bounds::read(&options.min.0, &options.max.0, options.scale, target)?;
    Ok(Box::new(Random { bounds, by, key: options.key }))
}

/// How far the values of a column reach.
enum Bounds {
    /// In units of 10^-scale.
    Decimals {
        least: i128,
        size: u128,
        scale: u32,
    },
    Floats {
        least: f64,
        width: f64,
    },
    Days {
        least: i64,
        size: u128,
    },
    /// In seconds since 1970.
    Seconds {
        least: i64,
        size: u128,
        zone: &'static str,
    },
}

impl Bounds {
    fn read(min: &str, max: &str, scale: Option<u32>, target: &ColumnInfo) -> Result<Self, Error> {
        let wrong = |option: &str| Error::option(option, format!("a value of type {}", target.type_name));
        let order = || Error::option("/max", "a value that is not below `min`");
        let is_number = matches!(target.kind(), Kind::Integer(_) | Kind::Numeric(_));
        if scale.is_some_and(|scale| scale > 20 || !is_number && scale > 0) {
            return Err(Error::option("/scale", "at most 20, for a column of type numeric"));
        }
        match target.kind() {
            Kind::Date | Kind::Timestamp => {
                let day = |value, option| Moment::read(value).ok_or_else(|| wrong(option)).map(|moment| moment.days);
                let (least, most) = (day(min, "/min")?, day(max, "/max")?);
                let days = u128::try_from(most - least).map_err(|_| order())? + 1;
                let zone = if target.type_word() == "timestamp with time zone" { "+00" } else { "" };
                Ok(match target.kind() {
                    Kind::Date => Self::Days { least, size: days },
                    _ => Self::Seconds { least: least * 86_400, size: days * 86_400, zone },
                })
            }
            Kind::Float(_) => {
                let number = |value: &str, option| {
                    value.parse::<f64>().ok().filter(|number| number.is_finite()).ok_or_else(|| wrong(option))
                };
                let (least, most) = (number(min, "/min")?, number(max, "/max")?);
                if most < least { Err(order()) } else { Ok(Self::Floats { least, width: most - least }) }
            }
            _ => {
                let own = decimal::scale_of(target);
                let scale = scale.map_or(own.unwrap_or(2), |scale| scale.min(own.unwrap_or(scale)));
                let (lowest, highest) = decimal::range(target, own.unwrap_or(scale));
                let number = |value, option| {
                    let number = Decimal::read(value).and_then(|number| number.rescaled(own.unwrap_or(scale)));
                    let number = number.filter(|number| (lowest..=highest).contains(&number.unscaled));
                    number.and_then(|number| number.rescaled(scale)).ok_or_else(|| wrong(option))
                };
                let (least, most) = (number(min, "/min")?.unscaled, number(max, "/max")?.unscaled);
                let size = u128::try_from(most - least).map_err(|_| order())? + 1;
                Ok(Self::Decimals { least, size, scale })
            }
        }
    }

    fn write(&self, random: u128, text: &mut String) {
        match self {
            Self::Decimals { least, size, scale } => {
                Decimal { unscaled: least + (random % size) as i128, scale: *scale }.write(text);
            }
            Self::Floats { least, width } => {
                // 53 bits: what the number holds.
                let part = (random >> 75) as f64 / (1_u64 << 53) as f64;
                crate::written::number(least + width * part, text);
            }
            Self::Days { least, size } => Moment { days: least + (random % size) as i64, rest: "" }.write(text),
            Self::Seconds { least, size, zone } => {
                let seconds = least + (random % size) as i64;
                Moment { days: seconds.div_euclid(86_400), rest: "" }.write(text);
                calendar::write_clock(seconds.rem_euclid(86_400), text);
                text.push_str(zone);
            }
        }
    }
}

struct Random {
    bounds: Bounds,
    by: Option<RowKey>,
    key: Secret,
}

impl Mask for Random {
    fn context_columns(&self) -> Vec<ContextColumn> {
        self.by.as_ref().map(RowKey::context).unwrap_or_default()
    }

    fn mask(&self, values: &Column, context: &[Column]) -> Result<Column, Error> {
        if let Some(by) = &self.by {
            let digests = by.digests(&self.key, "random_in_range", values, context)?;
            return values.map(|row, _, text| {
                self.bounds.write(digests.number(row), text);
                Ok(Written::Value)
            });
        }
        let bytes = Secret::fresh(values.len() * 16)?;
        values.map(|row, _, text| {
            let random = bytes[row * 16..row * 16 + 16].iter().fold(0, |number, byte| number << 8 | u128::from(*byte));
            self.bounds.write(random, text);
            Ok(Written::Value)
        })
    }
}

const DOCUMENTATION: &str = r#"
## What it does

Replaces every value by a random one from `min` to `max`, both included: whole numbers in integer columns, as many digits
behind the point as the column has elsewhere (`scale` may ask for fewer), days for dates, seconds for timestamps.

```mask integer {"min": 7, "max": 7}
42 -> 7
NULL -> NULL
```

```mask numeric(8,2) {"min": 100, "max": 50000, "by": ["value"], "key": "${K}"}
12.50 -> 36875.91
13.50 -> 19148.00
```

```mask date {"min": "2000-01-01", "max": "2000-12-31", "by": ["id"], "key": "${K}"}
1815-12-10 [id integer=1] -> 2000-05-15
1912-06-23 [id integer=1] -> 2000-05-15
```

```refused smallint {"min": 0, "max": 40000}
`/max`: expected a value of type smallint
```

`random_decimal` is the same, and so is `custom` with `strategy: random_in_range`; `custom_function` takes both bounds in
one text: `function: random_decimal(100, 50000)`.

## What it promises

Nothing: each run gives other values. With `by` a row's value follows from these columns and the key.

## When to use it

For amounts whose distribution does not matter. Where it does, `noise` and `shuffle` keep more of it.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{masked, refusal};
    use serde_json::json;

    #[test]
    fn all_values_of_a_range_occur_and_no_others() {
        let values = vec!["1"; 2000];
        let drawn =
            masked("random_in_range", &json!({"min": -3, "max": 3}), &ColumnInfo::new("a", "smallint"), &values);
        let mut drawn: Vec<i32> = drawn.unwrap().iter().flatten().map(|number| number.parse().unwrap()).collect();
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn, [-3, -2, -1, 0, 1, 2, 3]);
        for (type_name, min, max) in
            [("double precision", "0.5", "0.75"), ("numeric", "0.5", "0.75"), ("real", "1", "2")]
        {
            let options = json!({"min": min, "max": max});
            let drawn = masked("random_decimal", &options, &ColumnInfo::new("a", type_name), &values).unwrap();
            let (min, max) = (min.parse::<f64>().unwrap(), max.parse::<f64>().unwrap());
            assert!(drawn.iter().flatten().all(|drawn| (min..=max).contains(&drawn.parse::<f64>().unwrap())));
        }
        let options = json!({"min": "2000-01-01", "max": "2000-01-02"});
        let drawn = masked("random_in_range", &options, &ColumnInfo::new("a", "timestamptz"), &values).unwrap();
        assert!(drawn.iter().flatten().all(|drawn| drawn.len() == 22 && drawn.starts_with("2000-01-0")));
    }

    #[test]
    fn bounds_are_of_the_columns_type() {
        let says = |options| refusal("random_in_range", &options, &ColumnInfo::new("a", "numeric(5,2)"));
        assert!(says(json!({"min": 2, "max": 1})).contains("/max"));
        assert!(says(json!({"min": 0, "max": 1000})).contains("/max"));
        assert!(says(json!({"min": "a", "max": 1})).contains("/min"));
        assert!(says(json!({"min": 0})).contains("/max"));
        assert!(says(json!({"min": 0, "max": 1, "by": ["x"]})).contains("/by"));
        assert!(says(json!({"min": 0, "max": 1, "scale": 30})).contains("/scale"));
        assert_eq!(says(json!({"min": 0, "max": 1, "scale": 1})), "");
    }
}
