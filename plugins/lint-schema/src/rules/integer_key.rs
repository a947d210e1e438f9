//! `integer-key`: generated keys that end at two thousand million.

use crate::partitions::stands_alone;
use confiture_sdk::{
    Error, NoOptions, ObjectRef, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity,
    catalog::{Column, RelationKind},
    sql,
};
use std::collections::HashMap;

/// Generated keys that end at two thousand million.
pub struct IntegerKey;

/// What is known after all tables were seen: which views stand in the way of a change.
#[derive(Default)]
struct Seen {
    keys: Vec<Key>,
    views: Vec<(String, Vec<String>)>,
}

struct Key {
    subject: ObjectRef,
    table: String,
    message: String,
    change: String,
    rows: Option<(u64, Severity)>,
}

impl Rule for IntegerKey {
    type Options = NoOptions;

    const META: RuleMeta = RuleMeta {
        id: "integer-key",
        summary: "Primary keys of type integer or smallint that a sequence fills",
        category: "design",
        severity: Severity::Warning,
        enabled_by_default: false,
        reads: Parts::COLUMNS.and(Parts::CONSTRAINTS),
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        _: &NoOptions,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        if matches!(relation.kind, RelationKind::View | RelationKind::MaterializedView) {
            let view = (relation.sql_name(), relation.depends_on.clone());
            report.remember(|seen: &mut Seen| seen.views.push(view));
        }
        let Some(key) = relation.primary_key() else { return Ok(()) };
        let columns = key.columns.iter().filter_map(|name| relation.column(name));
        for column in columns.filter(|column| is_generated(column)) {
            let Some(most) = most(&column.type_name) else { continue };
            if !stands_alone(relation, schema) {
                continue;
            }
            let (name, kind) = (&column.name, &column.type_name);
            let message = format!("Key '{name}' of table '{}' is {kind}: it ends at {most}", relation.name);
            let found = Key {
                subject: (relation, column).into(),
                table: format!("{}.{}", relation.schema, relation.name),
                message,
                change: change(relation, column),
                rows: relation.estimated_rows.map(|rows| (rows, weight(rows, most))),
            };
            report.remember(|seen: &mut Seen| seen.keys.push(found));
        }
        Ok(())
    }

    fn check(&self, _: &NoOptions, _: &Schema, report: &mut Report) -> Result<(), Error> {
        let Seen { keys, views } = report.recall();
        let mut readers: HashMap<&str, Vec<&str>> = HashMap::new();
        for (view, tables) in views.iter().filter(|_| !keys.is_empty()) {
            tables.iter().for_each(|table| readers.entry(table).or_default().push(view));
        }
        for key in &keys {
            let suggestion = match readers.get(key.table.as_str()) {
                Some(views) => format!(
                    "Without the views that read it ({}), made again afterwards: {}",
                    views.join(", "),
                    key.change
                ),
                None => key.change.clone(),
            };
            let finding = report.finding(&key.subject, key.message.clone()).suggestion(suggestion);
            if let Some((rows, severity)) = key.rows {
                finding.evidence(format!("reltuples = {rows}"));
                finding.severity(severity);
            }
        }
        Ok(())
    }
}

/// The wider type. PostgreSQL widens the sequence of an identity column with it, and leaves that of a serial as it is.
fn change(relation: &Relation, column: &Column) -> String {
    let (table, name) = (relation.sql_name(), sql::identifier(&column.name));
    let sequence = column.default_expression.as_deref().and_then(sequence_of);
    let widen = sequence.map(|sequence| format!("ALTER SEQUENCE {sequence} AS bigint; ")).unwrap_or_default();
    format!("{widen}ALTER TABLE {table} ALTER COLUMN {name} TYPE bigint; and so the columns that refer to it")
}

/// The sequence of `nextval('public.t_id_seq'::regclass)`, as SQL text.
fn sequence_of(default: &str) -> Option<String> {
    let (name, _) = default.split_once("nextval('")?.1.split_once("'::regclass)")?;
    Some(name.replace("''", "'"))
}

fn is_generated(column: &Column) -> bool {
    column.identity || column.default_expression.as_deref().is_some_and(|default| default.contains("nextval("))
}

/// The greatest value of a type that is too small for a key.
fn most(type_name: &str) -> Option<u64> {
    match type_name {
        "integer" => Some(i32::MAX.unsigned_abs().into()),
        "smallint" => Some(i16::MAX.unsigned_abs().into()),
        _ => None,
    }
}

/// Numbers are used up by deletes and rollbacks, too: there are at least as many gone as there are rows.
fn weight(rows: u64, most: u64) -> Severity {
    if rows > most / 2 {
        Severity::Error
    } else if rows > most / 100 {
        Severity::Warning
    } else {
        Severity::Info
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Columns of a primary key of type `integer` or `smallint` that are identity columns or take their default from a sequence. How far
such a sequence has come is the business of `key-running-out`. Where the number of rows is known, half of the type's values make the
finding an error, and less than a hundredth an info.

```sql fires
CREATE TABLE events (id serial PRIMARY KEY, what text);
```

```sql clean
CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text);
CREATE TABLE weekdays (number integer PRIMARY KEY, name text);
```

## Why it hurts

After 2,147,483,647 numbers every insert fails, and numbers are used up by rolled back inserts and by `ON CONFLICT DO NOTHING`, too. The
change to `bigint` rewrites the table and its indexes under an exclusive lock, when it is at its largest; so do those of all that refer
to it. In a table with a bigint more, the 4 bytes often disappear in the padding.

## How to fix

While the table is small:

```sql
ALTER SEQUENCE events_id_seq AS bigint;
ALTER TABLE events ALTER COLUMN id TYPE bigint;
```

The sequence of a serial keeps its type when the column changes, and would end where it did before; that of an identity column follows.
Columns that refer to the key need the same, and views that read it have to be dropped before and made again.

Afterwards by a second column that a trigger fills, and a switch of names.

## When to allow it

For tables that cannot grow: kinds, states, settings.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{
        Finding,
        testing::{Snapshot, Table, check},
    };

    fn table(type_name: &str) -> Table {
        Table::new("t").column("Id", type_name).primary_key(["Id"]).changed(|table| table.columns[0].identity = true)
    }

    fn found(table: Table) -> Vec<Finding> {
        check(&IntegerKey, "{}", &table.into()).unwrap()
    }

    #[test]
    fn generated_keys_of_small_types() {
        let told = found(table("integer not null"));
        assert_eq!(told[0].message, "Key 'Id' of table 't' is integer: it ends at 2147483647");
        assert_eq!(
            told[0].suggestion.as_deref(),
            Some("ALTER TABLE public.t ALTER COLUMN \"Id\" TYPE bigint; and so the columns that refer to it")
        );
        assert_eq!(found(table("smallint not null")).len(), 1);
        assert!(found(table("bigint not null")).is_empty());
        assert!(found(table("integer").changed(|table| table.columns[0].identity = false)).is_empty());
        let serial = |table: &mut Relation| {
            table.columns[0].identity = false;
            table.columns[0].default_expression = Some("nextval('t_id_seq'::regclass)".to_owned());
        };
        assert_eq!(found(table("integer").changed(serial)).len(), 1);
    }

    #[test]
    fn the_sequence_of_a_serial_and_views_are_changed_as_well() {
        let serial = |table: &mut Relation| {
            table.columns[0].identity = false;
            table.columns[0].default_expression = Some("nextval('public.\"It''s\"'::regclass)".to_owned());
        };
        let suggestion = |schema: Snapshot| check(&IntegerKey, "{}", &schema).unwrap().remove(0).suggestion.unwrap();
        let table = || Snapshot::new().with(table("integer").changed(serial));
        assert!(suggestion(table()).starts_with("ALTER SEQUENCE public.\"It's\" AS bigint; ALTER TABLE public.t "));
        let read =
            suggestion(table().with(Table::new("a").view(["public.t"])).with(Table::new("b").view(["public.a"])));
        assert!(read.starts_with("Without the views that read it (public.a), made again afterwards: ALTER SEQUENCE"));
    }

    #[test]
    fn twelve_rows_are_not_twelve_hundred_million() {
        let severity = |rows| found(table("integer").estimated_rows(rows))[0].severity;
        assert_eq!(severity(12), Some(Severity::Info));
        assert_eq!(severity(100_000_000), Some(Severity::Warning));
        assert_eq!(severity(1_200_000_000), Some(Severity::Error));
    }
}
