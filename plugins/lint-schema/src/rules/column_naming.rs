//! `column-naming`: columns whose names are not written as the project writes names.

use crate::{names::Naming, partitions::stands_alone};
use confiture_sdk::{Error, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity, catalog::RelationKind};

/// Columns whose names are not written as the project writes names.
pub struct ColumnNaming;

impl Rule for ColumnNaming {
    type Options = Naming;

    const META: RuleMeta = RuleMeta {
        id: "column-naming",
        summary: "Columns whose names do not follow the project's style",
        category: "naming",
        severity: Severity::Warning,
        enabled_by_default: true,
        reads: Parts::COLUMNS,
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        options: &Naming,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        if !stands_alone(relation, schema) && relation.kind != RelationKind::ForeignTable {
            return Ok(());
        }
        for column in &relation.columns {
            let Some(complaint) = options.complaint(&column.name) else { continue };
            let finding = report.finding((relation, column), format!("Column '{}' {complaint}", column.name));
            let taken = |name: &str| relation.column(name).is_some();
            if let Some(suggestion) = options.suggestion(&column.name, taken) {
                finding.suggestion(suggestion);
            }
        }
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Columns of tables whose names are not written in the project's style: `snake_case` unless the option `style` or
`pattern` says otherwise. Columns of partitions are their parent's.

```sql fires
CREATE TABLE account (id bigint PRIMARY KEY, "createdAt" timestamptz);
```

```sql clean
CREATE TABLE account (id bigint PRIMARY KEY, created_at timestamptz);
```

```sql clean {"style": "camelCase"}
CREATE TABLE account (id bigint PRIMARY KEY, "createdAt" timestamptz);
```

## Why it hurts

PostgreSQL folds names that are not quoted to lower case. A column called `createdAt` has to be written `"createdAt"`
in every query; without the quotes it is `createdat`, which does not exist.

## How to fix

Rename the column. Code that still uses the old name can be served by a view until it has changed.

```sql
ALTER TABLE account RENAME COLUMN "createdAt" TO created_at;
```

## When to allow it

For columns whose names another program decides: an ORM, an extension, an imported file.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{
        ObjectKind,
        testing::{Snapshot, Table, check},
    };

    #[test]
    fn each_wrong_column_is_reported() {
        let table = Table::new("account").column("id", "bigint").column("userID", "bigint").column("user id", "text");
        let findings = check(&ColumnNaming, "{}", &table.into()).unwrap();
        assert_eq!(findings.len(), 2);
        assert_eq!(findings[0].message, "Column 'userID' is not snake_case");
        assert_eq!(findings[0].suggestion.as_deref(), Some("Rename to 'user_id'"));
        assert_eq!(findings[0].subject.kind, ObjectKind::Column);
        assert_eq!(findings[0].subject.to_string(), "public.account.userID");
    }

    #[test]
    fn a_taken_name_is_not_suggested() {
        let table = Table::new("account").column("user_id", "bigint").column("userId", "bigint");
        let findings = check(&ColumnNaming, "{}", &table.into()).unwrap();
        assert_eq!(findings[0].suggestion.as_deref(), Some("Rename it; 'user_id' is already taken"));
    }

    #[test]
    fn columns_of_partitions_and_views_are_not_reported_again() {
        let schema = Snapshot::new()
            .with(Table::new("events").kind(RelationKind::PartitionedTable).column("eventId", "bigint"))
            .with(Table::new("events_1").partition_of("events").column("eventId", "bigint"))
            .with(Table::new("report").kind(RelationKind::View).column("eventId", "bigint"));
        assert_eq!(check(&ColumnNaming, "{}", &schema).unwrap().len(), 1);
    }

    #[test]
    fn a_pattern_of_the_project() {
        let table = Table::new("account").column("id", "bigint").column("created2", "date").column("_x", "text");
        let findings = check(&ColumnNaming, r#"{"pattern": "^[a-z_]+$"}"#, &table.into()).unwrap();
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].message, "Column 'created2' does not match '^[a-z_]+$'");
    }
}
