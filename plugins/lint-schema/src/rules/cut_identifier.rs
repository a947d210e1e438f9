//! `cut-identifier`: names that PostgreSQL cut at 63 bytes.

use crate::partitions::stands_alone;
use confiture_sdk::{
    Error, NoOptions, ObjectKind, ObjectRef, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity,
};

/// Names that PostgreSQL cut at 63 bytes.
pub struct CutIdentifier;

/// `NAMEDATALEN` without its zero byte.
const LIMIT: usize = 63;

/// What PostgreSQL puts behind the names that it makes itself: it shortens what stands before, and knows that it did.
const MADE: &[&str] = &["_pkey", "_key", "_fkey", "_check", "_excl", "_idx", "_seq", "_not_null"];

impl Rule for CutIdentifier {
    type Options = NoOptions;

    const META: RuleMeta = RuleMeta {
        id: "cut-identifier",
        summary: "Names as long as PostgreSQL allows, and so probably cut",
        category: "naming",
        severity: Severity::Info,
        enabled_by_default: true,
        reads: Parts::COLUMNS.and(Parts::CONSTRAINTS).and(Parts::INDEXES),
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        _: &NoOptions,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        if is_cut(&relation.name) {
            tell(relation.into(), report);
        }
        if relation.is_table() && !stands_alone(relation, schema) {
            return Ok(());
        }
        for column in relation.columns.iter().filter(|column| is_cut(&column.name)) {
            tell((relation, column).into(), report);
        }
        for constraint in relation.constraints.iter().filter(|constraint| was_cut(&constraint.name)) {
            tell((relation, constraint).into(), report);
        }
        // The index of a constraint has its name.
        let is_own = |name: &String| relation.constraints.iter().all(|constraint| constraint.name != *name);
        for index in relation.indexes.iter().filter(|index| was_cut(&index.name) && is_own(&index.name)) {
            tell((relation, index).into(), report);
        }
        Ok(())
    }

    fn check(&self, _: &NoOptions, schema: &Schema, report: &mut Report) -> Result<(), Error> {
        for routine in schema.routines().filter(|routine| is_cut(&routine.name)) {
            tell((&routine).into(), report);
        }
        for definition in schema.type_definitions().filter(|definition| is_cut(&definition.name)) {
            tell((&definition).into(), report);
        }
        for trigger in schema.triggers().filter(|trigger| is_cut(&trigger.name)) {
            tell((&trigger).into(), report);
        }
        for sequence in schema.sequences().filter(|sequence| was_cut(&sequence.name)) {
            tell(sequence.into(), report);
        }
        Ok(())
    }
}

fn is_cut(name: &str) -> bool {
    name.len() >= LIMIT
}

/// Where PostgreSQL may have made the name itself.
fn was_cut(name: &str) -> bool {
    is_cut(name) && !is_made(name)
}

/// `..._idx`, and `..._idx1` where that was taken.
fn is_made(name: &str) -> bool {
    let name = name.trim_end_matches(|char: char| char.is_ascii_digit());
    MADE.iter().any(|end| name.ends_with(end))
}

fn tell(subject: ObjectRef, report: &mut Report) {
    let (name, bytes) = (&subject.name, subject.name.len());
    let noun = if subject.kind == ObjectKind::Other { "object".to_owned() } else { noun(subject.kind) };
    let message = format!("The name of the {noun} '{name}' is {bytes} bytes long: it was probably cut");
    report.finding(subject, message).suggestion(format!("Give it a name of fewer than {LIMIT} bytes"));
}

/// `materialized view`, as people write it.
fn noun(kind: ObjectKind) -> String {
    let mut noun = String::new();
    for char in format!("{kind:?}").chars() {
        if char.is_uppercase() && !noun.is_empty() {
            noun.push(' ');
        }
        noun.extend(char.to_lowercase());
    }
    noun
}

const DOCUMENTATION: &str = r#"
## What it finds

Names of 63 bytes, the most that PostgreSQL keeps: of tables, views, columns, constraints, indexes, functions, types, triggers and
sequences. Names that PostgreSQL makes itself (`..._fkey`, `..._idx`) and shortens on purpose are left alone.

```sql fires
CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz);
CREATE INDEX an_index_for_the_report_of_all_orders_by_day_that_finance_sends_every_monday ON orders (placed_at);
```

```sql clean
CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz);
CREATE INDEX orders_by_day ON orders (placed_at);
```

## Why it hurts

A longer name is cut with a notice that nobody reads. Scripts go on to work with the long one, which is cut in the same way, but whoever
compares names (a migration that looks into the catalog, a tool, a person) finds that it is not there; and of two names that differ in
their 64th byte the second cannot be created.

## How to fix

```sql
ALTER INDEX an_index_for_the_report_of_all_orders_by_day_that_finance_sends RENAME TO orders_by_day;
```

## When to allow it

Where the name is exactly 63 bytes long and was meant so.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, Table, check, routine};

    #[test]
    fn names_at_the_limit() {
        let long = "x".repeat(63);
        let made = format!("{}_idx1", "x".repeat(58));
        let schema = Snapshot::new()
            .with(Table::new(&long).column(&"y".repeat(62), "int"))
            .with(Table::new("t").column(&"ö".repeat(32), "int").index_as(&made, ["a"], |_| {}))
            .changed(|schema| schema.routines.push(routine(&"f".repeat(63))));
        let found = check(&CutIdentifier, "{}", &schema).unwrap();
        let names: Vec<_> = found.iter().map(|finding| finding.subject.name.clone()).collect();
        assert_eq!(names, ["ö".repeat(32), long.clone(), "f".repeat(63)]);
        assert_eq!(found[1].message, format!("The name of the table '{long}' is 63 bytes long: it was probably cut"));
    }

    #[test]
    fn kinds_are_words() {
        assert_eq!(noun(ObjectKind::MaterializedView), "materialized view");
    }
}
