//! `isolated-table`: tables that nothing refers to and that refer to nothing.

use crate::partitions::stands_alone;
use confiture_sdk::{Error, NoOptions, ObjectRef, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity};
use std::collections::HashSet;

/// Tables that nothing refers to and that refer to nothing.
pub struct IsolatedTable;

/// Tables that refer to nothing, and the names of all that is referred to.
#[derive(Default)]
struct Seen {
    alone: Vec<Alone>,
    targets: HashSet<String>,
    has_keys: bool,
}

struct Alone {
    subject: ObjectRef,
    name: String,
    rows: Option<u64>,
    scans: Option<u64>,
}

impl Rule for IsolatedTable {
    type Options = NoOptions;

    const META: RuleMeta = RuleMeta {
        id: "isolated-table",
        summary: "Tables without a foreign key in either direction, and in no view",
        category: "design",
        severity: Severity::Info,
        enabled_by_default: false,
        reads: Parts::CONSTRAINTS,
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        _: &NoOptions,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        let name = format!("{}.{}", relation.schema, relation.name);
        let other = |target: String| Some(target).filter(|target| *target != name);
        let mut targets: Vec<String> = relation
            .foreign_keys()
            .filter_map(|key| key.references.as_ref())
            .filter_map(|target| other(format!("{}.{}", target.schema, target.table)))
            .collect();
        let is_alone = targets.is_empty() && stands_alone(relation, schema);
        let has_keys = !targets.is_empty();
        targets.extend(relation.depends_on.iter().cloned());
        // A key of a partition, or to one, is its parent's as well.
        let parent = relation.partition_of.clone().filter(|_| has_keys);
        report.remember(|seen: &mut Seen| {
            seen.has_keys |= has_keys;
            seen.targets.extend(targets);
            seen.targets.extend(parent);
            if is_alone {
                let scans = relation.sequential_scans.map(|scans| scans + relation.index_scans.unwrap_or(0));
                let subject = ObjectRef::from(relation);
                seen.alone.push(Alone { subject, name, rows: relation.estimated_rows, scans });
            }
        });
        Ok(())
    }

    fn check(&self, _: &NoOptions, _: &Schema, report: &mut Report) -> Result<(), Error> {
        let Seen { alone, targets, has_keys } = report.recall();
        // Where nothing has a foreign key, that a table has none says nothing of it.
        for table in alone.into_iter().filter(|table| has_keys && !targets.contains(&table.name)) {
            let message = format!("Table '{}' refers to nothing, and nothing refers to it", table.subject.name);
            let finding = report
                .finding(table.subject, message)
                .suggestion("Add the foreign keys that it lacks, or drop it if nobody uses it");
            if let Some(rows) = table.rows {
                finding.evidence(format!("reltuples = {rows}"));
            }
            if let Some(scans) = table.scans {
                finding.evidence(format!("scans = {scans}"));
            }
        }
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Tables without a foreign key to another table, to which no foreign key leads, and which no view reads, in a schema where other tables have
foreign keys.

```sql fires
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers);
CREATE TABLE orders_old (id bigint PRIMARY KEY, customer_id bigint);
```

```sql clean
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers);
CREATE TABLE rates (day date PRIMARY KEY, rate numeric);
CREATE VIEW rate_today AS SELECT rate FROM rates WHERE day = current_date;
```

## Why it hurts

Such a table is often one of two things: a copy that somebody made before a change and forgot, with people's data in it; or one whose
foreign keys were left out, so that its ids point to rows that are long gone.

## How to fix

```sql
ALTER TABLE orders_old ADD FOREIGN KEY (customer_id) REFERENCES customers NOT VALID;
DROP TABLE orders_old;
```

## When to allow it

For what stands alone by its nature: settings, a log, a queue, staging tables of an import, read models.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, Table, check};

    fn names(schema: &Snapshot) -> Vec<String> {
        let found = check(&IsolatedTable, "{}", schema).unwrap();
        found.into_iter().map(|finding| finding.subject.name).collect()
    }

    #[test]
    fn tables_without_any_tie() {
        let schema = Snapshot::new()
            .with(Table::new("customers"))
            .with(Table::new("orders").foreign_key(["customer_id"], "customers", ["id"]))
            .with(Table::new("tree").foreign_key(["parent_id"], "tree", ["id"]))
            .with(Table::new("rates"))
            .with(Table::new("rate_today").view(["public.rates"]))
            .with(Table::new("other.customers").estimated_rows(3));
        assert_eq!(names(&schema), ["customers", "tree"]);
    }

    #[test]
    fn a_schema_without_foreign_keys_says_nothing() {
        assert!(names(&Snapshot::new().with(Table::new("a")).with(Table::new("b"))).is_empty());
    }

    #[test]
    fn a_key_of_a_partition_is_its_parents() {
        let schema = Snapshot::new()
            .with(Table::new("events"))
            .with(Table::new("events_1").partition_of("events").foreign_key(["user_id"], "users", ["id"]))
            .with(Table::new("users"));
        assert!(names(&schema).is_empty());
    }
}
