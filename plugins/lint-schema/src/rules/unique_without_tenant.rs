//! `unique-without-tenant`: values that are unique across all tenants.

use crate::{index_shape::constraint_of, partitions::stands_alone, tenancy::Tenancy};
use confiture_sdk::{
    Error, ObjectRef, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity,
    catalog::{Column, Index},
    sql,
};

/// Values that are unique across all tenants.
pub struct UniqueWithoutTenant;

impl Rule for UniqueWithoutTenant {
    type Options = Tenancy;

    const META: RuleMeta = RuleMeta {
        id: "unique-without-tenant",
        summary: "Unique constraints and indexes of tenants' tables that leave the tenant column out",
        category: "multi-tenant",
        severity: Severity::Warning,
        enabled_by_default: false,
        reads: Parts::COLUMNS.and(Parts::CONSTRAINTS).and(Parts::INDEXES),
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        options: &Tenancy,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        if options.column(relation)?.is_none() || !stands_alone(relation, schema) {
            return Ok(());
        }
        // One row a tenant: the table of the tenants themselves.
        if relation.primary_key().is_some_and(|key| *key.columns == [options.tenant_column.clone()]) {
            return Ok(());
        }
        for index in relation.indexes.iter().filter(|index| index.unique && !index.primary) {
            if !names(index, &options.tenant_column) && !is_unique_anyway(index, relation) {
                tell(options, relation, index, report);
            }
        }
        Ok(())
    }
}

/// Whether a column, or an expression of it, is among the keys.
fn names(index: &Index, column: &str) -> bool {
    let quoted = sql::identifier(column);
    let is_word = |char: char| char.is_alphanumeric() || char == '_' || char == '"';
    index.keys.iter().any(|key| key == column || key.split(|char| !is_word(char)).any(|word| word == quoted))
}

/// Values that no tenant chooses cannot collide: numbers of a sequence, UUIDs, and whatever stands beside them.
fn is_unique_anyway(index: &Index, relation: &Relation) -> bool {
    let of_key = relation.primary_key().is_some_and(|key| key.columns.iter().all(|column| index.keys.contains(column)));
    of_key || index.keys.iter().filter_map(|key| relation.column(key)).any(is_made_by_the_database)
}

fn is_made_by_the_database(column: &Column) -> bool {
    let default = column.default_expression.as_deref().unwrap_or_default();
    column.identity || column.type_name == "uuid" || default.contains("nextval(")
}

fn tell(options: &Tenancy, relation: &Relation, index: &Index, report: &mut Report) {
    let constraint = constraint_of(index, relation);
    let (subject, noun) = match constraint {
        Some(constraint) => (ObjectRef::from((relation, constraint)), "constraint"),
        None => (ObjectRef::from((relation, index)), "index"),
    };
    let (tenant, keys) = (&options.tenant_column, index.keys.join(", "));
    let message = format!("Unique {noun} '{}' on {}({keys}) leaves '{tenant}' out", index.name, relation.name);
    let columns = sql::identifiers(std::iter::once(tenant).chain(&index.keys));
    let table = relation.sql_name();
    let suggestion = match constraint {
        Some(_) => format!("ALTER TABLE {table} ADD UNIQUE ({columns});"),
        None => format!("CREATE UNIQUE INDEX CONCURRENTLY ON {table} ({}, {keys});", sql::identifier(tenant)),
    };
    report.finding(subject, message).suggestion(suggestion).evidence(index.definition.clone());
}

const DOCUMENTATION: &str = r#"
## What it finds

Unique constraints and unique indexes of tables with a tenant column, `tenant_id` unless `tenant_column` names another, that
do not hold it. Primary keys are left alone, and so is what cannot collide: columns of type uuid, identity columns, defaults
from a sequence, and keys that hold the whole primary key. A table whose primary key is the tenant is that of the tenants.

```sql fires
CREATE TABLE products (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, code text UNIQUE);
```

```sql clean
CREATE TABLE products (
    id bigint PRIMARY KEY,
    tenant_id bigint NOT NULL,
    code text,
    public_id uuid UNIQUE,
    UNIQUE (tenant_id, code)
);
```

## Why it hurts

The second tenant who wants the product code `A-1` cannot have it, and learns from the error that another one does. What is
unique for all ties tenants together, and stands in the way when they are to be spread over several databases.

## How to fix

```sql
CREATE UNIQUE INDEX CONCURRENTLY products_tenant_code ON products (tenant_id, code);
ALTER TABLE products ADD UNIQUE USING INDEX products_tenant_code;
ALTER TABLE products DROP CONSTRAINT products_code_key;
```

## When to allow it

For what is one for all tenants: a host name, an e-mail address that people log in with.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{
        Finding, ObjectKind,
        testing::{Table, check},
    };

    fn table() -> Table {
        let table = Table::new("t").column("id", "bigint not null").column("tenant_id", "bigint not null");
        table.column("code", "text").primary_key(["id"])
    }

    fn found(table: Table) -> Vec<Finding> {
        check(&UniqueWithoutTenant, "{}", &table.into()).unwrap()
    }

    #[test]
    fn constraints_and_indexes_without_the_tenant() {
        let found = found(table().index_as("I", ["lower(code)"], |index| index.unique = true).unique(["code"]));
        assert_eq!(found[0].message, "Unique index 'I' on t(lower(code)) leaves 'tenant_id' out");
        assert_eq!(
            found[0].suggestion.as_deref(),
            Some("CREATE UNIQUE INDEX CONCURRENTLY ON public.t (tenant_id, lower(code));")
        );
        assert_eq!((found[0].subject.kind, found[1].subject.kind), (ObjectKind::Index, ObjectKind::Constraint));
        assert_eq!(found[1].suggestion.as_deref(), Some("ALTER TABLE public.t ADD UNIQUE (tenant_id, code);"));
    }

    #[test]
    fn what_holds_the_tenant_or_cannot_collide_is_clean() {
        assert!(found(table().unique(["tenant_id", "code"])).is_empty());
        assert!(found(table().unique(["code", "tenant_id"])).is_empty());
        assert!(found(table().unique(["id", "code"])).is_empty());
        assert!(found(table().column("uid", "uuid").unique(["uid"])).is_empty());
        let expression = |index: &mut Index| index.unique = true;
        assert!(found(table().index_as("i", ["COALESCE(tenant_id, 0)", "code"], expression)).is_empty());
        assert!(found(Table::new("t").column("code", "text").unique(["code"])).is_empty());
        let tenants = Table::new("tenants").column("tenant_id", "bigint not null").primary_key(["tenant_id"]);
        assert!(found(tenants.column("name", "text").unique(["name"])).is_empty());
    }
}
