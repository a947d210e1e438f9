//! `table-comment`: tables that nobody described.

use crate::partitions::stands_alone;
use confiture_sdk::{Error, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity, sql};
use schemars::JsonSchema;
use serde::Deserialize;

/// Tables that nobody described.
pub struct TableComment;

/// Options of `table-comment`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Whether only tables of the schema `public` need a comment.
    public_tables_only: bool,
}

impl Rule for TableComment {
    type Options = Options;

    const META: RuleMeta = RuleMeta {
        id: "table-comment",
        summary: "Tables without a comment",
        category: "documentation",
        severity: Severity::Warning,
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
        let described = relation.comment.as_deref().is_some_and(|comment| !comment.trim().is_empty());
        let asked = !options.public_tables_only || relation.schema == "public";
        if described || !asked || !stands_alone(relation, schema) {
            return Ok(());
        }
        report.finding(relation, format!("Table '{}' has no COMMENT", relation.name)).suggestion(format!(
            "COMMENT ON TABLE {} IS {};",
            relation.sql_name(),
            sql::literal(&format!("Description of {}", relation.name))
        ));
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Tables without a comment, or with an empty one. Partitions are judged by their parent. The option `public_tables_only`
limits it to the schema `public`.

```sql fires
CREATE TABLE legacy_events (id bigint PRIMARY KEY);
```

```sql clean
CREATE TABLE legacy_events (id bigint PRIMARY KEY);
COMMENT ON TABLE legacy_events IS 'Events of the shop before 2020, kept for the tax office';
```

```sql clean {"public_tables_only": true}
CREATE SCHEMA internal;
CREATE TABLE internal.job (id bigint PRIMARY KEY);
```

## Why it hurts

A name says what is in a table to whoever chose it. What one row stands for, who writes it, and when it may be deleted
is nowhere else: a comment travels with the schema, into dumps, diagrams and every client.

## How to fix

Say what one row is, in one sentence:

```sql
COMMENT ON TABLE legacy_events IS 'Events of the shop before 2020, kept for the tax office';
```

## When to allow it

For tables that other programs make and describe elsewhere, such as those of a migration tool.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, Table, check};

    #[test]
    fn an_empty_comment_is_none() {
        let schema = Snapshot::new()
            .with(Table::new("a").comment("What a is"))
            .with(Table::new("b").comment(" \n"))
            .with(Table::new("O'Neil"));
        let findings = check(&TableComment, "{}", &schema).unwrap();
        let messages: Vec<_> = findings.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["Table 'O'Neil' has no COMMENT", "Table 'b' has no COMMENT"]);
        assert_eq!(
            findings[0].suggestion.as_deref(),
            Some("COMMENT ON TABLE public.\"O'Neil\" IS 'Description of O''Neil';")
        );
    }

    #[test]
    fn other_schemas_may_be_left_out() {
        let schema = Snapshot::new().with(Table::new("internal.job")).with(Table::new("job"));
        assert_eq!(check(&TableComment, "{}", &schema).unwrap().len(), 2);
        assert_eq!(check(&TableComment, r#"{"public_tables_only": true}"#, &schema).unwrap().len(), 1);
    }
}
