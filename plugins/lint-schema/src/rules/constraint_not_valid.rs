//! `constraint-not-valid`: constraints that do not hold for all rows.

use confiture_sdk::{
    Error, NoOptions, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity,
    catalog::{Constraint, RelationKind},
    sql,
};

/// Constraints that do not hold for all rows.
pub struct ConstraintNotValid;

impl Rule for ConstraintNotValid {
    type Options = NoOptions;

    const META: RuleMeta = RuleMeta {
        id: "constraint-not-valid",
        summary: "Constraints that were added NOT VALID and never validated",
        category: "design",
        severity: Severity::Warning,
        enabled_by_default: true,
        reads: Parts::CONSTRAINTS,
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        _: &NoOptions,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        // A foreign table's rows are elsewhere: its constraints are promises, and are never validated.
        if relation.kind == RelationKind::ForeignTable {
            return Ok(());
        }
        for constraint in relation.constraints.iter().filter(|constraint| awaits_validation(constraint)) {
            let parent = schema.parent_of(relation);
            if parent.is_some_and(|parent| parent.constraints.iter().any(|theirs| theirs.name == constraint.name)) {
                continue;
            }
            let statement = format!(
                "ALTER TABLE {} VALIDATE CONSTRAINT {}",
                relation.sql_name(),
                sql::identifier(&constraint.name)
            );
            let message = format!("Constraint '{}' on {} is NOT VALID", constraint.name, relation.name);
            let finding = report
                .finding((relation, constraint), message)
                .suggestion(format!("{statement};"))
                .fix(statement)
                .evidence(format!("convalidated = f: {}", constraint.definition));
            if let Some(rows) = relation.estimated_rows {
                finding.evidence(format!("reltuples = {rows}"));
            }
        }
        Ok(())
    }

    fn check(&self, _: &NoOptions, schema: &Schema, report: &mut Report) -> Result<(), Error> {
        for domain in schema.type_definitions() {
            for check in domain.checks.iter().filter(|check| check.ends_with(" NOT VALID")) {
                let name = sql::qualified(&domain.schema, &domain.name);
                report
                    .finding(&domain, format!("A constraint of domain '{}' is NOT VALID", domain.name))
                    .suggestion(format!("ALTER DOMAIN {name} VALIDATE CONSTRAINT ...;"))
                    .evidence(format!("convalidated = f: {check}"));
            }
        }
        Ok(())
    }
}

/// One that is not enforced will never be valid, and says so itself.
fn awaits_validation(constraint: &Constraint) -> bool {
    !constraint.validated && !constraint.definition.ends_with("NOT ENFORCED")
}

const DOCUMENTATION: &str = r#"
## What it finds

Foreign keys, checks and NOT NULL constraints of tables, and checks of domains, that were added as NOT VALID and not validated
since.

```sql fires
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
ALTER TABLE orders ADD CONSTRAINT total_positive CHECK (total >= 0) NOT VALID;
```

```sql fires
CREATE DOMAIN email_address AS text;
ALTER DOMAIN email_address ADD CONSTRAINT has_at CHECK (value LIKE '%@%') NOT VALID;
```

```sql clean
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
ALTER TABLE orders ADD CONSTRAINT total_positive CHECK (total >= 0) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT total_positive;
```

## Why it hurts

NOT VALID is the first half of adding a constraint without a long lock: new rows are checked, old ones are not. Where the
second half is forgotten, everybody who reads the schema trusts a promise that old rows may break, the planner does not
use it, and the next update of such a row fails for a reason that has nothing to do with it.

## How to fix

```sql
ALTER TABLE orders VALIDATE CONSTRAINT total_positive;
```

It reads the whole table under a lock that lets reads and writes pass, and changes nothing; rows that break the constraint
make it fail, and have to be mended first.

## When to allow it

Between the two migrations that add and validate it, or for rows from before a rule that will never be mended: then say
so in a comment on the constraint.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{
        Finding,
        catalog::TypeDefinition,
        testing::{Snapshot, Table, check},
    };

    fn key(name: &str, validated: bool) -> Table {
        Table::new(name).foreign_key(["Customer"], "customers", ["id"]).changed(|table| {
            table.constraints[0].validated = validated;
        })
    }

    fn found(schema: impl Into<Snapshot>) -> Vec<Finding> {
        check(&ConstraintNotValid, "{}", &schema.into()).unwrap()
    }

    #[test]
    fn it_is_validated_by_the_fix() {
        let found = found(key("orders", false).estimated_rows(12));
        assert_eq!(found[0].message, "Constraint 'orders_Customer_fkey' on orders is NOT VALID");
        assert_eq!(found[0].fix, ["ALTER TABLE public.orders VALIDATE CONSTRAINT \"orders_Customer_fkey\""]);
        assert_eq!(found[0].evidence[1], "reltuples = 12");
    }

    #[test]
    fn what_is_valid_or_cannot_be_is_left_alone() {
        assert!(found(key("orders", true)).is_empty());
        assert!(found(key("orders", false).kind(RelationKind::ForeignTable)).is_empty());
        let unenforced = |table: &mut Relation| table.constraints[0].definition.push_str(" NOT ENFORCED");
        assert!(found(key("orders", false).changed(unenforced)).is_empty());
    }

    #[test]
    fn domains_have_constraints_too() {
        let domain = |check: &str| TypeDefinition {
            schema: "public".to_owned(),
            name: "Mail".to_owned(),
            kind: "domain".to_owned(),
            labels: Vec::new(),
            base_type: Some("text".to_owned()),
            checks: vec!["NOT NULL".to_owned(), check.to_owned()],
            comment: None,
            source: None,
            extra: None,
        };
        let found_in = |check| found(Snapshot::new().changed(|schema| schema.type_definitions.push(domain(check))));
        let told = found_in("CHECK ((VALUE ~~ '%@%'::text)) NOT VALID");
        assert_eq!(told[0].message, "A constraint of domain 'Mail' is NOT VALID");
        assert_eq!(told[0].suggestion.as_deref(), Some("ALTER DOMAIN public.\"Mail\" VALIDATE CONSTRAINT ...;"));
        assert!(found_in("CHECK ((VALUE ~~ '%@%'::text))").is_empty());
    }

    #[test]
    fn a_partition_has_it_from_its_parent() {
        let named = |table: &mut Relation| table.constraints[0].name = "k".to_owned();
        let schema = Snapshot::new()
            .with(key("events", false).kind(RelationKind::PartitionedTable).changed(named))
            .with(key("events_1", false).partition_of("events").changed(named));
        assert_eq!(found(schema).len(), 1);
    }
}
