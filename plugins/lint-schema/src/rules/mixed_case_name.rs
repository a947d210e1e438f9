//! `mixed-case-name`: names that have to be quoted wherever they are written.

use crate::{case::Case, partitions::stands_alone};
use confiture_sdk::{
    Error, NoOptions, ObjectRef, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity, catalog::RelationKind, sql,
};

/// Names that have to be quoted wherever they are written.
pub struct MixedCaseName;

impl Rule for MixedCaseName {
    type Options = NoOptions;

    const META: RuleMeta = RuleMeta {
        id: "mixed-case-name",
        summary: "Names with capitals or other characters that have to be quoted",
        category: "naming",
        severity: Severity::Warning,
        enabled_by_default: false,
        reads: Parts::COLUMNS,
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        _: &NoOptions,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        if needs_quotes(&relation.name) && (stands_alone(relation, schema) || !relation.is_table()) {
            let rename =
                better(&relation.name).filter(|name| schema.find(&relation.schema, name).is_none()).map(|name| {
                    format!("ALTER {} {} RENAME TO {};", kind(relation), relation.sql_name(), sql::identifier(&name))
                });
            tell(relation.into(), &format!("'{}'", relation.name), rename, report);
        }
        for column in relation.columns.iter().filter(|column| needs_quotes(&column.name)) {
            if stands_alone(relation, schema) {
                let rename = better(&column.name).filter(|name| relation.column(name).is_none()).map(|name| {
                    let (old, new) = (sql::identifier(&column.name), sql::identifier(&name));
                    format!("ALTER TABLE {} RENAME COLUMN {old} TO {new};", relation.sql_name())
                });
                let what = format!("'{}' of table '{}'", column.name, relation.name);
                tell((relation, column).into(), &what, rename, report);
            }
        }
        Ok(())
    }

    fn check(&self, _: &NoOptions, schema: &Schema, report: &mut Report) -> Result<(), Error> {
        for routine in schema.routines().filter(|routine| needs_quotes(&routine.name)) {
            tell((&routine).into(), &format!("'{}'", routine.name), None, report);
        }
        for definition in schema.type_definitions().filter(|definition| needs_quotes(&definition.name)) {
            tell((&definition).into(), &format!("'{}'", definition.name), None, report);
        }
        Ok(())
    }
}

/// PostgreSQL folds the capitals of ASCII alone, and takes letters of any script as they are.
fn needs_quotes(name: &str) -> bool {
    let fits = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_' || !char.is_ascii();
    !name.chars().all(fits) || name.starts_with(|first: char| first.is_ascii_digit())
}

/// The name as it could be written without quotes.
fn better(name: &str) -> Option<String> {
    Case::Snake.write(name).filter(|better| !needs_quotes(better))
}

fn kind(relation: &Relation) -> &'static str {
    match relation.kind {
        RelationKind::View => "VIEW",
        RelationKind::MaterializedView => "MATERIALIZED VIEW",
        RelationKind::ForeignTable => "FOREIGN TABLE",
        _ => "TABLE",
    }
}

fn tell(subject: ObjectRef, what: &str, rename: Option<String>, report: &mut Report) {
    let quoted = sql::identifier(&subject.name);
    let message = format!("The name {what} has to be quoted: {quoted}");
    let finding = report.finding(subject, message);
    if let Some(rename) = rename {
        finding.suggestion(rename);
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Names of tables, views, columns of tables, functions and types with capital letters, spaces or other characters that PostgreSQL only takes
in quotes. Words that it keeps to itself are the business of `reserved-word-name`.

```sql fires
CREATE TABLE customers (id bigint PRIMARY KEY, "displayName" text);
```

```sql fires
CREATE TABLE "Order Details" (id bigint PRIMARY KEY);
```

```sql clean
CREATE TABLE Customers (id bigint PRIMARY KEY, DisplayName text, "größe" int);
```

## Why it hurts

PostgreSQL writes what is not quoted in small letters: `SELECT displayName` looks for `displayname`, and does not find it. One pair of
quotes makes them needed everywhere: in each query, each report, each script, for ever.

## How to fix

```sql
ALTER TABLE customers RENAME COLUMN "displayName" TO display_name;
```

Programs that use the old name need a view, or both columns for a while.

## When to allow it

Where a tool that cannot be told otherwise makes the names.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, Table, check, routine};

    #[test]
    fn names_that_need_quotes() {
        let schema = Snapshot::new()
            .with(Table::new("OrderNotes").column("order_id", "int").column("2fa", "text").column("größe", "int"))
            .with(Table::new("v").view(["public.OrderNotes"]).column("Id", "int"))
            .with(Table::new("user").column("Name", "text").column("name", "text"))
            .changed(|schema| schema.routines.push(routine("doIt")));
        let found = check(&MixedCaseName, "{}", &schema).unwrap();
        let told: Vec<_> =
            found.iter().map(|finding| (finding.message.as_str(), finding.suggestion.as_deref())).collect();
        assert_eq!(
            told,
            [
                (
                    "The name 'OrderNotes' has to be quoted: \"OrderNotes\"",
                    Some("ALTER TABLE public.\"OrderNotes\" RENAME TO order_notes;")
                ),
                ("The name '2fa' of table 'OrderNotes' has to be quoted: \"2fa\"", None),
                ("The name 'Name' of table 'user' has to be quoted: \"Name\"", None),
                ("The name 'doIt' has to be quoted: \"doIt\"", None),
            ]
        );
    }
}
