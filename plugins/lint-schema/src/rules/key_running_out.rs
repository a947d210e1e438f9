//! `key-running-out`: sequences that are near their end.

use confiture_sdk::{
    Error, ObjectRef, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity,
    catalog::{Column, Sequence},
};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::HashMap;

/// Sequences that are near their end.
pub struct KeyRunningOut;

/// Options of `key-running-out`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// From which used part on, in percent, it is reported.
    warn_percent: f64,
    /// From which used part on, in percent, it is an error.
    error_percent: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { warn_percent: 50.0, error_percent: 80.0 }
    }
}

/// The columns that a sequence may fill, by `schema.table.column`.
type Filled = HashMap<String, (ObjectRef, String)>;

impl Rule for KeyRunningOut {
    type Options = Options;

    const META: RuleMeta = RuleMeta {
        id: "key-running-out",
        summary: "Sequences that have used up most of their numbers",
        category: "design",
        severity: Severity::Error,
        enabled_by_default: true,
        reads: Parts::COLUMNS,
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        options: &Options,
        relation: &Relation,
        _: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        for (name, percent) in [("warn_percent", options.warn_percent), ("error_percent", options.error_percent)] {
            if !(0.0..=100.0).contains(&percent) {
                return Err(Error::option(format!("/{name}"), "a number from 0 to 100"));
            }
        }
        for column in relation.columns.iter().filter(|column| is_filled(column)) {
            let name = format!("{}.{}.{}", relation.schema, relation.name, column.name);
            let of = (ObjectRef::from((relation, column)), column.type_name.clone());
            report.remember(|filled: &mut Filled| {
                filled.insert(name, of);
            });
        }
        Ok(())
    }

    fn check(&self, options: &Options, schema: &Schema, report: &mut Report) -> Result<(), Error> {
        let filled: Filled = report.recall();
        for sequence in schema.sequences().filter(|sequence| !sequence.cycles) {
            let Some(fraction) = sequence.used_fraction else { continue };
            let column = sequence.owned_by.as_ref().and_then(|owner| filled.get(owner));
            let used = 100.0 * used_of(sequence, fraction, column.map(|(_, type_name)| type_name.as_str()));
            if used >= options.warn_percent && used > 0.0 {
                tell(options, sequence, column, used, report);
            }
        }
        Ok(())
    }
}

fn is_filled(column: &Column) -> bool {
    column.identity || column.default_expression.as_deref().is_some_and(|default| default.contains("nextval("))
}

/// The used part of what the column can hold, where that ends before the sequence does: a bigint sequence that fills an
/// integer. One with a MAXVALUE of its own would come out above 1; then its own part is right.
fn used_of(sequence: &Sequence, fraction: f64, column_type: Option<&str>) -> f64 {
    let bits = |type_name: &str| match type_name {
        "smallint" => Some(15),
        "integer" => Some(31),
        "bigint" => Some(63),
        _ => None,
    };
    let Some((of_sequence, of_column)) = bits(&sequence.type_name).zip(column_type.and_then(bits)) else {
        return fraction;
    };
    let scaled = fraction * 2_f64.powi(of_sequence - of_column);
    if of_column < of_sequence && scaled <= 1.0 { scaled } else { fraction }
}

fn tell(options: &Options, sequence: &Sequence, column: Option<&(ObjectRef, String)>, used: f64, report: &mut Report) {
    let name = &sequence.name;
    let (subject, what, kind) = match column {
        Some((column, kind)) => {
            let table = column.parent.as_deref().unwrap_or_default();
            (column.clone(), format!("Key '{}' of table '{table}'", column.name), kind)
        }
        None => (ObjectRef::from(sequence), format!("Sequence '{name}'"), &sequence.type_name),
    };
    let severity = if used >= options.error_percent { Severity::Error } else { Severity::Warning };
    report
        .finding(subject, format!("{what} has used {used:.0} % of its numbers"))
        .suggestion(match kind.as_str() {
            "bigint" => "Raise the sequence's MAXVALUE, or look for what uses so many numbers up".to_owned(),
            kind => format!("Change it from {kind} to bigint, and all columns that refer to it, while there is time"),
        })
        .evidence(format!("{}.{name} ({}): {used:.1} % used", sequence.schema, sequence.type_name))
        .severity(severity);
}

const DOCUMENTATION: &str = r#"
## What it finds

Sequences that do not cycle and have used up at least `warn_percent` of their numbers, or of those that their column can hold; from
`error_percent` on it is an error, below a warning.

```sql fires
CREATE TABLE events (id serial PRIMARY KEY, what text);
SELECT setval('events_id_seq', 2000000000);
```

```sql clean
CREATE TABLE events (id serial PRIMARY KEY, what text);
SELECT setval('events_id_seq', 12);
CREATE TABLE tickets (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
SELECT setval('tickets_id_seq', 2000000000);
```

## Why it hurts

At the end every insert fails with `nextval: reached maximum value of sequence`, at the busiest hour, and the repair, a wider type,
rewrites the table and all that refer to it.

## How to fix

Ahead of time, without a long lock: a second column of type bigint, filled by a trigger for new rows and in batches for old ones, an index
built CONCURRENTLY, and a switch of names in one transaction. Columns that refer to it need the same. With negative numbers there is as much
room again for a while:

```sql
ALTER SEQUENCE events_id_seq MINVALUE -2147483648 RESTART -2147483648;
```

## When to allow it

Where the numbers are used up on purpose and start again: then let the sequence CYCLE.

## Without statistics

Only a database in use knows how far its sequences have come: of files this rule says nothing.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{
        Finding,
        testing::{Snapshot, Table, check, sequence},
    };

    fn schema(sequence_type: &str, column_type: &str, used: f64) -> Snapshot {
        let table = Table::new("t").column("Id", column_type).changed(|table| table.columns[0].identity = true);
        Snapshot::from(table).changed(|schema| {
            let mut sequence = sequence("t_id_seq", used);
            sequence.type_name = sequence_type.to_owned();
            sequence.owned_by = Some("public.t.Id".to_owned());
            schema.sequences.push(sequence);
        })
    }

    fn found(schema: &Snapshot) -> Vec<Finding> {
        check(&KeyRunningOut, "{}", schema).unwrap()
    }

    #[test]
    fn severity_follows_the_used_part() {
        let told = found(&schema("integer", "integer", 0.931));
        assert_eq!(told[0].message, "Key 'Id' of table 't' has used 93 % of its numbers");
        assert_eq!(told[0].subject.to_string(), "public.t.Id");
        assert_eq!(
            (told[0].severity, told[0].evidence[0].as_str()),
            (Some(Severity::Error), "public.t_id_seq (integer): 93.1 % used")
        );
        assert_eq!(found(&schema("integer", "integer", 0.6))[0].severity, Some(Severity::Warning));
        assert!(found(&schema("integer", "integer", 0.4)).is_empty());
    }

    #[test]
    fn a_wide_sequence_ends_with_its_narrow_column() {
        let two_thousand_million = 2e9 / 2_f64.powi(63);
        assert_eq!(found(&schema("bigint", "integer", two_thousand_million)).len(), 1);
        assert!(found(&schema("bigint", "bigint", two_thousand_million)).is_empty());
        assert!(found(&schema("bigint", "integer", 0.1)).is_empty(), "a MAXVALUE of its own");
    }

    #[test]
    fn sequences_alone_and_cycling_ones() {
        let alone = |cycles| {
            Snapshot::new().changed(|schema| {
                let mut sequence = sequence("s", 0.9);
                sequence.cycles = cycles;
                schema.sequences.push(sequence);
            })
        };
        assert_eq!(found(&alone(false))[0].message, "Sequence 's' has used 90 % of its numbers");
        assert!(found(&alone(true)).is_empty());
    }

    #[test]
    fn percents_are_percents() {
        let schema = schema("integer", "integer", 0.4);
        assert_eq!(check(&KeyRunningOut, r#"{"warn_percent": 30}"#, &schema).unwrap().len(), 1);
        let error = check(&KeyRunningOut, r#"{"warn_percent": 300}"#, &schema).unwrap_err();
        assert_eq!(error, Error::option("/warn_percent", "a number from 0 to 100"));
    }
}
