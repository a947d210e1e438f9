//! `extension-in-public`: extensions among the project's own objects.

use confiture_sdk::{Error, NoOptions, ObjectKind, ObjectRef, Parts, Report, Rule, RuleMeta, Schema, Severity, sql};

/// Extensions among the project's own objects.
pub struct ExtensionInPublic;

impl Rule for ExtensionInPublic {
    type Options = NoOptions;

    const META: RuleMeta = RuleMeta {
        id: "extension-in-public",
        summary: "Extensions that are installed in the schema public",
        category: "security",
        severity: Severity::Info,
        enabled_by_default: false,
        reads: Parts::NONE,
        documentation: DOCUMENTATION,
    };

    fn check(&self, _: &NoOptions, schema: &Schema, report: &mut Report) -> Result<(), Error> {
        for extension in schema.overview().extensions.iter().filter(|extension| extension.schema == "public") {
            let name = &extension.name;
            let subject = ObjectRef { kind: ObjectKind::Extension, schema: None, parent: None, name: name.clone() };
            report
                .finding(subject, format!("Extension '{name}' is in the schema public"))
                .suggestion(format!(
                    "CREATE SCHEMA IF NOT EXISTS extensions; ALTER EXTENSION {} SET SCHEMA extensions;",
                    sql::identifier(name)
                ))
                .evidence(format!("version {}", extension.version));
        }
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Extensions whose objects are in the schema `public`, where `CREATE EXTENSION` puts them unless told otherwise.

```sql fires
CREATE EXTENSION pg_trgm;
```

```sql clean
CREATE SCHEMA extensions;
CREATE EXTENSION pg_trgm SCHEMA extensions;
```

## Why it hurts

An extension brings dozens of functions, operators and types, which stand between one's own, are offered by every tool that serves
`public` as an interface, and take names. Before PostgreSQL 15 every user may create objects in `public`, and so shadow those that the
extension's functions call.

## How to fix

```sql
CREATE SCHEMA IF NOT EXISTS extensions;
GRANT USAGE ON SCHEMA extensions TO PUBLIC;
ALTER EXTENSION pg_trgm SET SCHEMA extensions;
```

The new schema has to be in the search_path of those who write the names without it.

## When to allow it

For extensions that cannot be moved (PostGIS), and where the schema of a program that cannot be changed expects them there.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, check, extension};

    #[test]
    fn only_those_in_public() {
        let schema = Snapshot::new().changed(|schema| {
            schema.extensions = vec![extension("uuid-ossp", "public"), extension("plpgsql", "pg_catalog")];
        });
        let found = check(&ExtensionInPublic, "{}", &schema).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].suggestion.as_deref(),
            Some("CREATE SCHEMA IF NOT EXISTS extensions; ALTER EXTENSION \"uuid-ossp\" SET SCHEMA extensions;")
        );
    }
}
