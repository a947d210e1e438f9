//! `implicit-cast`: foreign keys and joins of views between columns of different types.

mod joins;
mod keys;
mod types;

use crate::partitions::stands_alone;
use confiture_sdk::{Error, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity, catalog::RelationKind};
use joins::Joins;
use keys::Keys;
use schemars::JsonSchema;
use serde::Deserialize;
use types::Types;

/// Foreign keys and joins of views between columns of different types.
pub struct ImplicitCast;

/// Options of `implicit-cast`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Whether foreign keys are looked at.
    foreign_keys: bool,
    /// Whether joins of views are looked at.
    views: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { foreign_keys: true, views: true }
    }
}

/// What is to be compared.
#[derive(Default)]
struct Seen {
    keys: Keys,
    joins: Vec<Joins>,
}

impl Rule for ImplicitCast {
    type Options = Options;

    const META: RuleMeta = RuleMeta {
        id: "implicit-cast",
        summary: "Foreign keys and joins of views between columns of different types",
        category: "security",
        severity: Severity::Warning,
        enabled_by_default: false,
        reads: Parts::COLUMNS.and(Parts::CONSTRAINTS).and(Parts::DEFINITION),
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        options: &Options,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        if options.foreign_keys && stands_alone(relation, schema) {
            report.remember(|seen: &mut Seen| seen.keys.look_at(relation));
        }
        if options.views && matches!(relation.kind, RelationKind::View | RelationKind::MaterializedView) {
            report.remember(|seen: &mut Seen| seen.joins.extend(Joins::of(relation)));
        }
        Ok(())
    }

    fn check(&self, _: &Options, schema: &Schema, report: &mut Report) -> Result<(), Error> {
        let mut types = Types::new(schema);
        let Seen { keys, joins } = report.recall();
        keys.tell(&mut types, report);
        for joins in joins {
            joins.tell(&mut types, report);
        }
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Columns of different types that have to be equal: in a foreign key, the column and the one that it refers to; in a view, two
columns that it compares with `=`. A foreign key that is wider than its key, `bigint` to `integer`, is an information. Types
that PostgreSQL compares as they are, `text` and `varchar` in keys, and the integers in views, are the same; a domain is what
is under it. The options `foreign_keys` and `views` leave one of the two out. Joins with USING are not looked at.

```sql fires
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id integer REFERENCES customers);
```

```sql fires
CREATE TABLE customers (id uuid PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer text);
CREATE VIEW orders_of_customers AS SELECT o.id FROM orders o JOIN customers c ON o.customer = c.id::text;
```

```sql fires
CREATE TABLE prices (code numeric);
CREATE TABLE items (code integer);
CREATE VIEW priced AS SELECT items.code FROM items, prices WHERE items.code = prices.code;
```

```sql clean
CREATE DOMAIN customer_id AS bigint;
CREATE TABLE customers (id bigint PRIMARY KEY, code varchar(10) UNIQUE);
CREATE TABLE orders (id bigint PRIMARY KEY, customer customer_id REFERENCES customers, code text REFERENCES customers (code));
CREATE VIEW orders_of_customers AS SELECT o.id FROM orders o JOIN customers c ON o.customer = c.id;
```

```sql clean {"views": false}
CREATE TABLE customers (id uuid PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer text);
CREATE VIEW orders_of_customers AS SELECT o.id FROM orders o JOIN customers c ON o.customer = c.id::text;
```

## Why it hurts

An `integer` that refers to a `bigint` works until the key passes 2,147,483,647: from then on no row can refer to new rows.
Between other types PostgreSQL casts each value before it compares, finds nothing by the index on the column that it casts,
and compares by rules that nobody chose: `numeric` and `double precision` may call two numbers equal that are not.

## How to fix

Give both the same type. Changing one rewrites its table under an ACCESS EXCLUSIVE lock: on a large one add a column, fill it
in batches, and swap.

```sql
ALTER TABLE orders ALTER COLUMN customer_id TYPE bigint;
```

## When to allow it

For columns that another program fills with what is a reference and something else at once, and for small tables on their way
out.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{
        Finding,
        testing::{Snapshot, Table, check},
    };

    fn found(schema: &Snapshot) -> Vec<Finding> {
        check(&ImplicitCast, "{}", schema).unwrap()
    }

    fn keys(own: &str, key: &str) -> Vec<Finding> {
        let customers = Table::new("customers").column("id", &format!("{key} not null")).primary_key(["id"]);
        let orders = Table::new("orders").column("customer_id", own).foreign_key(["customer_id"], "customers", ["id"]);
        found(&Snapshot::new().with(customers).with(orders.estimated_rows(7)))
    }

    #[test]
    fn a_key_that_runs_out_before_the_one_it_refers_to() {
        let found = keys("integer", "bigint");
        assert_eq!(found[0].message, "Foreign key orders(customer_id) is integer, and customers(id) is bigint");
        assert_eq!(found[0].subject.name, "orders_customer_id_fkey");
        assert_eq!(
            found[0].suggestion.as_deref(),
            Some("ALTER TABLE public.orders ALTER COLUMN customer_id TYPE bigint;")
        );
        assert_eq!(found[0].evidence, ["orders.customer_id is integer", "customers.id is bigint", "reltuples = 7"]);
        assert_eq!((found[0].severity, keys("bigint", "integer")[0].severity), (None, Some(Severity::Info)));
    }

    #[test]
    fn types_that_compare_as_they_are() {
        for (own, key) in [
            ("bigint", "bigint"),
            ("text", "character varying(20)"),
            ("numeric(10,2)", "numeric"),
            ("timestamp(3) without time zone", "timestamp without time zone"),
        ] {
            assert!(keys(own, key).is_empty(), "{own} {key}");
        }
        for (own, key) in [("numeric", "bigint"), ("character(5)", "text"), ("text", "uuid")] {
            assert_eq!(keys(own, key).len(), 1, "{own} {key}");
        }
    }

    #[test]
    fn each_column_of_a_composite_key_counts() {
        let parent =
            Table::new("b").column("t", "uuid not null").column("i", "bigint not null").primary_key(["t", "i"]);
        let child = Table::new("a").column("t", "uuid").column("i", "integer").foreign_key(["t", "i"], "b", ["t", "i"]);
        let found = found(&Snapshot::new().with(parent).with(child));
        assert_eq!(found[0].message, "Foreign key a(i) is integer, and b(i) is bigint");
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn a_key_out_of_the_schema_is_not_judged() {
        let orders = Table::new("orders").column("c", "integer").foreign_key(["c"], "gone.customers", ["id"]);
        assert!(found(&Snapshot::from(orders)).is_empty());
    }

    fn view(definition: &str) -> Vec<Finding> {
        let view = Table::new("v").kind(RelationKind::View).changed(|view| {
            view.definition = Some(definition.to_owned());
            view.depends_on = vec!["public.o".to_owned(), "public.c".to_owned()];
        });
        let orders = Table::new("o").column("c", "text").column("n", "integer").column("Id", "uuid");
        let customers = Table::new("c").column("id", "uuid").column("n", "bigint").column("c", "numeric");
        found(&Snapshot::new().with(view).with(orders).with(customers))
    }

    #[test]
    fn views_that_compare_different_types() {
        let found = view(" SELECT 1\n   FROM (public.o\n     JOIN public.c x ON ((o.c = (x.id)::text)))");
        assert_eq!(found[0].message, "View 'v' compares o.c, which is text, with c.id, which is uuid");
        assert_eq!(found[0].evidence, ["o.c = (x.id)::text"]);
        let found = view(" SELECT 1\n   FROM public.o,\n    public.c\n  WHERE ((o.n)::numeric = c.c)");
        assert_eq!(found[0].evidence, ["(o.n)::numeric = c.c"]);
    }

    #[test]
    fn views_that_compare_the_same() {
        for definition in [
            " SELECT 1\n   FROM (public.o\n     JOIN public.c ON ((o.\"Id\" = c.id)))",
            " SELECT 1\n   FROM (public.o\n     JOIN public.c ON ((o.n = c.n)))",
            " SELECT 1\n   FROM public.o WHERE (o.c = 'x'::text)",
            " SELECT 1\n   FROM (public.o x\n     JOIN (SELECT x.id FROM public.c x) y ON ((x.c = y.id)))",
        ] {
            assert!(view(definition).is_empty(), "{definition}");
        }
    }
}
