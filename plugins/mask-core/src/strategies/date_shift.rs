//! `date_shift`: dates moved, with the time between them kept.

use crate::{
    calendar::{FIRST, LAST, Moment, is_infinite},
    refusal,
    row_key::RowKey,
};
use confiture_sdk::{
    Error,
    masking::{Column, ColumnInfo, ContextColumn, Mask, Promises, Secret, Strategy, StrategyMeta, Written, types},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// Dates moved, with the time between them kept.
pub struct DateShift;

/// Options of `date_shift`.
#[derive(Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// How many days a date moves at most, either way.
    #[schemars(range(min = 1, max = 36500))]
    days: i64,
    /// Columns whose rows move together; none for the primary key.
    by: Vec<String>,
    /// The secret that decides the shifts; none for the profile's.
    key: Secret,
}

impl Default for Options {
    fn default() -> Self {
        Self { days: 365, by: Vec::new(), key: Secret::default() }
    }
}

impl Strategy for DateShift {
    type Options = Options;
    const META: StrategyMeta = StrategyMeta {
        id: "date_shift",
        summary: "Moves dates by days, all dates of a person by as many",
        documentation: DOCUMENTATION,
        accepts: types::DATES,
        promises: Promises::DETERMINISTIC,
        unless: &[],
        batch_rows: None,
    };

    fn open(&self, options: Options, target: &ColumnInfo, row: &[ColumnInfo]) -> Result<Box<dyn Mask>, Error> {
        if !(1..=36_500).contains(&options.days) {
            return Err(Error::option("/days", "a number from 1 to 36500"));
        }
        let by = RowKey::resolve(options.by, "by", target, row)?;
        Ok(Box::new(Shift { days: options.days, by, key: options.key }))
    }
}

struct Shift {
    days: i64,
    by: RowKey,
    key: Secret,
}

impl Mask for Shift {
    fn context_columns(&self) -> Vec<ContextColumn> {
        self.by.context()
    }

    fn mask(&self, values: &Column, context: &[Column]) -> Result<Column, Error> {
        let digests = self.by.digests(&self.key, "date_shift", values, context)?;
        values.map(|row, value, text| {
            if is_infinite(value) {
                text.push_str(value);
                return Ok(Written::Value);
            }
            let moment = Moment::read(value).ok_or_else(|| refusal::value(row, "the value is no date"))?;
            let days = moment.days + shift(digests.word(row, 0), self.days);
            if !(FIRST..=LAST).contains(&days) {
                return Err(refusal::value(row, "the shifted date is out of PostgreSQL's range"));
            }
            Moment { days, ..moment }.write(text);
            Ok(Written::Value)
        })
    }
}

/// A number of days from `-most` to `most` that is not 0.
fn shift(random: u64, most: i64) -> i64 {
    let days = (random % (2 * most as u64)) as i64 - most;
    if days >= 0 { days + 1 } else { days }
}

const DOCUMENTATION: &str = r#"
## What it does

Moves a date or timestamp by 1 to `days` days, into the past or the future; the time of day stays. All dates that have the
same `by` (by default the primary key's) move by as many days, in every column and table, so the time between them stays
what it was.

```mask date {"by": ["customer"], "key": "${K}"}
2020-02-28 [customer integer=1] -> 2019-06-07
2020-03-01 [customer integer=1] -> 2019-06-09
2020-02-28 [customer integer=2] -> 2019-07-07
NULL [customer integer=2] -> NULL
```

```mask timestamp with time zone {"by": ["customer"], "days": 30, "key": "${K}"}
2020-02-28 12:30:00.5+00 [customer integer=1] -> 2020-02-07 12:30:00.5+00
infinity [customer integer=1] -> infinity
```

`infinity` stays: it is nobody's date.

## What it promises

Deterministic for a row. Not injective: two dates of two people can become one.

## When to use it

For histories that have to stay plausible: orders, visits, admissions. A rare sequence of intervals can still give a person
away; where that matters, use `generalize`.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{keeps_its_promises, masked, profile, refusal};
    use serde_json::json;

    #[test]
    fn intervals_stay_and_days_do_not() {
        let row = [(ColumnInfo::new("id", "integer"), ["1", "1", "2"].map(Some).into_iter().collect::<Column>())];
        let values: Column = ["2020-01-01", "2021-01-01", "2020-01-01"].map(Some).into_iter().collect();
        let column = ColumnInfo::new("born", "date");
        let masked =
            profile().mask("date_shift", &json!({"by": ["id"], "days": 3000}), &column, &values, &row).unwrap();
        let days: Vec<i64> = masked.iter().map(|value| Moment::read(value.unwrap()).unwrap().days).collect();
        assert_eq!(days[1] - days[0], 366);
        assert_ne!(days[2], days[0]);
        let dates: Vec<String> = (0..50_000)
            .map(|day| {
                let mut text = String::new();
                Moment { days: day - 20_000, rest: "" }.write(&mut text);
                text
            })
            .collect();
        keeps_its_promises("date_shift", &json!({"days": 1}), &column, &dates, 0);
    }

    #[test]
    fn what_is_no_date_stops_the_run() {
        let column = ColumnInfo::new("born", "date");
        for value in ["", "soon", "2020-02-30"] {
            assert!(masked("date_shift", &json!({}), &column, &[value]).is_err(), "{value}");
        }
        assert!(refusal("date_shift", &json!({"days": 0}), &column).contains("/days"));
        assert!(refusal("date_shift", &json!({}), &ColumnInfo::new("a", "text")).contains("takes date"));
        assert!(refusal("date_shift", &json!({"by": ["x"]}), &column).contains("/by"));
    }
}
