//! `timestamp-without-time-zone`: times that mean another moment in every time zone.

use crate::{
    case::words,
    column_types::{columns_of_type, tell},
};
use confiture_sdk::{Error, NoOptions, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity};

/// Times that mean another moment in every time zone.
pub struct TimestampWithoutTimeZone;

impl Rule for TimestampWithoutTimeZone {
    type Options = NoOptions;

    const META: RuleMeta = RuleMeta {
        id: "timestamp-without-time-zone",
        summary: "Columns of type timestamp without time zone",
        category: "types",
        severity: Severity::Warning,
        enabled_by_default: false,
        reads: Parts::COLUMNS,
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        _: &NoOptions,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        for column in columns_of_type(relation, schema, is_timestamp) {
            let precision = column.type_name.strip_prefix("timestamp").and_then(|rest| rest.split(' ').next());
            let instead = format!("timestamp{} with time zone", precision.unwrap_or_default());
            // An array is converted through its text, in the time zone of the session.
            let using = (!column.type_name.ends_with("[]")).then_some("{} AT TIME ZONE 'UTC'");
            let finding = tell(relation, column, &instead, using, report);
            if let Some(suggestion) = finding.suggestion.as_mut().filter(|_| names_a_day(&column.name)) {
                suggestion.push_str(" where it holds days alone, TYPE date");
            }
        }
        Ok(())
    }
}

fn is_timestamp(type_name: &str) -> bool {
    type_name.starts_with("timestamp") && type_name.ends_with(" without time zone")
}

/// A birth date would be another day in another time zone.
fn names_a_day(name: &str) -> bool {
    words(name).last().is_some_and(|word| matches!(word.as_ref(), "date" | "day" | "birthday" | "birthdate" | "dob"))
}

const DOCUMENTATION: &str = r#"
## What it finds

Columns of type `timestamp without time zone`, which is what `timestamp` alone stands for.

```sql fires
CREATE TABLE orders (id bigint PRIMARY KEY, created_at timestamp NOT NULL DEFAULT now());
```

```sql clean
CREATE TABLE orders (id bigint PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT now(), due date);
```

## Why it hurts

It holds what a clock on the wall showed, and not where the wall was. `now()` is cut to the session's time zone: two servers, or
one before and after a change of its settings, store different values for one moment, and in the hour that clocks are put back
an order can be paid before it was placed. `timestamptz` takes the same 8 bytes.

## How to fix

Say in which time zone the values were written:

```sql
ALTER TABLE orders ALTER COLUMN created_at TYPE timestamptz USING created_at AT TIME ZONE 'UTC';
```

That rewrites the table, unless the session's time zone is UTC (from PostgreSQL 12 on). A column that holds days alone, such as a birth
date, becomes a `date` instead: a day is not another one elsewhere.

## When to allow it

For times that belong to no place: opening hours, an alarm at seven, the schedule of a train as it is printed.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, Table, check};

    #[test]
    fn any_precision_and_arrays() {
        let table = Table::new("t")
            .column("a", "timestamp without time zone")
            .column("B", "timestamp(3) without time zone")
            .column("c", "timestamp without time zone[]")
            .column("d", "timestamp with time zone")
            .column("e", "time without time zone")
            .estimated_rows(7);
        let found = check(&TimestampWithoutTimeZone, "{}", &Snapshot::from(table)).unwrap();
        let told: Vec<_> = found.iter().filter_map(|finding| finding.suggestion.as_deref()).collect();
        assert_eq!(
            told,
            [
                "ALTER TABLE public.t ALTER COLUMN a TYPE timestamp with time zone USING a AT TIME ZONE 'UTC';",
                "ALTER TABLE public.t ALTER COLUMN \"B\" TYPE timestamp(3) with time zone USING \"B\" AT TIME ZONE 'UTC';",
                "ALTER TABLE public.t ALTER COLUMN c TYPE timestamp with time zone[];"
            ]
        );
        assert_eq!(found[0].message, "Column 'a' of table 't' is timestamp without time zone");
        assert_eq!(found[0].evidence, ["reltuples = 7"]);
    }

    #[test]
    fn a_birth_date_is_a_day() {
        let table = Table::new("t").column("birth_date", "timestamp without time zone");
        let found = check(&TimestampWithoutTimeZone, "{}", &Snapshot::from(table)).unwrap();
        assert!(found[0].suggestion.as_deref().unwrap().ends_with("; where it holds days alone, TYPE date"));
    }
}
