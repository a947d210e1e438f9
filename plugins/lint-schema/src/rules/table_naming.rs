//! `table-naming`: tables whose names are not written as the project writes names.

use crate::names::Naming;
use confiture_sdk::{Error, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity, catalog::RelationKind};

/// Tables whose names are not written as the project writes names.
pub struct TableNaming;

impl Rule for TableNaming {
    type Options = Naming;

    const META: RuleMeta = RuleMeta {
        id: "table-naming",
        summary: "Tables whose names do not follow the project's style",
        category: "naming",
        severity: Severity::Warning,
        enabled_by_default: true,
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
        if !relation.is_table() && relation.kind != RelationKind::ForeignTable {
            return Ok(());
        }
        let Some(complaint) = options.complaint(&relation.name) else { return Ok(()) };
        // Names of partitions are usually made from the parent's: it alone is reported where it is wrong itself.
        if schema.parent_of(relation).is_some_and(|parent| options.complaint(&parent.name).is_some()) {
            return Ok(());
        }
        let finding = report.finding(relation, format!("Table '{}' {complaint}", relation.name));
        let taken = |name: &str| schema.find(&relation.schema, name).is_some();
        if let Some(suggestion) = options.suggestion(&relation.name, taken) {
            finding.suggestion(suggestion);
        }
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Tables whose names are not written in the project's style: `snake_case` unless the option `style` or `pattern` says
otherwise. Partitions are reported only where their parent's name is right.

```sql fires
CREATE TABLE "UserAccount" (id bigint PRIMARY KEY);
```

```sql fires {"pattern": "^app_"}
CREATE TABLE user_account (id bigint PRIMARY KEY);
```

```sql clean
CREATE TABLE user_account (id bigint PRIMARY KEY);
```

```sql clean {"style": "PascalCase"}
CREATE TABLE "UserAccount" (id bigint PRIMARY KEY);
```

## Why it hurts

PostgreSQL folds names that are not quoted to lower case. A table called `UserAccount` has to be written
`"UserAccount"` in every query, by everyone, for ever; `UserAccount` without quotes is another table, or none.

## How to fix

Rename the table, and let a view with the old name serve the code that still uses it:

```sql
ALTER TABLE "UserAccount" RENAME TO user_account;
CREATE VIEW "UserAccount" AS SELECT * FROM user_account;
```

## When to allow it

For tables whose names another program decides: an ORM, an extension, a replicated schema.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, Table, check};

    fn found(options: &str, schema: &Snapshot) -> Vec<(String, Option<String>)> {
        let findings = check(&TableNaming, options, schema).unwrap();
        findings.into_iter().map(|finding| (finding.message, finding.suggestion)).collect()
    }

    #[test]
    fn the_right_name_is_suggested() {
        let schema = Snapshot::new().with(Table::new("UserAccount")).with(Table::new("orders"));
        let expected = ("Table 'UserAccount' is not snake_case".into(), Some("Rename to 'user_account'".into()));
        assert_eq!(found("{}", &schema), [expected]);
    }

    #[test]
    fn a_taken_name_is_not_suggested() {
        let schema = Snapshot::new().with(Table::new("UserAccount")).with(Table::new("user_account"));
        assert_eq!(found("{}", &schema)[0].1.as_deref(), Some("Rename it; 'user_account' is already taken"));
    }

    #[test]
    fn names_of_any_script_are_judged() {
        let schema = Snapshot::new().with(Table::new("größe")).with(Table::new("Größe")).with(Table::new("東京"));
        let found = found("{}", &schema);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, "Table 'Größe' is not snake_case");
    }

    #[test]
    fn a_name_without_letters_has_no_suggestion() {
        assert_eq!(found("{}", &Table::new("$$").into()), [("Table '$$' is not snake_case".into(), None)]);
    }

    #[test]
    fn a_pattern_stands_in_place_of_the_style() {
        let schema = Snapshot::new().with(Table::new("w_orders")).with(Table::new("orders"));
        let expected = ("Table 'orders' does not match '^w_'".into(), None);
        assert_eq!(found(r#"{"pattern": "^w_"}"#, &schema), [expected]);
    }

    #[test]
    fn partitions_are_reported_where_their_parent_is_not() {
        let schema = Snapshot::new()
            .with(Table::new("Events").kind(RelationKind::PartitionedTable))
            .with(Table::new("Events_1").partition_of("Events"))
            .with(Table::new("logs").kind(RelationKind::PartitionedTable))
            .with(Table::new("logs-1").partition_of("logs"));
        let found = found("{}", &schema);
        assert_eq!(found.len(), 2);
        assert!(found[0].0.contains("'Events'") && found[1].0.contains("'logs-1'"));
    }

    #[test]
    fn views_are_not_tables() {
        assert!(found("{}", &Table::new("Report").kind(RelationKind::View).into()).is_empty());
        assert!(found("{}", &Snapshot::new()).is_empty());
    }

    #[test]
    fn wrong_options_are_pointed_at() {
        let wrong = |options| check(&TableNaming, options, &Snapshot::new()).unwrap_err().to_string();
        assert!(wrong(r#"{"pattern": "^(w_"}"#).starts_with("option `/pattern`: expected a regular expression"));
        assert!(wrong(r#"{"style": "Snake"}"#).starts_with("option `/style`: expected one of `snake_case`"));
        assert!(wrong(r#"{"stile": "snake_case"}"#).contains("`/stile`"));
    }
}
