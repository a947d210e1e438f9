//! `primary-key-required`: tables without a primary key.

use crate::partitions::stands_alone;
use confiture_sdk::{Error, NoOptions, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity, catalog::Index, sql};

/// Tables without a primary key.
pub struct PrimaryKeyRequired;

impl Rule for PrimaryKeyRequired {
    type Options = NoOptions;

    const META: RuleMeta = RuleMeta {
        id: "primary-key-required",
        summary: "Tables without a primary key",
        category: "performance",
        severity: Severity::Error,
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
        if relation.primary_key().is_some() || !stands_alone(relation, schema) {
            return Ok(());
        }
        let finding = report.finding(relation, format!("Table '{}' has no primary key", relation.name));
        let table = relation.sql_name();
        match relation.indexes.iter().find(|index| could_serve(index, relation)) {
            Some(index) => {
                let columns = sql::identifiers(&index.keys);
                finding
                    .suggestion(format!("ALTER TABLE {table} ADD PRIMARY KEY ({columns});"))
                    .evidence(format!("unique index {} on ({columns}), none of which is nullable", index.name));
            }
            None => {
                finding.suggestion(format!(
                    "Add a PRIMARY KEY on the columns that identify a row: ALTER TABLE {table} ADD PRIMARY KEY (...);"
                ));
            }
        }
        Ok(())
    }
}

/// Whether an index already keeps rows apart as a primary key would: unique, over all rows, on columns that hold no
/// null.
fn could_serve(index: &Index, relation: &Relation) -> bool {
    let not_null = |key: &String| relation.column(key).is_some_and(|column| !column.nullable);
    index.unique && index.valid && index.predicate.is_none() && index.keys.iter().all(not_null)
}

const DOCUMENTATION: &str = r#"
## What it finds

Tables without a primary key. Partitions are judged by their parent.

```sql fires
CREATE TABLE event (at timestamptz NOT NULL, what text);
```

```sql clean
CREATE TABLE event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text);
```

```sql clean
CREATE TABLE event (id bigint, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE event_2024 PARTITION OF event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
```

## Why it hurts

Nothing keeps the same row from being stored twice, nothing can refer to one row, and one of two equal rows can neither
be updated nor deleted by its values. Logical replication refuses updates and deletes on such a table.

## How to fix

Name the columns that identify a row, or add one that does:

```sql
ALTER TABLE event ADD PRIMARY KEY (at, what);
ALTER TABLE event ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
```

On a large table build a unique index CONCURRENTLY first, and make it the key with `ADD PRIMARY KEY USING INDEX`.

## When to allow it

For tables that are only ever filled and emptied whole, such as staging tables of an import.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{
        catalog::RelationKind,
        testing::{Snapshot, Table, check},
    };

    #[test]
    fn a_table_without_one_is_reported() {
        let schema = Snapshot::new()
            .with(Table::new("audit.Log").column("at", "date"))
            .with(Table::new("orders").column("id", "bigint not null").primary_key(["id"]))
            .with(Table::new("lines").column("a", "int not null").column("b", "int not null").primary_key(["a", "b"]))
            .with(Table::new("report").kind(RelationKind::View))
            .with(Table::new("remote").kind(RelationKind::ForeignTable));
        let findings = check(&PrimaryKeyRequired, "{}", &schema).unwrap();
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].message, "Table 'Log' has no primary key");
        assert!(findings[0].suggestion.as_deref().unwrap().contains("ALTER TABLE audit.\"Log\" ADD PRIMARY KEY"));
    }

    #[test]
    fn an_index_that_could_serve_is_named() {
        let unique = |index: &mut Index| index.unique = true;
        let table = |nullable| Table::new("orders").column("Code", nullable).index_as("orders_code", ["Code"], unique);
        let findings = check(&PrimaryKeyRequired, "{}", &table("text not null").into()).unwrap();
        assert_eq!(findings[0].suggestion.as_deref(), Some("ALTER TABLE public.orders ADD PRIMARY KEY (\"Code\");"));
        assert_eq!(findings[0].evidence, ["unique index orders_code on (\"Code\"), none of which is nullable"]);
        let findings = check(&PrimaryKeyRequired, "{}", &table("text").into()).unwrap();
        assert!(findings[0].evidence.is_empty());
    }

    #[test]
    fn a_partition_is_reported_only_without_its_parent() {
        let schema = Snapshot::new()
            .with(Table::new("events").kind(RelationKind::PartitionedTable))
            .with(Table::new("events_1").partition_of("events"))
            .with(Table::new("logs_1").partition_of("gone.logs"));
        let found: Vec<_> = check(&PrimaryKeyRequired, "{}", &schema).unwrap();
        let names: Vec<_> = found.iter().map(|finding| finding.subject.name.as_str()).collect();
        assert_eq!(names, ["events", "logs_1"]);
    }
}
