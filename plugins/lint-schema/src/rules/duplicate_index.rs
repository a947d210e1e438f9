//! `duplicate-index`: indexes that hold what another one holds.

use crate::{
    index_shape::{constraint_of, drop_concurrently, same_rows},
    partitions::stands_alone,
};
use confiture_sdk::{Error, NoOptions, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity, catalog::Index, sql};

/// Indexes that hold what another one holds.
pub struct DuplicateIndex;

impl Rule for DuplicateIndex {
    type Options = NoOptions;

    const META: RuleMeta = RuleMeta {
        id: "duplicate-index",
        summary: "Indexes that another index of the table repeats",
        category: "performance",
        severity: Severity::Warning,
        enabled_by_default: true,
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
        // The one to keep comes first: what keeps a constraint, then what keeps rows apart, then the shorter name.
        let mut indexes: Vec<&Index> = relation.indexes.iter().filter(|index| index.valid).collect();
        indexes.sort_by_key(|index| {
            let constraint = constraint_of(index, relation);
            (!index.primary, constraint.is_none(), !index.unique, index.name.len(), &index.name)
        });
        for (at, index) in indexes.iter().enumerate() {
            if let Some(kept) = indexes[..at].iter().find(|kept| repeats(index, kept, relation)) {
                tell(relation, index, kept, report);
            }
        }
        Ok(())
    }
}

/// Whether an index does nothing that the other one does not do.
fn repeats(index: &Index, kept: &Index, relation: &Relation) -> bool {
    let same_keys = index.keys == kept.keys && index.key_options == kept.key_options;
    let same_included = index.included.len() == kept.included.len()
        && index.included.iter().all(|column| kept.included.contains(column));
    same_rows(index, kept) && same_keys && same_included && (!index.unique || as_unique(index, kept, relation))
}

/// A unique index repeats one that keeps the same rows apart at the same time.
fn as_unique(index: &Index, kept: &Index, relation: &Relation) -> bool {
    let deferrable = |index| constraint_of(index, relation).is_some_and(|constraint| constraint.deferrable);
    kept.unique && index.nulls_not_distinct == kept.nulls_not_distinct && deferrable(index) == deferrable(kept)
}

fn tell(relation: &Relation, index: &Index, kept: &Index, report: &mut Report) {
    let message = format!("Index '{}' on {} repeats '{}'", index.name, relation.name, kept.name);
    let suggestion = match constraint_of(index, relation) {
        Some(constraint) => {
            format!("ALTER TABLE {} DROP CONSTRAINT {};", relation.sql_name(), sql::identifier(&constraint.name))
        }
        None => format!("{};", drop_concurrently(index, relation)),
    };
    report
        .finding((relation, index), message)
        .suggestion(suggestion)
        .evidence(index.definition.clone())
        .evidence(kept.definition.clone());
}

const DOCUMENTATION: &str = r#"
## What it finds

Valid indexes of one table with the same method, the same keys in the same order, the same operator classes, collations,
condition and included columns. Of two, the one is kept that a constraint stands on, then the unique one, then the one
with the shorter name. A unique index repeats no plain one, and an invalid one repeats nothing. Indexes of partitions are
judged by their parent.

```sql fires
CREATE TABLE customers (id bigint PRIMARY KEY, email text);
CREATE INDEX customers_email ON customers (email);
CREATE INDEX customers_by_email ON customers (email);
```

```sql fires
CREATE TABLE customers (id bigint PRIMARY KEY, email text UNIQUE);
CREATE INDEX ON customers (email);
```

```sql clean
CREATE TABLE customers (id bigint PRIMARY KEY, email text, left_at date);
CREATE INDEX ON customers (email);
CREATE INDEX ON customers (email text_pattern_ops);
CREATE INDEX ON customers (email) WHERE left_at IS NULL;
CREATE UNIQUE INDEX ON customers (lower(email));
```

## Why it hurts

Each insert, each delete and most updates write both; both take room on disk, in memory and in every backup. No query is
faster for the second.

## How to fix

```sql
DROP INDEX CONCURRENTLY customers_by_email;
```

It is not run by `--fix`: the index may be the table's replica identity, or be named by a tool.

## When to allow it

While one replaces the other: built CONCURRENTLY beside a bloated one that is dropped afterwards.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{
        Finding,
        testing::{Snapshot, Table, check},
    };

    fn table() -> Table {
        Table::new("t").column("a", "text").column("b", "text")
    }

    fn found(schema: impl Into<Snapshot>) -> Vec<Finding> {
        check(&DuplicateIndex, "{}", &schema.into()).unwrap()
    }

    fn names(table: Table) -> Vec<String> {
        found(table).into_iter().map(|finding| finding.subject.name).collect()
    }

    #[test]
    fn the_longer_name_goes() {
        let found = found(table().index_as("t_a", ["a"], |_| {}).index_as("A_dup", ["a"], |_| {}));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "Index 'A_dup' on t repeats 't_a'");
        assert_eq!(found[0].suggestion.as_deref(), Some("DROP INDEX CONCURRENTLY public.\"A_dup\";"));
        assert!(found[0].fix.is_empty());
        assert_eq!(found[0].evidence.len(), 2);
    }

    #[test]
    fn what_keeps_a_constraint_stays() {
        assert_eq!(names(table().unique(["a"]).index_as("i", ["a"], |_| {})), ["i"]);
        assert_eq!(names(table().primary_key(["a"]).unique(["a"])), ["t_a_key"]);
        let constraints = found(table().primary_key(["a"]).unique(["a"]));
        assert_eq!(constraints[0].suggestion.as_deref(), Some("ALTER TABLE public.t DROP CONSTRAINT t_a_key;"));
    }

    #[test]
    fn a_difference_makes_both_worth_having() {
        type Change = fn(&mut Index);
        let differences: [Change; 6] = [
            |index| index.method = "hash".to_owned(),
            |index| index.predicate = Some("(b IS NULL)".to_owned()),
            |index| index.key_options = vec!["text_pattern_ops".to_owned()],
            |index| index.included = vec!["b".to_owned()],
            |index| index.keys = vec!["lower(a)".to_owned()],
            |index| index.valid = false,
        ];
        for difference in differences {
            assert!(names(table().index_as("i", ["a"], |_| {}).index_as("j", ["a"], difference)).is_empty());
        }
        let distinct = table().unique(["a"]).index_as("j", ["a"], |index| {
            (index.unique, index.nulls_not_distinct) = (true, true);
        });
        assert!(names(distinct).is_empty());
        assert!(names(table().index(["a", "b"]).index(["b", "a"])).is_empty());
    }

    #[test]
    fn a_deferrable_constraint_does_not_replace_an_immediate_one() {
        let deferrable = table().unique(["a"]).changed(|table| table.constraints[0].deferrable = true);
        assert!(names(deferrable.clone().index_as("j", ["a"], |index| index.unique = true)).is_empty());
        assert_eq!(names(deferrable.index_as("j", ["a"], |_| {})), ["j"]);
    }

    #[test]
    fn three_of_a_kind_are_two_findings() {
        let three = table().index_as("i", ["a"], |_| {}).index_as("j", ["a"], |_| {}).index_as("k", ["a"], |_| {});
        assert_eq!(names(three), ["j", "k"]);
    }
}
