//! `audit-column-missing`: tables that do not say when a row came to be.

use crate::partitions::stands_alone;
use confiture_sdk::{Error, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity, sql};
use schemars::JsonSchema;
use serde::Deserialize;

/// Tables that do not say when a row came to be.
pub struct AuditColumnMissing;

/// Options of `audit-column-missing`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The columns that say when, and by whom, a row was made or changed.
    audit_columns: Vec<String>,
    /// Their type, for the suggestion.
    column_type: String,
}

impl Default for Options {
    fn default() -> Self {
        let audit_columns = ["created_at", "updated_at"].map(str::to_owned).to_vec();
        Self { audit_columns, column_type: "timestamptz NOT NULL DEFAULT now()".to_owned() }
    }
}

impl Rule for AuditColumnMissing {
    type Options = Options;

    const META: RuleMeta = RuleMeta {
        id: "audit-column-missing",
        summary: "Tables without the columns that say when a row was made or changed",
        category: "design",
        severity: Severity::Warning,
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
        if options.audit_columns.is_empty() {
            return Err(Error::option("/audit_columns", "the name of at least one column"));
        }
        let missing: Vec<&String> =
            options.audit_columns.iter().filter(|name| relation.column(name).is_none()).collect();
        if missing.is_empty() || !stands_alone(relation, schema) {
            return Ok(());
        }
        let names: Vec<String> = missing.iter().map(|name| format!("'{name}'")).collect();
        let added: Vec<String> = missing
            .iter()
            .map(|name| format!("ADD COLUMN {} {}", sql::identifier(name), options.column_type))
            .collect();
        report
            .finding(relation, format!("Table '{}' is missing {}", relation.name, names.join(" and ")))
            .suggestion(format!("ALTER TABLE {} {};", relation.sql_name(), added.join(", ")));
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Tables without one of the columns in `audit_columns`: `created_at` and `updated_at`, unless others are named. One finding a table.
Partitions are judged by their parent.

```sql fires
CREATE TABLE orders (id bigint PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT now());
```

```sql clean {"audit_columns": ["created_at"]}
CREATE TABLE orders (id bigint PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT now());
```

## Why it hurts

When something went wrong the first question is since when. Without these columns nobody can tell rows from before the mistake from those
after it, load only what has changed into another system, or delete what is older than it may be.

## How to fix

```sql
ALTER TABLE orders ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();
```

This rewrites nothing (from PostgreSQL 11 on): rows that are there have the time of the change. A trigger, or the program, keeps it.

## When to allow it

For tables that are replaced as a whole, such as read models and lists of countries, and for those whose rows are events with a time of
their own.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, Table, check};

    #[test]
    fn what_is_missing_is_named_once_a_table() {
        let schema = Snapshot::new()
            .with(Table::new("audited").column("created_at", "timestamptz").column("updated_at", "timestamptz"))
            .with(Table::new("none").column("id", "int"))
            .with(Table::new("v").view(["public.none"]));
        let found = check(&AuditColumnMissing, "{}", &schema).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "Table 'none' is missing 'created_at' and 'updated_at'");
        let options = r#"{"audit_columns": ["By"], "column_type": "text"}"#;
        let found = check(&AuditColumnMissing, options, &schema).unwrap();
        assert_eq!(found[0].suggestion.as_deref(), Some("ALTER TABLE public.audited ADD COLUMN \"By\" text;"));
        assert!(check(&AuditColumnMissing, r#"{"audit_columns": []}"#, &schema).is_err());
    }
}
