//! `type-naming`: types whose names are not written as the project writes names.

use crate::names::Naming;
use confiture_sdk::{Error, Parts, Report, Rule, RuleMeta, Schema, Severity, catalog::TypeDefinition};
use std::collections::HashSet;

/// Types whose names are not written as the project writes names.
pub struct TypeNaming;

impl Rule for TypeNaming {
    type Options = Naming;

    const META: RuleMeta = RuleMeta {
        id: "type-naming",
        summary: "Types and domains whose names do not follow the project's style",
        category: "naming",
        severity: Severity::Warning,
        enabled_by_default: false,
        reads: Parts::NONE,
        documentation: DOCUMENTATION,
    };

    fn check(&self, options: &Naming, schema: &Schema, report: &mut Report) -> Result<(), Error> {
        let definitions: Vec<TypeDefinition> = schema.type_definitions().collect();
        let names: HashSet<(&str, &str)> = definitions.iter().map(|one| (&*one.schema, &*one.name)).collect();
        for definition in &definitions {
            let Some(complaint) = options.complaint(&definition.name) else { continue };
            let noun = if definition.kind == "domain" { "Domain" } else { "Type" };
            let finding = report.finding(definition, format!("{noun} '{}' {complaint}", definition.name));
            finding.evidence(format!("kind: {}", definition.kind));
            // Every table brings a type of its own name.
            let taken = |name: &str| {
                names.contains(&(&*definition.schema, name)) || schema.find(&definition.schema, name).is_some()
            };
            if let Some(suggestion) = options.suggestion(&definition.name, taken) {
                finding.suggestion(suggestion);
            }
        }
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Enums, domains, composite and range types whose names are not written in the project's style: `snake_case` unless the
option `style` or `pattern` says otherwise.

```sql fires
CREATE TYPE "OrderState" AS ENUM ('placed', 'shipped');
```

```sql fires {"style": "PascalCase"}
CREATE DOMAIN email_address AS text CHECK (value LIKE '%@%');
```

```sql clean
CREATE TYPE order_state AS ENUM ('placed', 'shipped');
```

```sql clean {"style": "PascalCase"}
CREATE TYPE "OrderState" AS ENUM ('placed', 'shipped');
```

## Why it hurts

PostgreSQL folds names that are not quoted to lower case. A type called `OrderState` has to be written `"OrderState"` in
every cast, column and function, by everyone; and types in two styles have to be looked up each time.

## How to fix

Renaming a type changes no row, and what uses it follows by itself; only text that names it, such as casts in the code of
programs and functions, has to be changed with it.

```sql
ALTER TYPE "OrderState" RENAME TO order_state;
```

## When to allow it

For types whose names another program decides: an ORM that makes enums from its classes.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{
        ObjectKind,
        testing::{Snapshot, Table, check},
    };

    fn schema(types: &[(&str, &str)]) -> Snapshot {
        let types =
            types.iter().map(|(kind, name)| format!(r#"{{"schema": "public", "name": "{name}", "kind": "{kind}"}}"#));
        Snapshot::from_json(&format!(
            r#"{{"snapshot_version": 1, "server_version": 150000, "live": false, "relations": [], "type_definitions": [{}]}}"#,
            types.collect::<Vec<_>>().join(",")
        ))
        .unwrap()
    }

    #[test]
    fn types_and_domains_are_judged() {
        let schema = schema(&[("enum", "OrderState"), ("domain", "Email"), ("composite", "point_3d")]);
        let found = check(&TypeNaming, "{}", &schema).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].message, "Type 'OrderState' is not snake_case");
        assert_eq!(found[0].suggestion.as_deref(), Some("Rename to 'order_state'"));
        assert_eq!(
            (found[1].message.as_str(), found[1].subject.kind),
            ("Domain 'Email' is not snake_case", ObjectKind::Domain)
        );
    }

    #[test]
    fn a_name_is_taken_by_a_type_and_by_a_table() {
        let schema =
            schema(&[("enum", "OrderState"), ("enum", "order_state"), ("enum", "Orders")]).with(Table::new("orders"));
        let found = check(&TypeNaming, "{}", &schema).unwrap();
        assert_eq!(found[0].suggestion.as_deref(), Some("Rename it; 'order_state' is already taken"));
        assert_eq!(found[1].suggestion.as_deref(), Some("Rename it; 'orders' is already taken"));
    }

    #[test]
    fn pascal_case_or_a_pattern() {
        let schema = schema(&[("enum", "order_state"), ("enum", "OrderState")]);
        let found = check(&TypeNaming, r#"{"style": "PascalCase"}"#, &schema).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "Type 'order_state' is not PascalCase");
        assert_eq!(check(&TypeNaming, r#"{"pattern": "_t$"}"#, &schema).unwrap().len(), 2);
    }
}
