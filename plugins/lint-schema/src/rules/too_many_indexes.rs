//! `too-many-indexes`: tables that are written more than they are read, with many indexes.

use crate::partitions::stands_alone;
use confiture_sdk::{Error, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

/// Tables that are written more than they are read, with many indexes.
pub struct TooManyIndexes;

/// Options of `too-many-indexes`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// How many indexes are not too many.
    max_indexes: usize,
    /// From how many rows written since statistics were reset a table may count as written heavily; 0 asks for no
    /// statistics, and every table counts.
    min_writes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_indexes: 8, min_writes: 100_000 }
    }
}

impl Rule for TooManyIndexes {
    type Options = Options;

    const META: RuleMeta = RuleMeta {
        id: "too-many-indexes",
        summary: "Tables that are written heavily and have many indexes",
        category: "performance",
        severity: Severity::Info,
        enabled_by_default: false,
        reads: Parts::INDEXES,
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        options: &Options,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        let count = relation.indexes.len();
        if count <= options.max_indexes || !stands_alone(relation, schema) {
            return Ok(());
        }
        let (writes, scans) = (writes(relation), scans(relation));
        if options.min_writes > 0 && !writes.is_some_and(|writes| writes >= options.min_writes && writes > scans) {
            return Ok(());
        }
        let finding = report
            .finding(relation, format!("Table '{}' has {count} indexes, and each write keeps all of them", relation.name))
            .suggestion("Drop those that no query reads (idx_scan of pg_stat_user_indexes), and join those that share their first keys")
            .evidence(format!("indexes = {count}, at most {} asked for", options.max_indexes));
        if let Some(writes) = writes {
            finding.evidence(format!("rows written = {writes}, scans = {scans}"));
        }
        for index in relation.indexes.iter().filter(|index| index.scans == Some(0) && !index.unique) {
            finding.evidence(format!("{}: idx_scan = 0", index.name));
        }
        Ok(())
    }
}

/// Rows written since statistics were reset; none where nobody counted.
fn writes(relation: &Relation) -> Option<u64> {
    let sum = relation.rows_inserted?.saturating_add(relation.rows_updated?);
    Some(sum.saturating_add(relation.rows_deleted?))
}

fn scans(relation: &Relation) -> u64 {
    relation.sequential_scans.unwrap_or(0).saturating_add(relation.index_scans.unwrap_or(0))
}

const DOCUMENTATION: &str = r#"
## What it finds

Tables with more than `max_indexes` indexes, of which at least `min_writes` rows were written since statistics were reset,
and more rows than scans; with `min_writes: 0` the number of indexes alone decides.

```sql fires {"max_indexes": 2, "min_writes": 0}
CREATE TABLE reading (id bigint PRIMARY KEY, sensor int, at timestamptz, value numeric);
CREATE INDEX ON reading (sensor);
CREATE INDEX ON reading (at);
```

```sql clean
CREATE TABLE reading (id bigint PRIMARY KEY, sensor int, at timestamptz, value numeric);
CREATE INDEX ON reading (sensor, at);
```

## Why it hurts

An insert writes every index; so does an update that changes one indexed column, unless it stays on its page. Ten indexes
make a row's insert an order of magnitude more work, and all of it goes to the log and to the standbys.

## How to fix

Find those without readers, and those whose first keys another one has:

```sql
SELECT indexrelname, idx_scan, pg_size_pretty(pg_relation_size(indexrelid))
FROM pg_stat_user_indexes WHERE relname = 'reading' ORDER BY idx_scan;
```

For rows that come in the order of time, one BRIN index on the time often replaces several.

## When to allow it

For tables that are filled once and read for long, and where each index serves a query that matters.

## Without statistics

Only a database in use counts what is written: of files this rule says nothing, unless `min_writes` is 0.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Table, check};

    fn table(inserted: u64) -> Table {
        Table::new("t").index(["a"]).index(["b"]).index(["c"]).changed(|table| {
            (table.rows_inserted, table.rows_updated, table.rows_deleted) = (Some(inserted), Some(0), Some(0));
            table.sequential_scans = Some(1000);
            table.indexes[1].scans = Some(0);
        })
    }

    fn evidence(options: &str, table: Table) -> Option<Vec<String>> {
        let mut found = check(&TooManyIndexes, options, &table.into()).unwrap();
        found.pop().map(|finding| finding.evidence)
    }

    #[test]
    fn many_indexes_and_many_writes() {
        let options = r#"{"max_indexes": 2}"#;
        let told = evidence(options, table(200_000)).unwrap();
        assert_eq!(told[1..], ["rows written = 200000, scans = 1000", "t_b_idx: idx_scan = 0"]);
        assert_eq!(evidence(options, table(500)), None);
        assert_eq!(evidence("{}", table(200_000)), None);
        assert_eq!(evidence(r#"{"max_indexes": 2, "min_writes": 10}"#, table(500)), None, "read more than written");
    }

    #[test]
    fn without_statistics_the_number_decides_where_asked() {
        let table = || Table::new("t").index(["a"]).index(["b"]);
        assert_eq!(evidence(r#"{"max_indexes": 1}"#, table()), None);
        assert!(evidence(r#"{"max_indexes": 1, "min_writes": 0}"#, table()).is_some());
    }
}
