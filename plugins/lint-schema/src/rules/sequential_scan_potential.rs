//! `sequential-scan-potential`: tables that queries read whole, and columns that make them do so.

mod reading;
mod references;

use crate::partitions::stands_alone;
use confiture_sdk::{Error, ObjectRef, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity};
use reading::Reading;
use references::References;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Tables that queries read whole, and columns that make them do so.
pub struct SequentialScanPotential;

/// Options of `sequential-scan-potential`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// From how many rows on reading a table whole is worth a word, by PostgreSQL's own estimate.
    min_rows: u64,
    /// From how many such scans on, since the statistics were last reset.
    min_scans: u64,
    /// From which part of all scans on, from 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    share: f64,
    /// Whether columns that are called like a reference and are in no index are reported too.
    columns: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { min_rows: 10_000, min_scans: 1_000, share: 0.5, columns: true }
    }
}

/// What is told once all relations were seen.
#[derive(Default)]
struct Seen {
    /// What the partitions of each were read.
    parents: BTreeMap<ObjectRef, Reading>,
    references: References,
}

impl Options {
    fn tell(&self, reading: Reading, schema: &Schema, report: &mut Report) {
        if reading.is_mostly_sequential(self.min_rows, self.min_scans, self.share) {
            reading.tell(schema.overview().statistics_since.as_deref(), report);
        }
    }
}

impl Rule for SequentialScanPotential {
    type Options = Options;

    const META: RuleMeta = RuleMeta {
        id: "sequential-scan-potential",
        summary: "Tables that are read whole, and reference columns that no index finds",
        category: "performance",
        severity: Severity::Warning,
        enabled_by_default: false,
        reads: Parts::COLUMNS.and(Parts::CONSTRAINTS).and(Parts::INDEXES),
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        options: &Options,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        if !(0.0..=1.0).contains(&options.share) {
            return Err(Error::option("/share", "a number from 0 to 1"));
        }
        if let Some(reading) = Reading::of(relation) {
            match schema.parent_of(relation) {
                Some(parent) => report.remember(|seen: &mut Seen| reading.add_to(&parent, &mut seen.parents)),
                None => options.tell(reading, schema, report),
            }
        }
        if options.columns && stands_alone(relation, schema) {
            report.remember(|seen: &mut Seen| seen.references.look_at(relation, options.min_rows));
        }
        Ok(())
    }

    fn check(&self, options: &Options, schema: &Schema, report: &mut Report) -> Result<(), Error> {
        let Seen { parents, references } = report.recall();
        for (_, reading) in parents {
            options.tell(reading, schema, report);
        }
        references.tell(report);
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Two things:

- By the statistics of a database in use, tables of at least `min_rows` rows (10,000) that queries have read whole at least
  `min_scans` times (1,000), if that was at least `share` (0.5) of all scans. Below 100,000 rows it is an information. What
  partitions were read is added up for their parent.
- Columns that are called after a table, `user_id` where there is a table `users`, have the type of its primary key, and are
  part of no index, but where the table is known to be small. An information where nobody knows how many rows it has.
  Columns of foreign keys are `foreign-key-indexed`'s. `columns: false` leaves these out.

```sql fires
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE audit_log (id bigint PRIMARY KEY, user_id bigint, what text);
```

```sql clean
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE audit_log (id bigint PRIMARY KEY, tenant_id bigint, user_id bigint, what text);
CREATE INDEX ON audit_log (tenant_id, user_id);
```

```sql clean {"columns": false}
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE audit_log (id bigint PRIMARY KEY, user_id bigint, what text);
```

## Why it hurts

A query that no index serves reads every row of the table, takes longer with each row that is added, and pushes out of
memory what other queries need. On a small table nobody notices; that is why it is found late.

## How to fix

Find the queries, in `pg_stat_statements` or with `auto_explain`, and index what they look for:

```sql
CREATE INDEX CONCURRENTLY ON audit_log (user_id);
```

## When to allow it

For tables that are meant to be read whole: reports over everything, small lists that are joined in memory; and columns that
are only ever shown, never looked for.

## Without statistics

Only a database in use counts how its tables are read, and how large they are: of files this rule tells of columns alone.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{
        Finding,
        catalog::RelationKind,
        testing::{Snapshot, Table, check},
    };

    fn scanned(table: Table, rows: u64, sequential: u64, index: u64) -> Table {
        table.estimated_rows(rows).changed(|table| {
            table.sequential_scans = Some(sequential);
            table.index_scans = Some(index);
        })
    }

    fn found(options: &str, schema: impl Into<Snapshot>) -> Vec<Finding> {
        check(&SequentialScanPotential, options, &schema.into()).unwrap()
    }

    #[test]
    fn a_large_table_that_is_mostly_read_whole() {
        let findings = found("{}", scanned(Table::new("events"), 2_000_000, 5_000, 1_000));
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].message, "Table 'events' was read whole in 5000 of 6000 scans");
        assert_eq!(findings[0].evidence[..2], ["reltuples = 2000000", "seq_scan = 5000, idx_scan = 1000"]);
        assert_eq!(findings[0].severity, None);
        let small = found("{}", scanned(Table::new("events"), 20_000, 5_000, 0));
        assert_eq!(small[0].severity, Some(Severity::Info));
    }

    #[test]
    fn small_seldom_and_indexed_tables_are_left_alone() {
        for (rows, sequential, index) in [(9_999, 5_000, 0), (1_000_000, 999, 0), (1_000_000, 5_000, 5_001)] {
            assert!(found("{}", scanned(Table::new("events"), rows, sequential, index)).is_empty());
        }
        assert!(found("{}", Table::new("events").estimated_rows(1_000_000)).is_empty(), "no statistics");
        let options = r#"{"min_rows": 10, "min_scans": 5, "share": 0.1}"#;
        assert_eq!(found(options, scanned(Table::new("events"), 10, 5, 45)).len(), 1);
    }

    #[test]
    fn partitions_add_up_for_their_parent() {
        let schema = Snapshot::new()
            .with(Table::new("logs").kind(RelationKind::PartitionedTable))
            .with(scanned(Table::new("logs_1").partition_of("logs"), 90_000, 600, 10))
            .with(scanned(Table::new("logs_2").partition_of("logs"), 90_000, 600, 10));
        let found = found("{}", schema);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "Table 'logs' was read whole in 1200 of 1220 scans");
        assert_eq!(found[0].evidence[0], "reltuples = 180000");
    }

    fn users() -> Snapshot {
        Snapshot::new().with(Table::new("users").column("id", "bigint not null").primary_key(["id"]))
    }

    #[test]
    fn a_column_called_after_a_table_could_be_indexed() {
        let log = || Table::new("audit_log").column("user_id", "bigint");
        let findings = found("{}", users().with(log()));
        assert_eq!(findings[0].message, "Column 'user_id' in table 'audit_log' could be indexed");
        assert_eq!(findings[0].evidence, ["it is called after users, whose primary key is bigint"]);
        assert_eq!(findings[0].severity, Some(Severity::Info));
        assert_eq!(findings[0].suggestion.as_deref(), Some("CREATE INDEX ON public.audit_log (user_id);"));
        assert_eq!(found("{}", users().with(log().estimated_rows(50_000)))[0].severity, None);
        assert!(found("{}", users().with(log().estimated_rows(50))).is_empty());
        assert!(found(r#"{"columns": false}"#, users().with(log())).is_empty());
    }

    #[test]
    fn other_columns_are_left_alone() {
        let log = || Table::new("audit_log");
        let indexed = log().column("user_id", "bigint").index(["at", "user_id"]);
        let reference = log().column("user_id", "bigint").foreign_key(["user_id"], "users", ["id"]);
        let others = log().column("user_id", "text").column("session_id", "bigint").column("_id", "bigint");
        for table in [indexed, reference, others] {
            assert!(found("{}", users().with(table)).is_empty());
        }
    }

    #[test]
    fn a_share_is_a_part_of_one() {
        let error = check(&SequentialScanPotential, r#"{"share": 50}"#, &users()).unwrap_err();
        assert_eq!(error, Error::option("/share", "a number from 0 to 1"));
    }
}
