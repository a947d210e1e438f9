//! `redundant-index`: indexes whose work a longer one does as well.

use crate::{
    index_shape::{carries, constraint_of, drop_concurrently, leads, same_rows},
    partitions::stands_alone,
};
use confiture_sdk::{Error, NoOptions, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity, catalog::Index};

/// Indexes whose work a longer one does as well.
pub struct RedundantIndex;

/// Below this many bytes an index is no burden.
const SMALL: u64 = 1 << 20;

impl Rule for RedundantIndex {
    type Options = NoOptions;

    const META: RuleMeta = RuleMeta {
        id: "redundant-index",
        summary: "Indexes whose keys are the first ones of a longer index",
        category: "performance",
        severity: Severity::Warning,
        enabled_by_default: false,
        reads: Parts::CONSTRAINTS.and(Parts::INDEXES),
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        _: &NoOptions,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        if relation.indexes.len() < 2 || !stands_alone(relation, schema) {
            return Ok(());
        }
        for index in relation.indexes.iter().filter(|index| is_plain(index, relation)) {
            if let Some(longer) = relation.indexes.iter().find(|longer| serves_for(longer, index)) {
                tell(relation, index, longer, report);
            }
        }
        Ok(())
    }
}

/// Only a B-tree finds rows by its first keys; what keeps rows apart does more than find them.
fn is_plain(index: &Index, relation: &Relation) -> bool {
    index.valid && index.method == "btree" && !index.unique && constraint_of(index, relation).is_none()
}

fn serves_for(longer: &Index, index: &Index) -> bool {
    let is_longer = longer.keys.len() > index.keys.len()
        || longer.keys.len() == index.keys.len() && longer.included.len() > index.included.len();
    longer.valid && is_longer && same_rows(longer, index) && leads(index, longer) && carries(longer, index)
}

fn tell(relation: &Relation, index: &Index, longer: &Index, report: &mut Report) {
    let message = format!("Index '{}' on {} does nothing that '{}' does not", index.name, relation.name, longer.name);
    let finding = report
        .finding((relation, index), message)
        .suggestion(format!("{};", drop_concurrently(index, relation)))
        .evidence(index.definition.clone())
        .evidence(longer.definition.clone());
    if let Some(bytes) = index.bytes {
        finding.evidence(format!("bytes = {bytes}"));
        if bytes < SMALL {
            finding.severity(Severity::Info);
        }
    }
    if let Some(scans) = index.scans {
        finding.evidence(format!("idx_scan = {scans}"));
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

B-tree indexes whose keys are the first keys of a longer B-tree index of the same table, with the same operator classes,
collations, order and condition, and whose included columns the longer one has too. Unique indexes and those that a
constraint stands on are left alone, and so is an index with a condition beside one without: it is smaller. Where the
index is known to be below 1 MB, the finding is an info.

```sql fires
CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint, created_at timestamptz);
CREATE INDEX ON orders (tenant_id);
CREATE INDEX ON orders (tenant_id, created_at);
```

```sql clean
CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint, code text, created_at timestamptz);
CREATE INDEX ON orders (tenant_id, created_at);
CREATE INDEX ON orders (created_at);
CREATE INDEX ON orders (code);
CREATE INDEX ON orders (code text_pattern_ops, tenant_id);
CREATE INDEX ON orders (tenant_id) WHERE code IS NULL;
```

## Why it hurts

Every insert writes both. A query that gives the first keys finds its rows by the longer index as well.

## How to fix

```sql
DROP INDEX CONCURRENTLY orders_tenant_id_idx;
```

Look at `idx_scan` of `pg_stat_user_indexes` afterwards: the longer one takes over.

## When to allow it

Where the short index is much smaller and is read all the time: its pages stay in memory, those of a long one may not. An
index on one column also packs equal values together where a longer one cannot.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Table, check};

    fn table() -> Table {
        Table::new("t").column("a", "text").column("b", "text")
    }

    fn names(table: Table) -> Vec<String> {
        let found = check(&RedundantIndex, "{}", &table.into()).unwrap();
        found.into_iter().map(|finding| finding.subject.name).collect()
    }

    #[test]
    fn the_first_keys_of_a_longer_index() {
        assert_eq!(names(table().index(["a"]).index(["a", "b"])), ["t_a_idx"]);
        assert_eq!(names(table().index(["a"]).primary_key(["a", "b"])), ["t_a_idx"]);
        assert!(names(table().index(["b"]).index(["a", "b"])).is_empty());
        assert!(names(table().unique(["a"]).index(["a", "b"])).is_empty());
        assert!(names(table().index(["a"]).index_as("i", ["a", "b"], |index| index.valid = false)).is_empty());
    }

    #[test]
    fn what_differs_is_not_redundant() {
        type Change = fn(&mut Index);
        let differences: [Change; 4] = [
            |index| index.predicate = Some("(b IS NULL)".to_owned()),
            |index| index.key_options = vec!["DESC".to_owned()],
            |index| index.method = "hash".to_owned(),
            |index| index.included = vec!["c".to_owned()],
        ];
        for difference in differences {
            assert!(names(table().index_as("i", ["a"], difference).index(["a", "b"])).is_empty());
        }
    }

    #[test]
    fn included_columns_count() {
        let carrying = |index: &mut Index| index.included = vec!["b".to_owned()];
        assert_eq!(names(table().index_as("i", ["a"], carrying).index(["a", "b"])), ["i"]);
        assert_eq!(names(table().index_as("i", ["a"], carrying).index(["a"])), ["t_a_idx"]);
    }

    #[test]
    fn a_small_one_is_no_burden() {
        let sized = |bytes| table().index_as("i", ["a"], move |index| index.bytes = Some(bytes)).index(["a", "b"]);
        let severity = |bytes| check(&RedundantIndex, "{}", &sized(bytes).into()).unwrap()[0].severity;
        assert_eq!((severity(8192), severity(1 << 30)), (Some(Severity::Info), None));
    }
}
