//! `circular-foreign-keys`: tables that refer to each other in a circle.

mod cycles;

use confiture_sdk::{
    Error, NoOptions, ObjectRef, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity, catalog::Constraint,
};
use cycles::cycles;
use std::collections::HashMap;

/// Tables that refer to each other in a circle.
pub struct CircularForeignKeys;

/// Of a large circle so many tables and keys are named.
const NAMED: usize = 10;

/// Tables by name, and the foreign keys between them.
#[derive(Default)]
struct Graph {
    numbers: HashMap<(String, String), usize>,
    names: Vec<String>,
    keys: Vec<Key>,
}

struct Key {
    from: usize,
    to: usize,
    subject: ObjectRef,
    definition: String,
    /// Whether a row can be stored before the one that it refers to.
    can_wait: bool,
}

impl Rule for CircularForeignKeys {
    type Options = NoOptions;

    const META: RuleMeta = RuleMeta {
        id: "circular-foreign-keys",
        summary: "Tables whose foreign keys lead back to themselves by way of others",
        category: "design",
        severity: Severity::Warning,
        enabled_by_default: false,
        reads: Parts::COLUMNS.and(Parts::CONSTRAINTS),
        documentation: DOCUMENTATION,
    };

    fn check_relation(&self, _: &NoOptions, relation: &Relation, _: &Schema, report: &mut Report) -> Result<(), Error> {
        if relation.foreign_keys().next().is_some() {
            report.remember(|graph: &mut Graph| graph.add(relation));
        }
        Ok(())
    }

    fn check(&self, _: &NoOptions, _: &Schema, report: &mut Report) -> Result<(), Error> {
        let graph: Graph = report.recall();
        let mut edges = vec![Vec::new(); graph.names.len()];
        for key in &graph.keys {
            edges[key.from].push(key.to);
        }
        let circles = cycles(&edges);
        // Each key belongs to the one circle that holds both its ends, if any.
        let mut circle_of = vec![None; graph.names.len()];
        for (circle, tables) in circles.iter().enumerate() {
            tables.iter().for_each(|table| circle_of[*table] = Some(circle));
        }
        let mut keys_of: Vec<Vec<&Key>> = vec![Vec::new(); circles.len()];
        for key in &graph.keys {
            if let Some(circle) = circle_of[key.from].filter(|_| circle_of[key.from] == circle_of[key.to]) {
                keys_of[circle].push(key);
            }
        }
        for (tables, keys) in circles.iter().zip(keys_of) {
            tell(&graph, tables, &keys, report);
        }
        Ok(())
    }
}

impl Graph {
    fn add(&mut self, relation: &Relation) {
        let from = self.number(&relation.schema, &relation.name);
        for key in relation.foreign_keys() {
            let Some(target) = &key.references else { continue };
            let to = self.number(&target.schema, &target.table);
            if from != to {
                let subject = ObjectRef::from((relation, key));
                let definition = format!("{}.{}: {}", relation.name, key.name, key.definition);
                self.keys.push(Key { from, to, subject, definition, can_wait: can_wait(relation, key) });
            }
        }
    }

    fn number(&mut self, schema: &str, name: &str) -> usize {
        let next = self.names.len();
        *self.numbers.entry((schema.to_owned(), name.to_owned())).or_insert_with(|| {
            self.names.push(if schema == "public" { name.to_owned() } else { format!("{schema}.{name}") });
            next
        })
    }
}

/// A key that is checked at the end of the transaction, or that may be null, does not need its target first.
fn can_wait(relation: &Relation, key: &Constraint) -> bool {
    key.deferrable || key.columns.iter().filter_map(|name| relation.column(name)).any(|column| column.nullable)
}

fn tell(graph: &Graph, tables: &[usize], keys: &[&Key], report: &mut Report) {
    let Some(first) = keys.first() else { return };
    let mut names: Vec<&str> = tables.iter().map(|table| graph.names[*table].as_str()).collect();
    names.sort_unstable();
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let names = if more > 0 { format!("{} and {more} more", names.join(", ")) } else { names.join(", ") };
    let can_start = keys.iter().any(|key| key.can_wait);
    let finding = report.finding(&first.subject, format!("Foreign keys lead in a circle: {names}"));
    if can_start {
        finding.severity(Severity::Info);
        finding.suggestion(
            "Let one table of the circle hold both references, or make one key DEFERRABLE INITIALLY DEFERRED",
        );
    } else {
        finding.suggestion("No first row can be stored: make one key DEFERRABLE INITIALLY DEFERRED");
        finding.evidence("all keys are checked at once, on columns that are NOT NULL");
    }
    for key in keys.iter().take(NAMED) {
        finding.evidence(key.definition.clone());
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Tables whose foreign keys lead back to where they started by way of at least one other table; one finding a circle, at its first key. A
table that refers to itself is a tree, and none. Where a key of the circle can wait, because it is deferrable or may be null, it is an
info: otherwise no first row can be stored at all.

```sql fires
CREATE TABLE teams (id bigint PRIMARY KEY, lead_id bigint NOT NULL);
CREATE TABLE people (id bigint PRIMARY KEY, team_id bigint NOT NULL REFERENCES teams);
ALTER TABLE teams ADD FOREIGN KEY (lead_id) REFERENCES people;
```

```sql clean
CREATE TABLE teams (id bigint PRIMARY KEY, parent_id bigint REFERENCES teams);
CREATE TABLE people (id bigint PRIMARY KEY, team_id bigint NOT NULL REFERENCES teams);
CREATE TABLE leads (team_id bigint PRIMARY KEY REFERENCES teams, person_id bigint NOT NULL REFERENCES people);
```

## Why it hurts

There is no order in which such tables can be filled, emptied, copied or restored as data alone: each load has to switch constraints
off, or to write half of a row first and the rest later. Deletes that cascade go around.

## How to fix

A table for the relation that closes the circle, as `leads` above. Or let the check of one key wait for the end of the transaction:

```sql
ALTER TABLE teams ALTER CONSTRAINT teams_lead_id_fkey DEFERRABLE INITIALLY DEFERRED;
```

## When to allow it

Where one end may be null and the circle says something true: a project's main file, which belongs to the project.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{
        Finding,
        testing::{Snapshot, Table, check},
    };

    fn table(name: &str, column: &str, targets: &[&str]) -> Table {
        targets.iter().fold(Table::new(name), |table, target| {
            let key = format!("{target}_id").replace('.', "_");
            table.column(&key, column).foreign_key([key.as_str()], target, ["id"])
        })
    }

    fn found(tables: Vec<Table>) -> Vec<Finding> {
        check(&CircularForeignKeys, "{}", &tables.into_iter().fold(Snapshot::new(), Snapshot::with)).unwrap()
    }

    #[test]
    fn a_circle_is_one_finding() {
        let strict = "bigint not null";
        let told = found(vec![
            table("a", strict, &["b", "e"]),
            table("b", strict, &["x.c"]),
            table("x.c", strict, &["a", "b"]),
            table("d", strict, &["a", "d"]),
        ]);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].message, "Foreign keys lead in a circle: a, b, x.c");
        assert_eq!(told[0].subject.to_string(), "public.a.a_b_id_fkey");
        assert_eq!((told[0].severity, told[0].evidence.len()), (None, 5));
    }

    #[test]
    fn a_key_that_can_wait_makes_it_an_info() {
        let pair = |of_a| found(vec![table("a", of_a, &["b"]), table("b", "bigint not null", &["a"])]);
        assert_eq!(pair("bigint not null")[0].severity, None);
        assert_eq!(pair("bigint")[0].severity, Some(Severity::Info));
        let deferrable = table("a", "bigint not null", &["b"]).changed(|table| table.constraints[0].deferrable = true);
        let told = found(vec![deferrable, table("b", "bigint not null", &["a"])]);
        assert_eq!(told[0].severity, Some(Severity::Info));
    }

    #[test]
    fn trees_and_chains_are_clean() {
        assert!(found(vec![table("a", "bigint", &["a", "b"]), table("b", "bigint", &["c"])]).is_empty());
    }
}
