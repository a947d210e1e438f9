//! `view-selects-all`: views that select every column of what they read, as `*` does.

use confiture_sdk::{Error, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity, catalog::RelationKind};
use schemars::JsonSchema;
use serde::Deserialize;

/// Views that select every column of what they read, as `*` does.
pub struct ViewSelectsAll;

/// Options of `view-selects-all`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Of how many columns at least: all of two columns are soon meant.
    min_columns: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { min_columns: 3 }
    }
}

impl Rule for ViewSelectsAll {
    type Options = Options;

    const META: RuleMeta = RuleMeta {
        id: "view-selects-all",
        summary: "Views that select every column of a table, as `*` does",
        category: "design",
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
        if !matches!(relation.kind, RelationKind::View | RelationKind::MaterializedView) {
            return Ok(());
        }
        let least = options.min_columns.max(1);
        for source in relation.depends_on.iter().filter_map(|name| schema.find_qualified(name)) {
            if source.columns.len() >= least && holds_all(relation, &source) {
                let message = format!("View '{}' selects every column of '{}'", relation.name, source.name);
                report
                    .finding(relation, message)
                    .suggestion("Name the columns that its readers need, not `*`")
                    .evidence(format!("all {} columns of {}, in its order", source.columns.len(), source.sql_name()));
            }
        }
        Ok(())
    }
}

/// PostgreSQL keeps a view with its columns written out: that it was `*` shows by all of a table's columns standing
/// side by side, in the table's order and under their own names.
fn holds_all(view: &Relation, source: &Relation) -> bool {
    view.columns
        .windows(source.columns.len())
        .any(|columns| columns.iter().zip(&source.columns).all(|(column, of_source)| column.name == of_source.name))
}

const DOCUMENTATION: &str = r#"
## What it finds

Views and materialized views that have all columns of a table or view that they read, side by side and in its order: what `SELECT *`
makes. PostgreSQL writes the `*` out when it creates the view, so that a list of all columns by name looks the same. Sources with fewer than
`min_columns` columns are left alone.

```sql fires
CREATE TABLE customers (id bigint PRIMARY KEY, name text, email text, password_hash text);
CREATE VIEW active_customers AS SELECT * FROM customers WHERE email IS NOT NULL;
```

```sql clean
CREATE TABLE customers (id bigint PRIMARY KEY, name text, email text, password_hash text);
CREATE VIEW active_customers AS SELECT id, name, email FROM customers WHERE email IS NOT NULL;
```

## Why it hurts

The `*` is that of the day on which the view was made: a column that the table gets later is not in it, until the view is created again, and
then it stands in the middle and changes the place of others. No column of the table can be dropped or get another type while the view is
there. And what should not be shown, is.

## How to fix

```sql
CREATE OR REPLACE VIEW active_customers AS SELECT id, name, email FROM customers WHERE email IS NOT NULL;
```

Where columns go, the view has to be dropped and created again.

## When to allow it

For views that stand in for a table under an old name.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, Table, check};

    fn columns(table: Table, names: &[&str]) -> Table {
        names.iter().fold(table, |table, name| table.column(name, "text"))
    }

    fn found(view: &[&str]) -> usize {
        let schema = Snapshot::new()
            .with(columns(Table::new("odd.ly.named"), &["a", "b", "c"]))
            .with(columns(Table::new("v").view(["odd.ly.named"]), view));
        check(&ViewSelectsAll, "{}", &schema).unwrap().len()
    }

    #[test]
    fn all_columns_side_by_side() {
        assert_eq!(found(&["a", "b", "c"]), 1);
        assert_eq!(found(&["x", "a", "b", "c", "y"]), 1);
        assert_eq!(found(&["a", "b"]), 0);
        assert_eq!(found(&["a", "c", "b"]), 0);
        assert_eq!(found(&["a", "b", "x", "c"]), 0);
    }

    #[test]
    fn sources_of_few_columns_are_left_alone() {
        let schema = Snapshot::new()
            .with(columns(Table::new("t"), &["a", "b"]))
            .with(columns(Table::new("v").view(["public.t"]), &["a", "b"]));
        assert!(check(&ViewSelectsAll, "{}", &schema).unwrap().is_empty());
        let found = check(&ViewSelectsAll, r#"{"min_columns": 2}"#, &schema).unwrap();
        assert_eq!(found[0].message, "View 'v' selects every column of 't'");
        assert_eq!(found[0].evidence, ["all 2 columns of public.t, in its order"]);
    }
}
