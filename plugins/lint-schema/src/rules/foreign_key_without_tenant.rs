//! `foreign-key-without-tenant`: foreign keys by which a tenant's row may refer to another tenant's.

use crate::{partitions::stands_alone, tenancy::Tenancy};
use confiture_sdk::{
    Error, ObjectRef, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity,
    catalog::{Constraint, ForeignKeyTarget},
    sql,
};
use std::collections::HashSet;

/// Foreign keys by which a tenant's row may refer to another tenant's.
pub struct ForeignKeyWithoutTenant;

/// Keys that leave the tenant out, and the tables where that matters: which are which is known after all were seen.
#[derive(Default)]
struct Seen {
    tables: HashSet<(String, String)>,
    keys: Vec<Key>,
}

struct Key {
    subject: ObjectRef,
    columns: Vec<String>,
    target: ForeignKeyTarget,
    definition: String,
}

impl Rule for ForeignKeyWithoutTenant {
    type Options = Tenancy;

    const META: RuleMeta = RuleMeta {
        id: "foreign-key-without-tenant",
        summary: "Foreign keys between tables of tenants that leave the tenant column out",
        category: "multi-tenant",
        severity: Severity::Error,
        enabled_by_default: false,
        reads: Parts::COLUMNS.and(Parts::CONSTRAINTS),
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        options: &Tenancy,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        if options.column(relation)?.is_none() || !relation.is_table() {
            return Ok(());
        }
        let keys: Vec<Key> = if stands_alone(relation, schema) {
            relation.foreign_keys().filter_map(|key| without_tenant(key, relation, &options.tenant_column)).collect()
        } else {
            Vec::new()
        };
        report.remember(|seen: &mut Seen| {
            seen.tables.insert((relation.schema.clone(), relation.name.clone()));
            seen.keys.extend(keys);
        });
        Ok(())
    }

    fn check(&self, options: &Tenancy, _: &Schema, report: &mut Report) -> Result<(), Error> {
        let Seen { tables, keys } = report.recall();
        for key in keys.into_iter().filter(|key| tables.contains(&key.target_table())) {
            let columns = with_tenant(options, &key.columns);
            let target_columns = with_tenant(options, &key.target.columns);
            let target = sql::qualified(&key.target.schema, &key.target.table);
            let (schema, table) = (key.subject.schema.as_deref(), key.subject.parent.as_deref());
            let (schema, table) = (schema.unwrap_or_default(), table.unwrap_or_default());
            let message =
                format!("Foreign key on {table}({}) leaves '{}' out", key.columns.join(", "), options.tenant_column);
            report
                .finding(&key.subject, message)
                .suggestion(format!(
                    "ALTER TABLE {} ADD FOREIGN KEY ({columns}) REFERENCES {target} ({target_columns});",
                    sql::qualified(schema, table)
                ))
                .evidence(format!("{}: {}", key.subject.name, key.definition))
                .evidence(format!("both tables have the column {}", options.tenant_column));
        }
        Ok(())
    }
}

impl Key {
    fn target_table(&self) -> (String, String) {
        (self.target.schema.clone(), self.target.table.clone())
    }
}

/// The key, unless it compares the tenant of the one row with the tenant of the other.
fn without_tenant(key: &Constraint, relation: &Relation, tenant: &str) -> Option<Key> {
    let target = key.references.clone()?;
    let mut pairs = key.columns.iter().zip(&target.columns);
    if pairs.any(|(column, referred)| column == tenant && referred == tenant) {
        return None;
    }
    Some(Key {
        subject: ObjectRef::from((relation, key)),
        columns: key.columns.clone(),
        target,
        definition: key.definition.clone(),
    })
}

/// The columns of a key with the tenant in front.
fn with_tenant(options: &Tenancy, columns: &[String]) -> String {
    sql::identifiers(std::iter::once(&options.tenant_column).chain(columns))
}

const DOCUMENTATION: &str = r#"
## What it finds

Foreign keys from one table with a tenant column to another, or to itself, that do not hold the tenant column on both sides:
`tenant_id`, unless `tenant_column` names another. Keys to tables that all tenants share, and to the tenants' own table, are
left alone.

```sql fires
CREATE TABLE customers (id bigint PRIMARY KEY, tenant_id bigint NOT NULL);
CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, customer_id bigint REFERENCES customers);
```

```sql clean
CREATE TABLE currencies (code text PRIMARY KEY);
CREATE TABLE customers (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, UNIQUE (tenant_id, id));
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    tenant_id bigint NOT NULL,
    currency text REFERENCES currencies,
    customer_id bigint,
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
);
```

## Why it hurts

Nothing keeps an order of one tenant from naming a customer of another. A wrong id in a request is enough, row security does
not stop it (the check of a foreign key sees all rows), and every join from there shows one customer's data to the other.

## How to fix

Give the target a unique key that starts with the tenant, and refer to that:

```sql
ALTER TABLE customers ADD UNIQUE (tenant_id, id);
ALTER TABLE orders ADD FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_tenant_id_customer_id_fkey;
ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey;
```

## When to allow it

Where a row may refer to another tenant's on purpose: a transfer between two of them, a template that one publishes.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, Table, check};

    fn tenants(name: &str) -> Table {
        Table::new(name).column("id", "bigint not null").column("tenant_id", "bigint not null")
    }

    #[test]
    fn only_keys_between_tables_of_tenants_count() {
        let schema = Snapshot::new()
            .with(Table::new("currencies").column("code", "text not null"))
            .with(tenants("customers").foreign_key(["parent_id"], "customers", ["id"]))
            .with(tenants("z.orders").foreign_key(["customer_id"], "customers", ["id"]))
            .with(tenants("b").foreign_key(["tenant_id", "customer_id"], "customers", ["tenant_id", "id"]))
            .with(tenants("c").foreign_key(["code"], "currencies", ["code"]))
            .with(Table::new("d").foreign_key(["customer_id"], "customers", ["id"]));
        let found = check(&ForeignKeyWithoutTenant, "{}", &schema).unwrap();
        let messages: Vec<_> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "Foreign key on customers(parent_id) leaves 'tenant_id' out",
                "Foreign key on orders(customer_id) leaves 'tenant_id' out"
            ]
        );
        assert_eq!(
            found[1].suggestion.as_deref(),
            Some(
                "ALTER TABLE z.orders ADD FOREIGN KEY (tenant_id, customer_id) REFERENCES public.customers (tenant_id, id);"
            )
        );
    }

    #[test]
    fn the_tenant_has_to_meet_the_tenant() {
        let crossed = tenants("b").foreign_key(["tenant_id", "id"], "customers", ["id", "tenant_id"]);
        let schema = Snapshot::new().with(tenants("customers")).with(crossed);
        assert_eq!(check(&ForeignKeyWithoutTenant, "{}", &schema).unwrap().len(), 1);
    }
}
