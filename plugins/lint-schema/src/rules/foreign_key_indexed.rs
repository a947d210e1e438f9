//! `foreign-key-indexed`: foreign keys whose own columns no index finds.

pub(super) mod covering;

use confiture_sdk::{
    Error, NoOptions, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity,
    catalog::{Constraint, Index, RelationKind},
    sql,
};
use covering::covers;

/// Foreign keys whose own columns no index finds.
pub struct ForeignKeyIndexed;

impl Rule for ForeignKeyIndexed {
    type Options = NoOptions;

    const META: RuleMeta = RuleMeta {
        id: "foreign-key-indexed",
        summary: "Foreign keys whose columns are not indexed",
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
        let parent = schema.parent_of(relation);
        let mut seen: Vec<Vec<&String>> = Vec::new();
        for key in relation.foreign_keys() {
            let inherited = parent.as_ref().is_some_and(|parent| has_same_key(parent, key));
            // Two keys on the same columns need one index.
            let mut columns: Vec<_> = key.columns.iter().collect();
            columns.sort();
            if inherited || key.columns.is_empty() || seen.contains(&columns) {
                continue;
            }
            seen.push(columns);
            let (valid, broken): (Vec<_>, Vec<_>) =
                relation.indexes.iter().filter(|index| covers(index, &key.columns)).partition(|index| index.valid);
            if valid.is_empty() {
                tell(relation, key, broken.first().copied(), report);
            }
        }
        Ok(())
    }
}

/// A partition's keys that its parent has too are the parent's business, and so is their index.
fn has_same_key(parent: &Relation, key: &Constraint) -> bool {
    parent.foreign_keys().any(|theirs| theirs.columns == key.columns && theirs.references == key.references)
}

/// A table of fewer rows is read whole in no time.
const SMALL: u64 = 1_000;

fn tell(relation: &Relation, key: &Constraint, broken: Option<&Index>, report: &mut Report) {
    let message = format!("Foreign key on {}({}) is not indexed", relation.name, key.columns.join(", "));
    let finding = report.finding((relation, key), message);
    finding.evidence(format!("{}: {}", key.name, key.definition));
    if let Some(rows) = relation.estimated_rows {
        finding.evidence(format!("reltuples = {rows}"));
        if rows < SMALL {
            finding.severity(Severity::Info);
        }
    }
    let table = relation.sql_name();
    let columns = sql::identifiers(&key.columns);
    // PostgreSQL builds no index CONCURRENTLY on a partitioned table, so nothing that locks little would repair that.
    let partitioned = relation.kind == RelationKind::PartitionedTable;
    match broken {
        Some(index) if !partitioned => {
            let index_name = sql::qualified(&relation.schema, &index.name);
            finding
                .evidence(format!("index {} is invalid: PostgreSQL does not use it", index.name))
                .suggestion(format!("REINDEX INDEX {index_name};"))
                .fix(format!("REINDEX INDEX CONCURRENTLY {index_name}"));
        }
        _ => {
            finding.suggestion(format!("CREATE INDEX ON {table} ({columns});"));
            if !partitioned {
                finding.fix(format!("CREATE INDEX CONCURRENTLY ON {table} ({columns})"));
            }
        }
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Foreign keys whose columns are not the leading columns, in any order, of a valid index over all rows. An index on
`(tenant_id, customer_id)` serves a key on those two and one on `tenant_id`, not one on `customer_id`. An index that
leaves out only nulls serves, because a null refers to nothing. Keys that a partition has from its parent are reported
for the parent.

```sql fires
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers);
```

```sql fires
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers, paid boolean);
CREATE INDEX ON orders (customer_id) WHERE NOT paid;
```

```sql clean
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers);
CREATE INDEX ON orders (customer_id);
```

```sql clean
CREATE TABLE customers (tenant_id bigint, id bigint, PRIMARY KEY (tenant_id, id));
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    tenant_id bigint,
    customer_id bigint,
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
);
CREATE INDEX ON orders (customer_id, tenant_id);
```

## Why it hurts

PostgreSQL indexes the column that is referred to, not the one that refers. Each delete of a customer, and each change
of its key, then reads the whole of `orders` to see whether a row still refers to it, while it holds its locks; and a
join from customers to their orders does the same.

## How to fix

```sql
CREATE INDEX CONCURRENTLY ON orders (customer_id);
```

On a partitioned table create the index on each partition CONCURRENTLY, then on the parent, which takes them over.

## When to allow it

Where the referenced rows are never deleted and their keys never change, and no query goes from them to the referring
rows: a table of countries, say.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{
        Finding, ObjectKind,
        testing::{Snapshot, Table, check},
    };

    fn orders() -> Table {
        Table::new("orders").column("customer_id", "bigint").foreign_key(["customer_id"], "customers", ["id"])
    }

    fn found(schema: impl Into<Snapshot>) -> Vec<Finding> {
        check(&ForeignKeyIndexed, "{}", &schema.into()).unwrap()
    }

    #[test]
    fn a_key_without_an_index_is_reported_with_its_repair() {
        let found = found(orders().estimated_rows(5_200_000));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "Foreign key on orders(customer_id) is not indexed");
        assert_eq!(found[0].subject.kind, ObjectKind::Constraint);
        assert_eq!(found[0].subject.to_string(), "public.orders.orders_customer_id_fkey");
        assert_eq!(found[0].suggestion.as_deref(), Some("CREATE INDEX ON public.orders (customer_id);"));
        assert_eq!(found[0].fix, ["CREATE INDEX CONCURRENTLY ON public.orders (customer_id)"]);
        assert_eq!(found[0].evidence[1], "reltuples = 5200000");
    }

    #[test]
    fn an_index_on_its_columns_is_enough() {
        assert!(found(orders().index(["customer_id"])).is_empty());
        assert!(found(orders().index(["customer_id", "id"])).is_empty());
        assert!(found(orders().primary_key(["customer_id"])).is_empty());
        assert_eq!(found(orders().index(["id", "customer_id"])).len(), 1);
    }

    #[test]
    fn a_composite_key_needs_all_its_columns_in_front() {
        let table = || Table::new("o").foreign_key(["tenant_id", "Customer"], "c", ["tenant_id", "id"]);
        assert!(found(table().index(["Customer", "tenant_id"])).is_empty());
        let found = found(table().index(["tenant_id"]));
        assert_eq!(found[0].message, "Foreign key on o(tenant_id, Customer) is not indexed");
        assert_eq!(found[0].suggestion.as_deref(), Some("CREATE INDEX ON public.o (tenant_id, \"Customer\");"));
    }

    #[test]
    fn an_invalid_index_is_rebuilt() {
        let found = found(orders().index_as("By Customer", ["customer_id"], |index| index.valid = false));
        assert_eq!(found[0].fix, ["REINDEX INDEX CONCURRENTLY public.\"By Customer\""]);
        assert_eq!(found[0].evidence[1], "index By Customer is invalid: PostgreSQL does not use it");
    }

    #[test]
    fn two_keys_on_the_same_columns_need_one_index() {
        let found = found(orders().foreign_key(["customer_id"], "people", ["id"]));
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn a_partition_answers_for_keys_of_its_own() {
        let partition = Table::new("orders_1")
            .partition_of("orders")
            .foreign_key(["customer_id"], "customers", ["id"])
            .foreign_key(["shop_id"], "shops", ["id"]);
        let schema = Snapshot::new().with(orders().kind(RelationKind::PartitionedTable)).with(partition);
        let found = found(schema);
        let messages: Vec<_> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            ["Foreign key on orders(customer_id) is not indexed", "Foreign key on orders_1(shop_id) is not indexed"]
        );
        assert!(found[0].fix.is_empty(), "no index is built concurrently on a partitioned table");
    }
}
