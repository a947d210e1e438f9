//! `invalid-index`: indexes that PostgreSQL keeps up and does not use.

use crate::index_shape::drop_concurrently;
use confiture_sdk::{
    Error, NoOptions, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity,
    catalog::{Index, RelationKind},
    sql,
};

/// Indexes that PostgreSQL keeps up and does not use.
pub struct InvalidIndex;

impl Rule for InvalidIndex {
    type Options = NoOptions;

    const META: RuleMeta = RuleMeta {
        id: "invalid-index",
        summary: "Indexes that are invalid, and so written but not read",
        category: "performance",
        severity: Severity::Warning,
        enabled_by_default: true,
        reads: Parts::INDEXES,
        documentation: DOCUMENTATION,
    };

    fn check_relation(&self, _: &NoOptions, relation: &Relation, _: &Schema, report: &mut Report) -> Result<(), Error> {
        for index in relation.indexes.iter().filter(|index| !index.valid) {
            let message = format!("Index '{}' on {} is invalid", index.name, relation.name);
            let finding = report.finding((relation, index), message).evidence("indisvalid = f");
            match remedy(index, relation) {
                Remedy::Attach => finding.suggestion(format!(
                    "Create it on each partition CONCURRENTLY, then: ALTER INDEX {} ATTACH PARTITION ...;",
                    sql::qualified(&relation.schema, &index.name)
                )),
                Remedy::Drop => {
                    let statement = drop_concurrently(index, relation);
                    finding.suggestion(format!("{statement};")).fix(statement)
                }
                Remedy::Rebuild => {
                    let name = sql::qualified(&relation.schema, &index.name);
                    let statement = format!("REINDEX INDEX CONCURRENTLY {name}");
                    let finding = finding.suggestion(match index.unique {
                        true => format!("Look for equal rows, which made it fail, then: {statement};"),
                        false => format!("{statement};"),
                    });
                    // Among equal rows the rebuild fails as the build did, and leaves a copy behind.
                    if index.unique { finding } else { finding.fix(statement) }
                }
            };
        }
        Ok(())
    }
}

enum Remedy {
    Attach,
    Drop,
    Rebuild,
}

/// What REINDEX CONCURRENTLY left behind is a copy, or what the copy replaced: neither is needed. A partitioned table's
/// index is valid once all partitions have one.
fn remedy(index: &Index, relation: &Relation) -> Remedy {
    let end = index.name.trim_end_matches(|digit: char| digit.is_ascii_digit());
    if relation.kind == RelationKind::PartitionedTable || relation.partition_of.is_some() && holds_no_rows(index) {
        Remedy::Attach
    } else if end.ends_with("_ccnew") || end.ends_with("_ccold") {
        Remedy::Drop
    } else {
        Remedy::Rebuild
    }
}

/// The index of a partition that is partitioned itself.
fn holds_no_rows(index: &Index) -> bool {
    index.definition.contains(" ON ONLY ")
}

const DOCUMENTATION: &str = r#"
## What it finds

Indexes that PostgreSQL marks as invalid: what a failed `CREATE INDEX CONCURRENTLY` or `REINDEX CONCURRENTLY` leaves
behind, and an index of a partitioned table that some partition does not have. One that is being built at this moment
looks the same.

```sql fires
CREATE TABLE events (id bigint, at date) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX events_at ON ONLY events (at);
```

```sql clean
CREATE TABLE events (id bigint, at date) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX events_at ON events (at);
```

## Why it hurts

Every write keeps an invalid index up to date, and no query reads it: all of its cost and none of its use. Who sees it
listed believes that the queries it was made for are fast; and a unique one does not promise that its rows are unique.

## How to fix

```sql
REINDEX INDEX CONCURRENTLY orders_customer_id_idx;
DROP INDEX CONCURRENTLY orders_customer_id_idx_ccnew;
```

An index whose name ends in `_ccnew` or `_ccold` was only in the way of a REINDEX: drop it. Of an index that was to be
unique look at what made it fail first, which is equal rows: `--fix` leaves it alone.

## When to allow it

While it is being built, or while the partitions' indexes are made one by one.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Table, check};

    fn broken(name: &str) -> Table {
        Table::new("t").index_as(name, ["a"], |index| index.valid = false)
    }

    #[test]
    fn it_is_rebuilt_without_a_lock() {
        let found = check(&InvalidIndex, "{}", &broken("By A").index(["b"]).into()).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "Index 'By A' on t is invalid");
        assert_eq!(found[0].fix, ["REINDEX INDEX CONCURRENTLY public.\"By A\""]);
    }

    #[test]
    fn a_unique_one_waits_for_its_rows() {
        let unique = Table::new("t").index_as("i", ["a"], |index| (index.valid, index.unique) = (false, true));
        let found = check(&InvalidIndex, "{}", &unique.into()).unwrap();
        assert!(found[0].fix.is_empty());
        let suggestion = found[0].suggestion.as_deref().unwrap();
        assert!(suggestion.ends_with("then: REINDEX INDEX CONCURRENTLY public.i;"), "{suggestion}");
    }

    #[test]
    fn what_a_rebuild_left_behind_is_dropped() {
        for name in ["t_a_ccnew", "t_a_ccold", "t_a_ccnew2"] {
            let found = check(&InvalidIndex, "{}", &broken(name).into()).unwrap();
            assert_eq!(found[0].fix, [format!("DROP INDEX CONCURRENTLY public.{name}")]);
        }
    }

    #[test]
    fn a_partitioned_table_waits_for_its_partitions() {
        let found = check(&InvalidIndex, "{}", &broken("i").kind(RelationKind::PartitionedTable).into()).unwrap();
        assert!(found[0].fix.is_empty());
        assert!(found[0].suggestion.as_deref().unwrap().contains("ALTER INDEX public.i ATTACH PARTITION"));
    }
}
