//! `large-table-indexed`: large tables that no index serves.

use crate::partitions::stands_alone;
use confiture_sdk::{
    Error, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity,
    catalog::{Index, RelationKind},
    sql,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// Large tables that no index serves.
pub struct LargeTableIndexed;

/// Options of `large-table-indexed`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// From how many rows on a table is large, by PostgreSQL's own estimate.
    min_rows: u64,
    /// Whether the primary key's index is not enough.
    beside_primary_key: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { min_rows: 100_000, beside_primary_key: false }
    }
}

/// From how many times `min_rows` on it is an error.
const HUGE: u64 = 100;

impl Rule for LargeTableIndexed {
    type Options = Options;

    const META: RuleMeta = RuleMeta {
        id: "large-table-indexed",
        summary: "Large tables without an index",
        category: "performance",
        severity: Severity::Warning,
        enabled_by_default: false,
        reads: Parts::CONSTRAINTS.and(Parts::INDEXES),
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        options: &Options,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        let Some(rows) = relation.estimated_rows.filter(|rows| *rows >= options.min_rows) else { return Ok(()) };
        let holds_rows = relation.kind == RelationKind::MaterializedView || stands_alone(relation, schema);
        let serves = |index: &&Index| is_usable(index) && !(options.beside_primary_key && index.primary);
        if !holds_rows || relation.indexes.iter().any(|index| serves(&index)) {
            return Ok(());
        }
        let only_key = relation.indexes.iter().any(|index| is_usable(index) && index.primary);
        let what = if only_key { "no index beside its primary key" } else { "no index that serves all its rows" };
        let noun = if relation.kind == RelationKind::MaterializedView { "Materialized view" } else { "Table" };
        let finding = report.finding(relation, format!("{noun} '{}' is large and has {what}", relation.name));
        finding.evidence(format!("reltuples = {rows}"));
        if let Some(bytes) = relation.bytes {
            finding.evidence(format!("{bytes} bytes with its indexes"));
        }
        for index in relation.indexes.iter().filter(|index| !is_usable(index)) {
            let why = if index.valid { "is partial" } else { "is invalid: PostgreSQL does not use it" };
            finding.evidence(format!("index {} {why}", index.name));
        }
        finding.suggestion(suggestion(relation));
        if rows >= options.min_rows.saturating_mul(HUGE) {
            finding.severity(Severity::Error);
        }
        Ok(())
    }
}

fn is_usable(index: &Index) -> bool {
    index.valid && index.predicate.is_none()
}

fn suggestion(relation: &Relation) -> String {
    let table = relation.sql_name();
    match relation.foreign_keys().next() {
        Some(key) => format!("CREATE INDEX CONCURRENTLY ON {table} ({});", sql::identifiers(&key.columns)),
        None => format!("Index the columns that queries look for: CREATE INDEX CONCURRENTLY ON {table} (...);"),
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Tables and materialized views of at least `min_rows` rows, 100,000 unless the option says otherwise, without one valid index
over all their rows; with `beside_primary_key`, without one beside that of the primary key. From a hundred times as many rows
on it is an error. The number of rows is PostgreSQL's estimate: a schema from files, and a table that was never analysed, have
none, and are not judged. Partitions are judged by their parent.

```sql fires {"min_rows": 1000}
CREATE TABLE measurement (at timestamptz, value numeric);
INSERT INTO measurement SELECT now(), n FROM generate_series(1, 1000) AS n;
ANALYZE measurement;
```

```sql fires {"min_rows": 1000, "beside_primary_key": true}
CREATE TABLE measurement (id bigint PRIMARY KEY, at timestamptz);
INSERT INTO measurement SELECT n, now() FROM generate_series(1, 1000) AS n;
ANALYZE measurement;
```

```sql clean {"min_rows": 1000}
CREATE TABLE measurement (at timestamptz, value numeric);
CREATE INDEX ON measurement USING brin (at);
INSERT INTO measurement SELECT now(), n FROM generate_series(1, 1000) AS n;
ANALYZE measurement;
```

## Why it hurts

Whatever a query looks for, PostgreSQL reads the whole table to find it, and pushes out of memory what others need. It grows
with the table: what took a moment in the first month takes minutes in the third year.

## How to fix

Index what queries look for first; the statistics of `pg_stat_statements` tell which those are. For a log that is only read
by time, a BRIN index costs next to nothing.

```sql
CREATE INDEX CONCURRENTLY ON measurement USING brin (at);
```

## When to allow it

For tables that are only ever written and read as a whole: the staging tables of an import, an archive.

## Without statistics

In files no table has rows: this rule says nothing of them.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{
        Finding,
        testing::{Snapshot, Table, check},
    };

    fn found(options: &str, schema: impl Into<Snapshot>) -> Vec<Finding> {
        check(&LargeTableIndexed, options, &schema.into()).unwrap()
    }

    #[test]
    fn only_large_tables_without_an_index() {
        let table = |rows| Table::new("events").foreign_key(["user_id"], "users", ["id"]).estimated_rows(rows);
        let findings = found("{}", table(100_000));
        assert_eq!(findings[0].message, "Table 'events' is large and has no index that serves all its rows");
        assert_eq!(findings[0].evidence, ["reltuples = 100000"]);
        assert_eq!(findings[0].suggestion.as_deref(), Some("CREATE INDEX CONCURRENTLY ON public.events (user_id);"));
        assert_eq!(findings[0].severity, None);
        assert_eq!(found("{}", table(10_000_000))[0].severity, Some(Severity::Error));
        assert!(found("{}", table(99_999)).is_empty());
        assert!(found("{}", table(100_000).index(["at"])).is_empty());
        assert!(found("{}", Table::new("unknown")).is_empty(), "nobody counted its rows");
    }

    #[test]
    fn broken_and_partial_indexes_do_not_serve() {
        let table = Table::new("events").index_as("broken", ["a"], |index| index.valid = false).index_as(
            "part",
            ["a"],
            |index| index.predicate = Some("a > 1".to_owned()),
        );
        let found = found("{}", table.estimated_rows(1_000_000));
        assert_eq!(found[0].evidence[1], "index broken is invalid: PostgreSQL does not use it");
        assert_eq!(found[0].evidence[2], "index part is partial");
    }

    #[test]
    fn a_primary_key_may_not_be_enough() {
        let table = || Table::new("events").column("id", "bigint not null").primary_key(["id"]).estimated_rows(200_000);
        assert!(found("{}", table()).is_empty());
        let options = r#"{"beside_primary_key": true}"#;
        assert_eq!(
            found(options, table())[0].message,
            "Table 'events' is large and has no index beside its primary key"
        );
        assert!(found(options, table().index(["at"])).is_empty());
    }

    #[test]
    fn partitions_are_their_parents_business() {
        let schema = Snapshot::new()
            .with(Table::new("logs").kind(RelationKind::PartitionedTable))
            .with(Table::new("logs_1").partition_of("logs").estimated_rows(1_000_000))
            .with(Table::new("totals").kind(RelationKind::MaterializedView).estimated_rows(1_000_000));
        let found = found("{}", schema);
        assert_eq!(found.len(), 1);
        assert!(found[0].message.starts_with("Materialized view 'totals'"));
    }
}
