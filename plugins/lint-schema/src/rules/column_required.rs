//! `column-required`: tables without a column that every table of the project has.

use crate::missing_column::Required;
use confiture_sdk::{Error, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

/// Tables without a column that every table of the project has.
pub struct ColumnRequired;

/// Options of `column-required`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The column that every table has.
    column: String,
    /// Its type, for the suggestion.
    #[serde(default = "text")]
    column_type: String,
}

fn text() -> String {
    "text".to_owned()
}

impl Rule for ColumnRequired {
    type Options = Options;

    const META: RuleMeta = RuleMeta {
        id: "column-required",
        summary: "Tables without a column that every table of the project has",
        category: "design",
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
        if options.column.is_empty() {
            return Err(Error::option("/column", "the name of a column"));
        }
        Required { name: &options.column, type_name: &options.column_type, references: None }
            .check(relation, schema, report);
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Tables without the column that the option `column` names. Partitions are judged by their parent.

```sql fires {"column": "created_at", "column_type": "timestamptz"}
CREATE TABLE customers (id uuid PRIMARY KEY);
```

```sql clean {"column": "created_at"}
CREATE TABLE customers (id uuid PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT now());
```

## Why it hurts

What the project's programs take for granted of every table fails on the one that lacks it.

## How to fix

Add the column:

```sql
ALTER TABLE customers ADD COLUMN created_at timestamptz NOT NULL DEFAULT now();
```

## When to allow it

For tables that those programs never see.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, Table, check};

    #[test]
    fn the_column_has_no_default() {
        let error = check(&ColumnRequired, "{}", &Snapshot::new()).unwrap_err();
        assert!(matches!(error, Error::InvalidConfig { pointer, .. } if pointer == "/column"));
    }

    #[test]
    fn tables_without_it_are_reported() {
        let schema = Snapshot::new().with(Table::new("a")).with(Table::new("b").column("created_at", "timestamptz"));
        let findings = check(&ColumnRequired, r#"{"column": "created_at"}"#, &schema).unwrap();
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].message, "Table 'a' is missing 'created_at'");
    }

    #[test]
    fn rows_that_are_there_need_a_value_first() {
        let suggestion = |column_type: &str| {
            let options = format!(r#"{{"column": "at", "column_type": "{column_type}"}}"#);
            check(&ColumnRequired, &options, &Table::new("a").into()).unwrap().remove(0).suggestion.unwrap()
        };
        assert_eq!(
            suggestion("timestamptz default now()"),
            "ALTER TABLE public.a ADD COLUMN at timestamptz default now() NOT NULL;"
        );
        assert!(suggestion("text").contains("ADD COLUMN at text; then fill it"));
    }
}
