//! `unused-index`: indexes that no query reads.

use crate::index_shape::{constraint_of, drop_concurrently, whole_of};
use confiture_sdk::{
    Error, ObjectRef, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity,
    catalog::{Index, Overview, RelationKind},
};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Indexes that no query reads.
pub struct UnusedIndex;

/// Options of `unused-index`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// How many days statistics must have been collected for, where it is known since when they are.
    min_days: u32,
    /// How many scans the table must have seen in that time: one that nobody reads proves nothing.
    min_scans: u64,
    /// Indexes below this size, in bytes, are left alone.
    min_bytes: u64,
    /// An index with more scans than this is in use.
    max_scans: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { min_days: 30, min_scans: 1000, min_bytes: 1 << 20, max_scans: 0 }
    }
}

impl Rule for UnusedIndex {
    type Options = Options;

    const META: RuleMeta = RuleMeta {
        id: "unused-index",
        summary: "Indexes that no query has read for a long time",
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
        let overview = schema.overview();
        if !is_old_enough(overview, options) {
            report.skip_relations();
            return Ok(());
        }
        let Some(scans) = scans_of(relation) else { return Ok(()) };
        let parent = schema.parent_of(relation);
        if parent.is_none() && scans < options.min_scans {
            return Ok(());
        }
        for index in &relation.indexes {
            // Of a large schema most indexes are read, and nothing more is asked of them.
            if parent.is_none() && index.scans.is_none_or(|scans| scans > options.max_scans) {
                continue;
            }
            let part = Measured::of(index, relation, scans);
            match parent.as_ref().and_then(|parent| Some((parent, whole_of(index, parent)?))) {
                Some((parent, whole)) => report.remember(|wholes: &mut Wholes| part.add_to(whole, parent, wholes)),
                None if part.is_unused(options) => part.tell(overview, report),
                None => {}
            }
        }
        Ok(())
    }

    fn check(&self, options: &Options, schema: &Schema, report: &mut Report) -> Result<(), Error> {
        let wholes: Wholes = report.recall();
        for whole in wholes.into_values().filter(|whole| whole.is_unused(options)) {
            whole.tell(schema.overview(), report);
        }
        Ok(())
    }
}

/// Indexes of partitioned tables, by table and name, as far as their partitions were looked at.
type Wholes = BTreeMap<(String, String), Measured>;

/// An index, and what statistics say of it; of a partitioned table's, the sums over its partitions.
struct Measured {
    subject: ObjectRef,
    table: String,
    remedy: String,
    /// It works without being scanned, or nobody counts.
    works: bool,
    scans: u64,
    bytes: u64,
    scans_of_table: u64,
}

/// Where statistics were never reset, what the table has seen has to do. Those of a stored snapshot are of an unknown age.
fn is_old_enough(overview: &Overview, options: &Options) -> bool {
    match (&overview.statistics_since, overview.statistics_days) {
        (_, Some(days)) => days >= f64::from(options.min_days),
        (Some(_), None) => options.min_days == 0,
        (None, None) => true,
    }
}

/// How often the table was read, whichever way; none where nobody counted.
fn scans_of(relation: &Relation) -> Option<u64> {
    let counts = !matches!(relation.kind, RelationKind::PartitionedTable);
    relation.sequential_scans.filter(|_| counts).map(|scans| scans.saturating_add(relation.index_scans.unwrap_or(0)))
}

impl Measured {
    fn of(index: &Index, relation: &Relation, scans_of_table: u64) -> Self {
        Self {
            subject: ObjectRef::from((relation, index)),
            table: relation.name.clone(),
            remedy: format!("{};", drop_concurrently(index, relation)),
            // A unique index works at each insert; a scan counts only what queries ask of it.
            works: index.unique
                || !index.valid
                || index.scans.is_none()
                || index.bytes.is_none()
                || constraint_of(index, relation).is_some(),
            scans: index.scans.unwrap_or(0),
            bytes: index.bytes.unwrap_or(0),
            scans_of_table,
        }
    }

    /// Adds what one partition's index has seen to the index that it is a part of.
    fn add_to(self, whole: &Index, parent: &Relation, wholes: &mut Wholes) {
        let key = (format!("{}.{}", parent.schema, parent.name), whole.name.clone());
        let sum = wholes.entry(key).or_insert_with(|| Self {
            works: false,
            scans: 0,
            bytes: 0,
            ..Self::of(whole, parent, 0)
        });
        sum.works |= self.works;
        sum.scans = sum.scans.saturating_add(self.scans);
        sum.bytes = sum.bytes.saturating_add(self.bytes);
        sum.scans_of_table = sum.scans_of_table.saturating_add(self.scans_of_table);
    }

    fn is_unused(&self, options: &Options) -> bool {
        !self.works
            && self.scans <= options.max_scans
            && self.bytes >= options.min_bytes
            && self.scans_of_table >= options.min_scans
    }

    fn tell(self, overview: &Overview, report: &mut Report) {
        let message = format!("Index '{}' on {} is not used", self.subject.name, self.table);
        let finding = report
            .finding(self.subject, message)
            .suggestion(self.remedy)
            .evidence(format!("idx_scan = {}", self.scans))
            .evidence(format!("scans of the table = {}", self.scans_of_table))
            .evidence(format!("bytes = {}", self.bytes));
        match (&overview.statistics_since, overview.statistics_days) {
            (Some(since), Some(days)) => finding.evidence(format!("statistics since {since}, {days:.0} days")),
            (Some(since), None) => finding.evidence(format!("statistics since {since}")),
            _ => finding.evidence("statistics were never reset"),
        };
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Indexes that were not scanned (`idx_scan`, at most `max_scans`) since statistics were last reset, where that was at least
`min_days` ago and the table was read at least `min_scans` times since then. Unique indexes and those that a constraint
stands on work without being scanned, and are left alone; so are those below `min_bytes`. What the indexes of partitions were
scanned and hold is added up for the index of their parent that they are parts of: they cannot be dropped without it.

```sql fires {"min_days": 0, "min_scans": 0, "min_bytes": 0}
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE INDEX ON orders (note);
```

```sql clean
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE INDEX ON orders (note);
```

```sql clean {"min_days": 0, "min_scans": 0, "min_bytes": 0}
CREATE TABLE orders (id bigint PRIMARY KEY, note text UNIQUE);
```

## Why it hurts

An index that nobody reads is written by each insert and by each update that touches a column with an index; it keeps
such updates from staying on their page (HOT), and it is vacuumed, backed up and replicated.

## How to fix

Look at the standbys first: each server counts its own scans, and reports may run there. Then:

```sql
DROP INDEX CONCURRENTLY orders_note_idx;
```

It is not run by `--fix`: only you know of the report that runs once a year.

## When to allow it

For what runs rarely and must not take long: a closing of the year, deletes of a parent's row that a foreign key's index
makes cheap, an index that only a standby reads.

## Without statistics

Only a database in use counts scans: of files this rule says nothing.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{
        Finding,
        testing::{Snapshot, Table, check},
    };

    fn table(scans: u64) -> Table {
        let measured = move |index: &mut Index| (index.scans, index.bytes) = (Some(scans), Some(8 << 20));
        Table::new("t").index_as("i", ["a"], measured).changed(|table| {
            (table.sequential_scans, table.index_scans) = (Some(600), Some(600));
        })
    }

    fn found(schema: Snapshot) -> Vec<Finding> {
        check(&UnusedIndex, "{}", &schema).unwrap()
    }

    #[test]
    fn an_index_without_scans_on_a_table_that_is_read() {
        let found = found(Snapshot::from(table(0)).statistics_days(31.4));
        assert_eq!(found[0].message, "Index 'i' on t is not used");
        assert_eq!(found[0].suggestion.as_deref(), Some("DROP INDEX CONCURRENTLY public.i;"));
        assert_eq!(found[0].evidence[..2], ["idx_scan = 0", "scans of the table = 1200"]);
        assert!(found[0].fix.is_empty());
    }

    #[test]
    fn parts_of_a_partitioned_tables_index_go_with_it() {
        let parent = Table::new("p").kind(RelationKind::PartitionedTable).index_as("p_a", ["a"], |_| {});
        let part = |name: &str, scans| {
            table(scans).partition_of("p").changed(|table| {
                table.name = name.to_owned();
                table.indexes[0].name = format!("{name}_a_idx");
            })
        };
        let own = part("p3", 0).changed(|table| table.indexes[0].keys = vec!["b".to_owned()]);
        let schema = |scans| {
            let parts = [part("p1", 0), part("p2", scans), own.clone()];
            parts.into_iter().fold(Snapshot::new().with(parent.clone()), Snapshot::with)
        };
        let told = found(schema(0));
        let suggestions: Vec<_> = told.iter().filter_map(|finding| finding.suggestion.as_deref()).collect();
        assert_eq!(suggestions, ["DROP INDEX CONCURRENTLY public.p3_a_idx;", "DROP INDEX public.p_a;"]);
        assert_eq!(told[1].message, "Index 'p_a' on p is not used");
        assert_eq!(told[1].evidence[1..3], ["scans of the table = 2400", "bytes = 16777216"]);
        assert_eq!(found(schema(1)).len(), 1, "one partition's is read");
    }

    #[test]
    fn young_statistics_prove_nothing() {
        assert!(found(Snapshot::from(table(0)).statistics_days(29.0)).is_empty());
        assert_eq!(found(Snapshot::from(table(0))).len(), 1, "never reset");
    }

    #[test]
    fn what_works_or_is_read_or_small_stays() {
        assert!(found(table(1).into()).is_empty());
        assert!(found(table(0).changed(|table| table.indexes[0].unique = true).into()).is_empty());
        assert!(found(table(0).changed(|table| table.indexes[0].bytes = Some(8192)).into()).is_empty());
        assert!(found(table(0).changed(|table| table.sequential_scans = Some(3)).into()).is_empty());
        assert!(found(table(0).changed(|table| table.sequential_scans = None).into()).is_empty());
    }
}
