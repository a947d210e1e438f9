//! `read-model-derivation`: read models that are not derived from what they should be.

mod models;
mod walk;

use crate::pattern::Pattern;
use confiture_sdk::{Error, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity};
use models::Models;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Read models that are not derived from what they should be.
pub struct ReadModelDerivation;

/// Options of `read-model-derivation`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// What each read model is derived from: tables and views, with or without their schema.
    read_model_sources: BTreeMap<String, Vec<String>>,
    /// Regular expressions for names of read models: each is a view, or stands in `read_model_sources`.
    read_models: Vec<Pattern>,
    /// Regular expressions for names that read models may be derived from, beside other read models; all where it is empty.
    write_models: Vec<Pattern>,
}

impl Rule for ReadModelDerivation {
    type Options = Options;

    const META: RuleMeta = RuleMeta {
        id: "read-model-derivation",
        summary: "Read models that are not derived from what they should be",
        category: "design",
        severity: Severity::Error,
        enabled_by_default: false,
        reads: Parts::CONSTRAINTS,
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        options: &Options,
        relation: &Relation,
        _: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        if options.read_model_sources.is_empty() && options.read_models.is_empty() {
            report.skip_relations();
        } else {
            report.remember(|models: &mut Models| models.look_at(relation, options));
        }
        Ok(())
    }

    fn check(&self, options: &Options, _: &Schema, report: &mut Report) -> Result<(), Error> {
        let models: Models = report.recall();
        walk::Walk { models: &models, options }.tell(report);
        Ok(())
    }
}

impl Options {
    /// What a relation is declared to be derived from.
    fn declared(&self, schema: &str, name: &str) -> Option<&[String]> {
        let own = self.read_model_sources.get(&format!("{schema}.{name}"));
        own.or_else(|| self.read_model_sources.get(name)).map(Vec::as_slice)
    }

    fn is_read_model(&self, schema: &str, name: &str) -> bool {
        self.declared(schema, name).is_some() || self.read_models.iter().any(|pattern| pattern.matches(name))
    }

    fn may_be_source(&self, schema: &str, name: &str) -> bool {
        self.write_models.is_empty()
            || self.write_models.iter().any(|pattern| pattern.matches(name))
            || self.is_read_model(schema, name)
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Where reads and writes have tables of their own (CQRS), what contradicts the derivations that the configuration declares:

- a read model or a source in `read_model_sources` that does not exist
- a view that does not read, itself or through other views and read models, what it is declared to be derived from, or that
  reads something else
- a name that `read_models` says is a read model, and that is neither a view nor declared: nobody knows what to rebuild it from
- a source that is neither a read model nor what `write_models` says is one of the write side
- read models that are derived from each other in a circle
- a foreign key from the write side to a read model, which then cannot be emptied and built again

Of a read model that is a table, what fills it cannot be seen: the declaration stands for it. Names may have their schema in
front; without it, a relation of that name in any schema is meant. Without `read_model_sources` and `read_models` it finds
nothing.

```sql fires {"read_models": ["^r_"]}
CREATE TABLE w_orders (id bigint PRIMARY KEY);
CREATE TABLE r_order_totals (id bigint PRIMARY KEY, total numeric);
```

```sql fires {"read_model_sources": {"r_order_totals": ["w_orders", "w_customers"]}}
CREATE TABLE w_orders (id bigint PRIMARY KEY, total numeric);
CREATE TABLE w_customers (id bigint PRIMARY KEY);
CREATE VIEW r_order_totals AS SELECT sum(total) FROM w_orders;
```

```sql fires {"read_model_sources": {"r_order_totals": ["w_orders"]}}
CREATE TABLE r_order_totals (id bigint PRIMARY KEY);
CREATE TABLE w_orders (id bigint PRIMARY KEY, totals_id bigint REFERENCES r_order_totals);
```

```sql clean {"read_models": ["^r_"], "write_models": ["^w_"], "read_model_sources": {"r_order_totals": ["w_orders"]}}
CREATE TABLE w_orders (id bigint PRIMARY KEY, total numeric);
CREATE TABLE r_order_totals (id bigint PRIMARY KEY, total numeric);
CREATE VIEW r_grand_total AS SELECT sum(total) FROM r_order_totals;
```

## Why it hurts

A read model is worth what can be rebuilt: after a mistake it is emptied and made again from the write side. One that nobody
can derive is data like any other, without the constraints of the write side; one that a foreign key of the write side holds
on to cannot be emptied; and a view that reads more than is declared is not rebuilt when that changes.

## How to fix

Declare the derivation, and let the view read exactly that:

```yaml
linting:
  rules:
    read-model-derivation:
      read_models: ["^r_"]
      write_models: ["^w_"]
      read_model_sources:
        r_order_totals: [w_orders]
```

## When to allow it

For tables of the read side that are filled from outside the database.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{
        ObjectKind,
        catalog::RelationKind,
        testing::{Snapshot, Table, check},
    };

    fn view(name: &str, reads: &[&str]) -> Table {
        let reads = reads.iter().map(|name| format!("public.{name}")).collect();
        Table::new(name).kind(RelationKind::View).changed(|view| view.depends_on = reads)
    }

    fn write_side() -> Snapshot {
        Snapshot::new().with(Table::new("w_orders")).with(Table::new("w_customers"))
    }

    fn messages(options: &str, schema: &Snapshot) -> Vec<String> {
        check(&ReadModelDerivation, options, schema).unwrap().into_iter().map(|finding| finding.message).collect()
    }

    const CLV: &str = r#"{"read_model_sources": {"r_clv": ["w_orders", "w_customers"]}}"#;

    #[test]
    fn a_view_reads_what_is_declared() {
        let good = write_side().with(view("r_clv", &["w_customers", "w_orders"]));
        assert!(messages(CLV, &good).is_empty());
        let through = write_side().with(view("v", &["w_customers"])).with(view("r_clv", &["v", "w_orders"]));
        assert!(messages(CLV, &through).is_empty());
        let less = write_side().with(view("r_clv", &["w_orders"]));
        assert_eq!(
            messages(CLV, &less),
            ["Read model 'r_clv' does not read 'w_customers', which it is declared to be derived from"]
        );
        let more = write_side()
            .with(Table::new("w_x"))
            .with(view("v", &["w_x"]))
            .with(view("r_clv", &["w_customers", "w_orders", "v"]));
        assert_eq!(messages(CLV, &more), ["Read model 'r_clv' reads 'w_x', which its derivation does not name"]);
    }

    #[test]
    fn a_table_is_derived_as_it_is_declared() {
        assert!(messages(CLV, &write_side().with(Table::new("r_clv"))).is_empty());
        let found = check(&ReadModelDerivation, CLV, &Table::new("r_clv").into()).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(
            found[0].message,
            "Read model 'r_clv' is declared to be derived from 'w_orders', which does not exist"
        );
    }

    #[test]
    fn a_declared_read_model_exists() {
        let found = check(&ReadModelDerivation, CLV, &write_side()).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "Read model 'r_clv' is declared, and does not exist");
        assert_eq!(found[0].subject.kind, ObjectKind::Other);
    }

    #[test]
    fn names_of_read_models_are_views_or_declared() {
        let options = r#"{"read_models": ["^r_"], "read_model_sources": {"public.r_known": ["w_orders"]}}"#;
        let schema = write_side()
            .with(Table::new("r_known"))
            .with(Table::new("r_new"))
            .with(view("r_view", &["w_orders"]))
            .with(view("r_constant", &[]));
        assert_eq!(
            messages(options, &schema),
            [
                "Read model 'r_constant' reads no table",
                "Read model 'r_new' is no view, and nothing declares what it is derived from",
            ]
        );
    }

    #[test]
    fn a_read_model_may_be_made_from_another() {
        let options = r#"{"read_models": ["^r_"], "write_models": ["^w_"], "read_model_sources":
            {"r_a": ["w_orders"], "r_b": ["r_a"], "r_sum": ["w_orders"]}}"#;
        let schema = write_side().with(Table::new("r_a")).with(Table::new("r_b")).with(view("r_sum", &["r_b"]));
        assert!(messages(options, &schema).is_empty());
    }

    #[test]
    fn what_is_derived_comes_from_the_write_side() {
        let options = r#"{"read_models": ["^r_"], "write_models": ["^w_"], "read_model_sources": {"r_a": ["audit"]}}"#;
        let schema =
            write_side().with(Table::new("audit")).with(Table::new("r_a")).with(view("r_v", &["audit", "w_orders"]));
        assert_eq!(
            messages(options, &schema),
            [
                "Read model 'r_a' is derived from 'audit', which is no write model",
                "Read model 'r_v' is derived from 'audit', which is no write model",
            ]
        );
    }

    #[test]
    fn a_circle_is_told_once() {
        let options = r#"{"read_model_sources": {"r_a": ["r_b"], "r_b": ["r_c"], "r_c": ["r_a"]}}"#;
        let schema = Snapshot::new().with(Table::new("r_a")).with(Table::new("r_b")).with(Table::new("r_c"));
        assert_eq!(
            messages(options, &schema),
            ["Read models are derived from each other in a circle: r_a, r_b, r_c, r_a"]
        );
    }

    #[test]
    fn the_write_side_does_not_hold_on_to_read_models() {
        let orders = Table::new("w_orders").foreign_key(["clv_id"], "r_clv", ["id"]);
        let notes = Table::new("r_notes").foreign_key(["clv_id"], "r_clv", ["id"]);
        let schema = Snapshot::new().with(orders).with(notes).with(Table::new("r_clv")).with(Table::new("w_customers"));
        let options = r#"{"read_model_sources": {"r_clv": ["w_customers"], "r_notes": ["w_customers"]}}"#;
        assert_eq!(messages(options, &schema), ["Table 'w_orders' refers to the read model 'r_clv'"]);
    }

    #[test]
    fn nothing_declared_is_nothing_found() {
        assert!(messages("{}", &write_side()).is_empty());
        assert!(messages(r#"{"read_model_sources": {}}"#, &write_side()).is_empty());
    }
}
