//! `row-security-missing`: tables of tenants' rows that the database does not keep apart.

use crate::{partitions::stands_alone, tenancy::Tenancy};
use confiture_sdk::{Error, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity};

/// Tables of tenants' rows that the database does not keep apart.
pub struct RowSecurityMissing;

impl Rule for RowSecurityMissing {
    type Options = Tenancy;

    const META: RuleMeta = RuleMeta {
        id: "row-security-missing",
        summary: "Tables of tenants' rows without row level security",
        category: "security",
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
        let has_tenant = options.column(relation)?.is_some();
        if has_tenant && !relation.row_security && stands_alone(relation, schema) {
            let tenant = &options.tenant_column;
            report
                .finding(relation, format!("Table '{}' has '{tenant}' and no row level security", relation.name))
                .suggestion(format!(
                    "ALTER TABLE {} ENABLE ROW LEVEL SECURITY; and a policy that compares {tenant} with the session's tenant",
                    relation.sql_name()
                ))
                .evidence("relrowsecurity = f");
        }
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Tables with a tenant column, `tenant_id` unless `tenant_column` names another, for which row level security is not enabled.
Partitions are judged by their parent, by which they are read.

```sql fires
CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint NOT NULL);
```

```sql clean
CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint NOT NULL);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON orders USING (tenant_id = current_setting('app.tenant_id')::bigint);
```

## Why it hurts

Then only the program keeps one customer's rows from another, in every query that it will ever send. One forgotten condition
is a breach; with row security it is an empty answer.

## How to fix

Both in one transaction, because without a policy nobody but the owner sees a row:

```sql
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON orders USING (tenant_id = current_setting('app.tenant_id')::bigint);
```

The program must not log in as the owner of the tables, unless row security is forced: owners see everything.

## When to allow it

For read models that are rebuilt by a job and reached through a view that filters, and where each tenant has a database.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, Table, check};

    #[test]
    fn tables_with_a_tenant_and_without_row_security() {
        let table = |name| Table::new(name).column("tenant_id", "bigint not null");
        let schema = Snapshot::new()
            .with(table("Orders"))
            .with(table("secured").row_security())
            .with(table("orders_1").partition_of("Orders"))
            .with(table("report").view(["public.Orders"]))
            .with(Table::new("currencies"));
        let found = check(&RowSecurityMissing, "{}", &schema).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "Table 'Orders' has 'tenant_id' and no row level security");
        assert!(found[0].suggestion.as_deref().unwrap().starts_with("ALTER TABLE public.\"Orders\" ENABLE ROW"));
    }
}
