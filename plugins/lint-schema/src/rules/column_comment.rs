//! `column-comment`: columns that nobody described.

use crate::partitions::stands_alone;
use confiture_sdk::{Error, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity, sql};
use schemars::JsonSchema;
use serde::Deserialize;

/// Columns that nobody described.
pub struct ColumnComment;

/// Options of `column-comment`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Whether only columns of tables in the schema `public` need a comment.
    public_tables_only: bool,
    /// Names of columns that explain themselves.
    exempt_columns: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { public_tables_only: true, exempt_columns: Vec::new() }
    }
}

impl Rule for ColumnComment {
    type Options = Options;

    const META: RuleMeta = RuleMeta {
        id: "column-comment",
        summary: "Columns without a comment",
        category: "documentation",
        severity: Severity::Info,
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
        let asked = !options.public_tables_only || relation.schema == "public";
        if !asked || !stands_alone(relation, schema) {
            return Ok(());
        }
        for column in relation.columns.iter().filter(|column| !options.exempt_columns.contains(&column.name)) {
            if column.comment.as_deref().is_some_and(|comment| !comment.trim().is_empty()) {
                continue;
            }
            let message = format!("Column '{}' of table '{}' has no COMMENT", column.name, relation.name);
            report.finding((relation, column), message).suggestion(format!(
                "COMMENT ON COLUMN {}.{} IS {};",
                relation.sql_name(),
                sql::identifier(&column.name),
                sql::literal(&format!("Description of {}", column.name))
            ));
        }
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Columns without a comment, or with an empty one, in tables of the schema `public`; with `public_tables_only: false` in
every schema. Columns named in `exempt_columns` are left alone, and so are those of views and partitions.

```sql fires
CREATE TABLE invoice (id bigint PRIMARY KEY, net numeric);
COMMENT ON COLUMN invoice.id IS 'The number on the paper';
```

```sql clean {"exempt_columns": ["id"]}
CREATE TABLE invoice (id bigint PRIMARY KEY, net numeric);
COMMENT ON COLUMN invoice.net IS 'In cents of the invoice''s currency, before tax';
```

## Why it hurts

Units, time zones, and what a null stands for are not in a column's type. Whoever has to guess them guesses wrong once.

## How to fix

Say what the name and the type do not:

```sql
COMMENT ON COLUMN invoice.net IS 'In cents of the invoice''s currency, before tax';
```

## When to allow it

For columns that are the same everywhere: `id`, `created_at`, `updated_at`. Name them once in `exempt_columns`.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{
        catalog::RelationKind,
        testing::{Snapshot, Table, check},
    };

    fn subjects(options: &str, schema: &Snapshot) -> Vec<String> {
        let findings = check(&ColumnComment, options, schema).unwrap();
        findings.iter().map(|finding| finding.subject.to_string()).collect()
    }

    #[test]
    fn columns_are_exempted_by_name() {
        let table = || Table::new("t").column("id", "bigint").column("Id", "bigint").commented_column("n", "int", "N");
        assert_eq!(subjects("{}", &table().into()), ["public.t.id", "public.t.Id"]);
        assert_eq!(subjects(r#"{"exempt_columns": ["id"]}"#, &table().into()), ["public.t.Id"]);
    }

    #[test]
    fn only_public_tables_unless_asked() {
        let schema = Snapshot::new()
            .with(Table::new("internal.t").column("a", "int"))
            .with(Table::new("v").kind(RelationKind::View).column("a", "int"));
        assert!(subjects("{}", &schema).is_empty());
        assert_eq!(subjects(r#"{"public_tables_only": false}"#, &schema), ["internal.t.a"]);
    }

    #[test]
    fn the_suggestion_quotes_names() {
        let findings = check(&ColumnComment, "{}", &Table::new("user").column("Größe", "int").into()).unwrap();
        assert_eq!(
            findings[0].suggestion.as_deref(),
            Some("COMMENT ON COLUMN public.\"user\".\"Größe\" IS 'Description of Größe';")
        );
    }
}
