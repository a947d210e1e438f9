//! `read-model-foreign-key`: tables of the read side that are tied to others.

use crate::{partitions::stands_alone, pattern::Pattern};
use confiture_sdk::{Error, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity, sql};
use schemars::JsonSchema;
use serde::Deserialize;

/// Tables of the read side that are tied to others.
pub struct ReadModelForeignKey;

/// Options of `read-model-foreign-key`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// A regular expression that the names of read models match: `^r_` unless said otherwise.
    read_models: Option<Pattern>,
    /// Schemas whose tables are all read models.
    read_schemas: Vec<String>,
}

impl Options {
    fn covers(&self, relation: &Relation) -> bool {
        let by_name = match &self.read_models {
            Some(pattern) => pattern.matches(&relation.name),
            None => relation.name.starts_with("r_"),
        };
        by_name || self.read_schemas.contains(&relation.schema)
    }
}

impl Rule for ReadModelForeignKey {
    type Options = Options;

    const META: RuleMeta = RuleMeta {
        id: "read-model-foreign-key",
        summary: "Read models with foreign keys",
        category: "cqrs",
        severity: Severity::Warning,
        enabled_by_default: false,
        reads: Parts::CONSTRAINTS,
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        options: &Options,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        if !options.covers(relation) || !stands_alone(relation, schema) {
            return Ok(());
        }
        for key in relation.foreign_keys() {
            let target = key.references.as_ref().map_or_else(String::new, |target| format!(" to '{}'", target.table));
            let message = format!("Read model '{}' has a foreign key{target}", relation.name);
            report
                .finding((relation, key), message)
                .suggestion(format!(
                    "ALTER TABLE {} DROP CONSTRAINT {};",
                    relation.sql_name(),
                    sql::identifier(&key.name)
                ))
                .evidence(format!("{}: {}", key.name, key.definition));
        }
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Foreign keys of tables of the read side: those whose name matches `read_models`, which is `^r_` unless said otherwise, and all
tables of the schemas in `read_schemas`.

```sql fires
CREATE TABLE w_customers (id bigint PRIMARY KEY);
CREATE TABLE r_lifetime_value (customer_id bigint PRIMARY KEY REFERENCES w_customers, total numeric);
```

```sql clean
CREATE TABLE w_customers (id bigint PRIMARY KEY);
CREATE TABLE w_orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES w_customers);
CREATE TABLE r_lifetime_value (customer_id bigint PRIMARY KEY, total numeric);
```

```sql fires {"read_schemas": ["reporting"]}
CREATE SCHEMA reporting;
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE reporting.lifetime_value (customer_id bigint PRIMARY KEY REFERENCES customers);
```

## Why it hurts

A read model is derived: it can be thrown away and built again, in any order, late, or in another database. A foreign key ties
it to the write side, whose deletes it blocks or slows down, and makes its rebuild check each row a second time.

## How to fix

```sql
ALTER TABLE r_lifetime_value DROP CONSTRAINT r_lifetime_value_customer_id_fkey;
```

## When to allow it

Where the cascade of a delete is what keeps the read model up to date.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, Table, check};

    #[test]
    fn read_models_are_known_by_name_or_schema() {
        let table = |name| Table::new(name).foreign_key(["source_id"], "w_a", ["id"]);
        let schema = Snapshot::new().with(table("r_a")).with(table("w_b")).with(table("read.Total"));
        let subjects = |options| -> Vec<_> {
            let found = check(&ReadModelForeignKey, options, &schema).unwrap();
            found.into_iter().map(|finding| (finding.message, finding.suggestion.unwrap_or_default())).collect()
        };
        assert_eq!(subjects("{}")[0].0, "Read model 'r_a' has a foreign key to 'w_a'");
        assert_eq!(subjects("{}").len(), 1);
        assert_eq!(subjects(r#"{"read_models": "^Tot"}"#).len(), 1);
        let by_schema = subjects(r#"{"read_schemas": ["read"], "read_models": "^x"}"#);
        assert_eq!(by_schema[0].1, "ALTER TABLE read.\"Total\" DROP CONSTRAINT \"Total_source_id_fkey\";");
    }
}
