//! `unlogged-in-production`: tables that a crash empties.

use confiture_sdk::{
    Error, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity,
    catalog::{Persistence, RelationKind},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// Tables that a crash empties.
pub struct UnloggedInProduction;

/// Options of `unlogged-in-production`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Names of the environments in which no table may be unlogged.
    environments: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { environments: vec!["production".to_owned()] }
    }
}

impl Rule for UnloggedInProduction {
    type Options = Options;

    const META: RuleMeta = RuleMeta {
        id: "unlogged-in-production",
        summary: "Unlogged tables in production",
        category: "security",
        severity: Severity::Error,
        enabled_by_default: true,
        reads: Parts::NONE,
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        options: &Options,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        let environment = schema.environment();
        if !options.environments.iter().any(|name| name == environment) {
            report.skip_relations();
            return Ok(());
        }
        // A partitioned table holds no rows: its partitions do, and each is logged or not by itself.
        let holds_rows = matches!(relation.kind, RelationKind::Table | RelationKind::Partition);
        if holds_rows && relation.persistence == Persistence::Unlogged {
            report
                .finding(relation, format!("Table '{}' is UNLOGGED (unsafe for {environment})", relation.name))
                .suggestion(format!("ALTER TABLE {} SET LOGGED;", relation.sql_name()))
                .evidence("relpersistence = u");
        }
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Unlogged tables, where the environment is one of `environments`: `production` unless the option says otherwise.

```sql fires
CREATE UNLOGGED TABLE cart (id bigint PRIMARY KEY);
```

```sql clean
CREATE TABLE cart (id bigint PRIMARY KEY);
```

```sql clean {"environments": ["staging"]}
CREATE UNLOGGED TABLE cart (id bigint PRIMARY KEY);
```

## Why it hurts

An unlogged table is empty after a crash and after every fail-over, is in no physical backup, and does not exist on a
standby. That is the price of its speed, and it is easily forgotten.

## How to fix

```sql
ALTER TABLE cart SET LOGGED;
```

That rewrites the table under an ACCESS EXCLUSIVE lock: on a large one, in a maintenance window.

## When to allow it

For tables whose rows can be made again at any time: caches, work queues, the staging tables of an import.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, Table, check};

    fn schema() -> Snapshot {
        Snapshot::new()
            .with(Table::new("Cart").unlogged())
            .with(Table::new("orders"))
            .with(Table::new("events").kind(RelationKind::PartitionedTable).unlogged())
            .with(Table::new("events_1").partition_of("events").unlogged())
            .with(Table::new("events_2").partition_of("events"))
    }

    #[test]
    fn tables_that_hold_rows_are_reported_in_production() {
        let findings = check(&UnloggedInProduction, "{}", &schema().environment("production")).unwrap();
        let names: Vec<_> = findings.iter().map(|finding| finding.subject.name.as_str()).collect();
        assert_eq!(names, ["Cart", "events_1"]);
        assert_eq!(findings[0].message, "Table 'Cart' is UNLOGGED (unsafe for production)");
        assert_eq!(findings[0].suggestion.as_deref(), Some("ALTER TABLE public.\"Cart\" SET LOGGED;"));
    }

    #[test]
    fn other_environments_are_left_alone() {
        for environment in ["", "local", "Production"] {
            assert!(check(&UnloggedInProduction, "{}", &schema().environment(environment)).unwrap().is_empty());
        }
        let options = r#"{"environments": ["live", "staging"]}"#;
        assert_eq!(check(&UnloggedInProduction, options, &schema().environment("staging")).unwrap().len(), 2);
    }
}
