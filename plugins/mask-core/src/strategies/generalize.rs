//! `generalize`: coarser values, shared by many.

use crate::{
    bound::Literal,
    calendar::{Moment, civil_of, days_of, is_infinite, zone},
    decimal::{self, Decimal},
    refusal, written,
};
use confiture_sdk::{
    Error,
    masking::{Column, ColumnInfo, Kind, Mask, Promises, Strategy, StrategyMeta, Written},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// Coarser values, shared by many.
pub struct Generalize;

/// Options of `generalize`.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// What dates and timestamps become the first day of.
    to: Option<Period>,
    /// How wide the bands are whose lower end numbers become.
    band: Option<Literal>,
    /// How many characters a text keeps at its beginning; the others become stars.
    keep: Option<usize>,
}

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// From Monday.
    Week,
    /// From its first day.
    Month,
    /// January, April, July, October.
    Quarter,
    /// From the first of January.
    Year,
    /// From a year that ends in 0.
    Decade,
}

impl Strategy for Generalize {
    type Options = Options;
    const META: StrategyMeta = StrategyMeta {
        id: "generalize",
        summary: "Makes dates, numbers and texts coarser, so that many rows share them",
        documentation: DOCUMENTATION,
        accepts: &[
            "date",
            "timestamp without time zone",
            "timestamp with time zone",
            "smallint",
            "integer",
            "bigint",
            "numeric",
            "text",
            "character varying",
            "character",
            "citext",
        ],
        promises: Promises { may_keep: true, ..Promises::DETERMINISTIC },
        unless: &[],
        batch_rows: None,
    };

    fn open(&self, options: Options, target: &ColumnInfo, _: &[ColumnInfo]) -> Result<Box<dyn Mask>, Error> {
        let wrong = |option: &str| Error::option(option, format!("nothing, for a column of type {}", target.type_name));
        let Options { to, band, keep } = options;
        match target.kind() {
            Kind::Date | Kind::Timestamp => {
                if band.is_some() || keep.is_some() {
                    return Err(wrong(if band.is_some() { "/band" } else { "/keep" }));
                }
                let period = to.ok_or_else(|| Error::option("/to", "week, month, quarter, year or decade"))?;
                Ok(Box::new(Begin(period)))
            }
            Kind::Text => {
                if band.is_some() || to.is_some() {
                    return Err(wrong(if band.is_some() { "/band" } else { "/to" }));
                }
                Ok(Box::new(Prefix(keep.ok_or_else(|| Error::option("/keep", "a number of characters"))?)))
            }
            _ => {
                if to.is_some() || keep.is_some() {
                    return Err(wrong(if to.is_some() { "/to" } else { "/keep" }));
                }
                let width = band.and_then(|band| Decimal::read(&band.0)).filter(|width| width.unscaled > 0);
                let width = width.ok_or_else(|| Error::option("/band", "a number above 0"))?;
                let (least, _) = decimal::range(target, decimal::scale_of(target).unwrap_or(0));
                let scale = decimal::scale_of(target);
                if scale.is_some_and(|scale| width.scale > scale) {
                    return Err(Error::option("/band", format!("a number of type {}", target.type_name)));
                }
                Ok(Box::new(Band { width, scale, least }))
            }
        }
    }
}

struct Begin(Period);

impl Mask for Begin {
    fn mask(&self, values: &Column, _: &[Column]) -> Result<Column, Error> {
        values.map(|row, value, text| {
            if is_infinite(value) {
                text.push_str(value);
                return Ok(Written::Value);
            }
            let moment = Moment::read(value).ok_or_else(|| refusal::value(row, "the value is no date"))?;
            let (year, month, _) = civil_of(moment.days);
            let days = match self.0 {
                // 1970-01-01 was a Thursday.
                Period::Week => moment.days - (moment.days + 3).rem_euclid(7),
                Period::Month => days_of((year, month, 1)),
                Period::Quarter => days_of((year, (month - 1) / 3 * 3 + 1, 1)),
                Period::Year => days_of((year, 1, 1)),
                Period::Decade => days_of((year.div_euclid(10) * 10, 1, 1)),
            };
            Moment { days, rest: "" }.write(text);
            if !moment.rest.is_empty() {
                // The era stands behind the time.
                let before_christ = text.ends_with(" BC") && value.ends_with(" BC");
                if before_christ {
                    text.truncate(text.len() - 3);
                }
                text.push_str(" 00:00:00");
                text.push_str(zone(moment.rest));
                if before_christ {
                    text.push_str(" BC");
                }
            }
            Ok(Written::Value)
        })
    }
}

struct Band {
    width: Decimal,
    scale: Option<u32>,
    least: i128,
}

impl Mask for Band {
    fn mask(&self, values: &Column, _: &[Column]) -> Result<Column, Error> {
        values.map(|row, value, text| {
            if matches!(value, "NaN" | "Infinity" | "-Infinity") {
                text.push_str(value);
                return Ok(Written::Value);
            }
            let wrong = || refusal::value(row, "the value is no number of 36 digits");
            let number = Decimal::read(value).ok_or_else(wrong)?;
            let scale = number.scale.max(self.width.scale);
            let (number, width) =
                (number.rescaled(scale).ok_or_else(wrong)?, self.width.rescaled(scale).ok_or_else(wrong)?);
            let lower = decimal::multiple_below(number.unscaled, width.unscaled);
            let lower = if self.scale == Some(0) { lower.max(self.least) } else { lower };
            let lower = Decimal { unscaled: lower, scale };
            lower.rescaled(self.scale.unwrap_or(scale)).ok_or_else(wrong)?.write(text);
            Ok(Written::Value)
        })
    }
}

struct Prefix(usize);

impl Mask for Prefix {
    fn mask(&self, values: &Column, _: &[Column]) -> Result<Column, Error> {
        values.map(|_, value, text| {
            let length = value.chars().count();
            // A value that the beginning would hold whole is hidden whole.
            let kept = if self.0 < length { self.0 } else { 0 };
            text.extend(value.chars().take(kept));
            written::repeated('*', length - kept, text);
            Ok(Written::Value)
        })
    }
}

const DOCUMENTATION: &str = r#"
## What it does

Dates and timestamps become the first day (at midnight) of their week, month, quarter, year or decade:

```mask date {"to": "month"}
1815-12-10 -> 1815-12-01
infinity -> infinity
NULL -> NULL
```

```mask timestamp with time zone {"to": "quarter"}
2024-06-30 23:59:59.5+00 -> 2024-04-01 00:00:00+00
```

Numbers become the lower end of their band:

```mask integer {"band": 10}
37 -> 30
-1 -> -10
```

```mask numeric(8,2) {"band": "2.5"}
12.49 -> 10.00
```

Texts keep their first `keep` characters; one that is not longer than that is hidden whole:

```mask text {"keep": 2}
75001 -> 75***
75 -> **
'' -> ''
```

```refused integer {"to": "month"}
nothing, for a column of type integer
```

## What it promises

Deterministic. A value that is its period's or band's first stays as it is. Whether enough rows share a value is for the
check of k-anonymity to say.

## When to use it

For quasi-identifiers: birthdays, postcodes, ages, salaries.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{keeps_its_promises, masked, texts};
    use serde_json::json;

    fn one(options: serde_json::Value, type_name: &str, value: &str) -> String {
        masked("generalize", &options, &ColumnInfo::new("a", type_name), &[value]).unwrap()[0].clone().unwrap()
    }

    #[test]
    fn periods_begin_where_they_begin() {
        assert_eq!(one(json!({"to": "week"}), "date", "2024-02-29"), "2024-02-26");
        assert_eq!(one(json!({"to": "week"}), "date", "1969-12-28"), "1969-12-22");
        assert_eq!(one(json!({"to": "decade"}), "date", "1999-12-31"), "1990-01-01");
        assert_eq!(one(json!({"to": "year"}), "date", "0044-03-15 BC"), "0044-01-01 BC");
        assert_eq!(one(json!({"to": "year"}), "timestamp", "0044-03-15 12:00:00 BC"), "0044-01-01 00:00:00 BC");
    }

    #[test]
    fn bands_stay_within_the_type() {
        assert_eq!(one(json!({"band": 1000}), "smallint", "-32768"), "-32768");
        assert_eq!(one(json!({"band": "0.25"}), "numeric", "1.3"), "1.25");
        keeps_its_promises("generalize", &json!({"keep": 3}), &ColumnInfo::new("a", "text"), &texts(), 0);
        assert!(masked("generalize", &json!({"band": 10}), &ColumnInfo::new("a", "integer"), &["x"]).is_err());
    }
}
