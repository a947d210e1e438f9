//! `view-naming`: views whose names are not written as the project writes names.

use crate::names::Naming;
use confiture_sdk::{Error, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity, catalog::RelationKind};

/// Views whose names are not written as the project writes names.
pub struct ViewNaming;

impl Rule for ViewNaming {
    type Options = Naming;

    const META: RuleMeta = RuleMeta {
        id: "view-naming",
        summary: "Views whose names do not follow the project's style",
        category: "naming",
        severity: Severity::Warning,
        enabled_by_default: false,
        reads: Parts::NONE,
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        options: &Naming,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        let noun = match relation.kind {
            RelationKind::View => "View",
            RelationKind::MaterializedView => "Materialized view",
            _ => return Ok(()),
        };
        let Some(complaint) = options.complaint(&relation.name) else { return Ok(()) };
        let finding = report.finding(relation, format!("{noun} '{}' {complaint}", relation.name));
        let taken = |name: &str| schema.find(&relation.schema, name).is_some();
        if let Some(suggestion) = options.suggestion(&relation.name, taken) {
            finding.suggestion(suggestion);
        }
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Views and materialized views whose names are not written in the project's style: `snake_case` unless the option `style` or
`pattern` says otherwise.

```sql fires
CREATE VIEW "OpenOrders" AS SELECT 1 AS id;
```

```sql fires {"pattern": "^v_"}
CREATE MATERIALIZED VIEW totals AS SELECT 1 AS id;
```

```sql clean
CREATE VIEW open_orders AS SELECT 1 AS id;
```

```sql clean {"pattern": "^v_"}
CREATE VIEW v_open_orders AS SELECT 1 AS id;
```

## Why it hurts

PostgreSQL folds names that are not quoted to lower case. A view called `OpenOrders` has to be written `"OpenOrders"` in every
query, by everyone; without the quotes it is another view, or none.

## How to fix

Rename the view, and let one with the old name serve the code that still uses it:

```sql
ALTER VIEW "OpenOrders" RENAME TO open_orders;
CREATE VIEW "OpenOrders" AS SELECT * FROM open_orders;
```

## When to allow it

For views whose names another program decides, such as a reporting tool.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, Table, check};

    #[test]
    fn only_views_are_judged() {
        let schema = Snapshot::new()
            .with(Table::new("OpenOrders").kind(RelationKind::View))
            .with(Table::new("Totals").kind(RelationKind::MaterializedView))
            .with(Table::new("Orders"))
            .with(Table::new("totals"));
        let found = check(&ViewNaming, "{}", &schema).unwrap();
        let told: Vec<_> =
            found.iter().map(|finding| (finding.message.as_str(), finding.suggestion.as_deref())).collect();
        assert_eq!(
            told,
            [
                ("View 'OpenOrders' is not snake_case", Some("Rename to 'open_orders'")),
                ("Materialized view 'Totals' is not snake_case", Some("Rename it; 'totals' is already taken")),
            ]
        );
        assert_eq!(check(&ViewNaming, r#"{"pattern": "^v_"}"#, &schema).unwrap().len(), 2);
    }
}
