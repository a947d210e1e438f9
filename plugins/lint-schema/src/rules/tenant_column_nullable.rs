//! `tenant-column-nullable`: rows that may belong to nobody.

use crate::{partitions::stands_alone, tenancy::Tenancy};
use confiture_sdk::{Error, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity, sql};

/// Rows that may belong to nobody.
pub struct TenantColumnNullable;

impl Rule for TenantColumnNullable {
    type Options = Tenancy;

    const META: RuleMeta = RuleMeta {
        id: "tenant-column-nullable",
        summary: "Tenant columns that may be null",
        category: "multi-tenant",
        severity: Severity::Error,
        enabled_by_default: false,
        reads: Parts::COLUMNS,
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        options: &Tenancy,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        let Some(column) = options.column(relation)?.filter(|column| column.nullable) else { return Ok(()) };
        if !stands_alone(relation, schema) {
            return Ok(());
        }
        let message = format!("Column '{}' of table '{}' may be null", column.name, relation.name);
        let finding = report.finding((relation, column), message).suggestion(format!(
            "ALTER TABLE {} ALTER COLUMN {} SET NOT NULL;",
            relation.sql_name(),
            sql::identifier(&column.name)
        ));
        if let Some(rows) = relation.estimated_rows {
            finding.evidence(format!("reltuples = {rows}"));
        }
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Tables whose tenant column, `tenant_id` unless `tenant_column` names another, may be null. Partitions are judged by their
parent.

```sql fires
CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint);
```

```sql clean
CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint NOT NULL);
CREATE TABLE currencies (code text PRIMARY KEY);
```

## Why it hurts

A row without a tenant is nobody's: a policy that compares hides it from everyone, a query that forgets to compare shows
it to everyone. And a foreign key on `(tenant_id, customer_id)` is not checked where one of the two is null.

## How to fix

On a large table without a long lock, in two steps:

```sql
ALTER TABLE orders ADD CONSTRAINT orders_tenant CHECK (tenant_id IS NOT NULL) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_tenant;
ALTER TABLE orders ALTER COLUMN tenant_id SET NOT NULL;
ALTER TABLE orders DROP CONSTRAINT orders_tenant;
```

## When to allow it

Where a null has a meaning that everything agrees on: rows that all tenants share, beside those of each.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, Table, check};

    #[test]
    fn a_column_that_may_be_null() {
        let schema = Snapshot::new()
            .with(Table::new("a").column("tenant_id", "bigint").estimated_rows(12))
            .with(Table::new("b").column("tenant_id", "bigint not null"))
            .with(Table::new("c").column("Org", "bigint"))
            .with(Table::new("d").view(["public.a"]).column("tenant_id", "bigint"));
        let found = check(&TenantColumnNullable, "{}", &schema).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "Column 'tenant_id' of table 'a' may be null");
        assert_eq!(found[0].evidence, ["reltuples = 12"]);
        let found = check(&TenantColumnNullable, r#"{"tenant_column": "Org"}"#, &schema).unwrap();
        assert_eq!(found[0].suggestion.as_deref(), Some("ALTER TABLE public.c ALTER COLUMN \"Org\" SET NOT NULL;"));
        assert!(check(&TenantColumnNullable, r#"{"tenant_column": ""}"#, &schema).is_err());
    }
}
