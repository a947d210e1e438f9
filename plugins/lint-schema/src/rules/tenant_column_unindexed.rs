//! `tenant-column-unindexed`: tables in which a tenant's rows are found by reading everybody's.

use crate::{partitions::stands_alone, tenancy::Tenancy};
use confiture_sdk::{
    Error, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity,
    catalog::{Index, RelationKind},
    sql,
};

/// Tables in which a tenant's rows are found by reading everybody's.
pub struct TenantColumnUnindexed;

/// A table with fewer rows is read whole anyway.
const FEW: u64 = 1000;

impl Rule for TenantColumnUnindexed {
    type Options = Tenancy;

    const META: RuleMeta = RuleMeta {
        id: "tenant-column-unindexed",
        summary: "Tenant columns that lead no index",
        category: "multi-tenant",
        severity: Severity::Warning,
        enabled_by_default: false,
        reads: Parts::COLUMNS.and(Parts::INDEXES),
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        options: &Tenancy,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        let Some(column) = options.column(relation)? else { return Ok(()) };
        let is_found = relation.indexes.iter().any(|index| finds_tenant(index, &column.name));
        if is_found || !stands_alone(relation, schema) {
            return Ok(());
        }
        let message = format!("Column '{}' of table '{}' leads no index", column.name, relation.name);
        let finding = report.finding((relation, column), message);
        let (table, name) = (relation.sql_name(), sql::identifier(&column.name));
        finding.suggestion(format!("CREATE INDEX ON {table} ({name});"));
        if relation.kind != RelationKind::PartitionedTable {
            finding.fix(format!("CREATE INDEX CONCURRENTLY ON {table} ({name})"));
        }
        if let Some(rows) = relation.estimated_rows {
            finding.evidence(format!("reltuples = {rows}"));
            if rows < FEW {
                finding.severity(Severity::Info);
            }
        }
        Ok(())
    }
}

/// Whether all rows of a tenant are found by an index: it is its first key, and no row is missing.
fn finds_tenant(index: &Index, column: &str) -> bool {
    let finds_by_equality = !matches!(index.method.as_str(), "brin" | "gin");
    let leads = index.keys.first().is_some_and(|key| key == column || *key == sql::identifier(column));
    let holds_all = index.predicate.as_ref().is_none_or(|predicate| {
        predicate.trim_matches(['(', ')']) == format!("{} IS NOT NULL", sql::identifier(column))
    });
    index.valid && finds_by_equality && leads && holds_all
}

const DOCUMENTATION: &str = r#"
## What it finds

Tables with a tenant column, `tenant_id` unless `tenant_column` names another, that is the first key of no valid index over
all rows. Where the table is known to have fewer than a thousand rows, the finding is an info. Partitions are judged by
their parent.

```sql fires
CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, code text, UNIQUE (code, tenant_id));
```

```sql clean
CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, code text, UNIQUE (tenant_id, code));
```

## Why it hurts

Nearly every query of a multi-tenant program asks for one tenant's rows, and row security adds that condition to the rest.
Without an index each of them reads the rows of all tenants, and gets slower with each new customer.

## How to fix

```sql
CREATE INDEX CONCURRENTLY ON orders (tenant_id);
```

An index that goes on with the column that such queries sort or compare by serves more of them: `(tenant_id, created_at)`.

## When to allow it

For tables that stay small, and for those that are only read by their primary key.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{
        Finding,
        testing::{Table, check},
    };

    fn table() -> Table {
        Table::new("t").column("tenant_id", "bigint not null").column("code", "text")
    }

    fn found(table: Table) -> Vec<Finding> {
        check(&TenantColumnUnindexed, "{}", &table.into()).unwrap()
    }

    #[test]
    fn it_has_to_lead() {
        assert!(found(table().index(["tenant_id"])).is_empty());
        assert!(found(table().unique(["tenant_id", "code"])).is_empty());
        let found = found(table().unique(["code", "tenant_id"]));
        assert_eq!(found[0].message, "Column 'tenant_id' of table 't' leads no index");
        assert_eq!(found[0].fix, ["CREATE INDEX CONCURRENTLY ON public.t (tenant_id)"]);
    }

    #[test]
    fn an_index_that_misses_rows_does_not_count() {
        let partial = |predicate: &str| {
            let predicate = Some(predicate.to_owned());
            found(table().index_as("i", ["tenant_id"], |index| index.predicate = predicate)).len()
        };
        assert_eq!((partial("(code IS NULL)"), partial("(tenant_id IS NOT NULL)")), (1, 0));
        assert_eq!(found(table().index_as("i", ["tenant_id"], |index| index.valid = false)).len(), 1);
        assert_eq!(found(table().index_as("i", ["tenant_id"], |index| index.method = "brin".to_owned())).len(), 1);
    }

    #[test]
    fn a_small_table_is_an_info() {
        assert_eq!(found(table().estimated_rows(12))[0].severity, Some(Severity::Info));
        assert_eq!(found(table().estimated_rows(12_000_000))[0].severity, None);
    }
}
