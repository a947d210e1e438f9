//! `mixed-owners`: schemas whose objects belong to several roles.

use confiture_sdk::{
    Error, NoOptions, ObjectKind, ObjectRef, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity,
};
use std::collections::BTreeMap;

/// Schemas whose objects belong to several roles.
pub struct MixedOwners;

/// How many objects are named of each role that owns few.
const NAMED: usize = 5;

/// The objects of each role, by schema.
type Owners = BTreeMap<String, BTreeMap<String, Owned>>;

#[derive(Default)]
struct Owned {
    count: usize,
    first: Vec<String>,
}

impl Owned {
    fn add(&mut self, name: String) {
        self.count += 1;
        if self.first.len() < NAMED {
            self.first.push(name);
        }
    }

    fn names(&self) -> String {
        let more = if self.count > self.first.len() { ", ..." } else { "" };
        format!("{}{more}", self.first.join(", "))
    }
}

impl Rule for MixedOwners {
    type Options = NoOptions;

    const META: RuleMeta = RuleMeta {
        id: "mixed-owners",
        summary: "Schemas whose objects belong to several roles",
        category: "security",
        severity: Severity::Info,
        enabled_by_default: false,
        reads: Parts::NONE,
        documentation: DOCUMENTATION,
    };

    fn check_relation(&self, _: &NoOptions, relation: &Relation, _: &Schema, report: &mut Report) -> Result<(), Error> {
        report.remember(|owners: &mut Owners| {
            add(owners, &relation.schema, &relation.owner, relation.name.clone());
        });
        Ok(())
    }

    fn check(&self, _: &NoOptions, schema: &Schema, report: &mut Report) -> Result<(), Error> {
        let mut owners: Owners = report.recall();
        for routine in schema.routines() {
            add(&mut owners, &routine.schema, &routine.owner, format!("{}({})", routine.name, routine.arguments));
        }
        for (schema, mut of_schema) in owners.into_iter().filter(|(_, of_schema)| of_schema.len() > 1) {
            let Some(main) = of_schema.iter().max_by_key(|(_, owned)| owned.count).map(|(role, _)| role.clone()) else {
                continue;
            };
            let count = of_schema.len();
            let subject = ObjectRef { kind: ObjectKind::Schema, schema: None, parent: None, name: schema.clone() };
            let finding = report
                .finding(subject, format!("The objects of schema '{schema}' belong to {count} roles"))
                .suggestion(format!("Give what the others own to '{main}': ALTER ... OWNER TO"));
            if let Some(owned) = of_schema.remove(&main) {
                finding.evidence(format!("{main}: {}", owned.count));
            }
            for (role, owned) in of_schema {
                finding.evidence(format!("{role}: {}: {}", owned.count, owned.names()));
            }
        }
        Ok(())
    }
}

fn add(owners: &mut Owners, schema: &str, owner: &str, name: String) {
    if !owners.contains_key(schema) {
        owners.insert(schema.to_owned(), BTreeMap::new());
    }
    let Some(of_schema) = owners.get_mut(schema) else { return };
    match of_schema.get_mut(owner) {
        Some(owned) => owned.add(name),
        None => of_schema.entry(owner.to_owned()).or_default().add(name),
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Schemas whose tables, views and functions belong to more than one role; one finding a schema, with what those own that own little.

```sql fires
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY);
ALTER TABLE orders OWNER TO pg_monitor;
```

```sql clean
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY);
```

## Why it hurts

Only its owner may alter or drop an object. A migration that runs as one role stops at the table that somebody once created as another, by
hand or as a superuser; default privileges hold for what one role creates; row security does not hold for an owner, and it is unclear who
that is.

## How to fix

```sql
ALTER TABLE orders OWNER TO printoptim;
REASSIGN OWNED BY alice TO printoptim;
```

## When to allow it

Where ownership keeps things apart on purpose: functions with the rights of a role that may do one thing.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, Table, check, routine};

    #[test]
    fn the_few_are_named() {
        let owned = |name, owner: &str| Table::new(name).changed(|table| table.owner = owner.to_owned());
        let schema = Snapshot::new()
            .with(owned("a", "app"))
            .with(owned("b", "app"))
            .with(owned("c", "alice"))
            .with(owned("other.d", "bob"))
            .changed(|schema| schema.routines.push(routine("f")));
        let found = check(&MixedOwners, "{}", &schema).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "The objects of schema 'public' belong to 3 roles");
        assert_eq!(found[0].evidence, ["app: 2", "alice: 1: c", "owner: 1: f()"]);
    }
}
