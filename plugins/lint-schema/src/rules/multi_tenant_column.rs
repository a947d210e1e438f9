//! `multi-tenant-column`: tables that do not say whose rows they hold.

use crate::missing_column::Required;
use confiture_sdk::{Error, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

/// Tables that do not say whose rows they hold.
pub struct MultiTenantColumn;

/// Options of `multi-tenant-column`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The column that says whose a row is.
    required_column: String,
    /// Its type, for the suggestion.
    column_type: String,
    /// The table of the tenants, which needs no such column itself, and which the suggestion refers to.
    tenant_table: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { required_column: "tenant_id".to_owned(), column_type: "uuid".to_owned(), tenant_table: None }
    }
}

impl Rule for MultiTenantColumn {
    type Options = Options;

    const META: RuleMeta = RuleMeta {
        id: "multi-tenant-column",
        summary: "Tables without the column that says whose a row is",
        category: "multi-tenant",
        severity: Severity::Error,
        enabled_by_default: false,
        reads: Parts::COLUMNS,
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        options: &Options,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        if options.required_column.is_empty() {
            return Err(Error::option("/required_column", "the name of a column"));
        }
        let references = options.tenant_table.as_deref();
        Required { name: &options.required_column, type_name: &options.column_type, references }
            .check(relation, schema, report);
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Tables without the column that says which tenant a row belongs to: `tenant_id`, unless `required_column` names another.
The table of the tenants itself, where `tenant_table` names it, is left alone. Partitions are judged by their parent.

```sql fires
CREATE TABLE customers (id uuid PRIMARY KEY, name text);
```

```sql clean {"tenant_table": "tenants"}
CREATE TABLE tenants (id uuid PRIMARY KEY);
CREATE TABLE customers (id uuid PRIMARY KEY, tenant_id uuid NOT NULL REFERENCES tenants);
```

## Why it hurts

A row that does not say whose it is cannot be hidden from the others: row security has nothing to compare, and one
forgotten join shows a customer's data to another.

## How to fix

Add the column, fill it, then forbid nulls:

```sql
ALTER TABLE customers ADD COLUMN tenant_id uuid REFERENCES tenants;
UPDATE customers SET tenant_id = '018f6b1e-0000-7000-8000-000000000001';
ALTER TABLE customers ALTER COLUMN tenant_id SET NOT NULL;
```

## When to allow it

For tables that all tenants share: currencies, countries, configuration of the system, its audit log.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{
        catalog::RelationKind,
        testing::{Snapshot, Table, check},
    };

    #[test]
    fn the_column_to_add_is_suggested() {
        let schema = Snapshot::new()
            .with(Table::new("customers").column("id", "uuid"))
            .with(Table::new("orders").column("tenant_id", "uuid not null"))
            .with(Table::new("report").kind(RelationKind::View));
        let findings = check(&MultiTenantColumn, "{}", &schema).unwrap();
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].message, "Table 'customers' is missing 'tenant_id'");
        assert_eq!(
            findings[0].suggestion.as_deref(),
            Some(
                "ALTER TABLE public.customers ADD COLUMN tenant_id uuid; then fill it, and ALTER TABLE public.customers \
                 ALTER COLUMN tenant_id SET NOT NULL;"
            )
        );
    }

    #[test]
    fn another_column_and_a_table_of_tenants() {
        let options = r#"{"required_column": "Org", "column_type": "bigint", "tenant_table": "public.Orgs"}"#;
        let schema = Snapshot::new().with(Table::new("Orgs")).with(Table::new("orders").column("tenant_id", "uuid"));
        let findings = check(&MultiTenantColumn, options, &schema).unwrap();
        assert_eq!(findings.len(), 1);
        assert_eq!(
            findings[0].suggestion.as_deref(),
            Some(
                "ALTER TABLE public.orders ADD COLUMN \"Org\" bigint REFERENCES public.\"Orgs\"; then fill it, and ALTER \
                 TABLE public.orders ALTER COLUMN \"Org\" SET NOT NULL;"
            )
        );
    }

    #[test]
    fn a_wrong_type_of_option_is_pointed_at() {
        let error = check(&MultiTenantColumn, r#"{"required_column": 3}"#, &Snapshot::new()).unwrap_err();
        assert_eq!(error, Error::option("/required_column", "a string"));
    }
}
