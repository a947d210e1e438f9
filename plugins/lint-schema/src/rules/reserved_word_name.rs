//! `reserved-word-name`: names that are words of SQL.

mod words;

use crate::partitions::stands_alone;
use confiture_sdk::{Error, NoOptions, ObjectRef, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity, sql};
use words::WORDS;

/// Names that are words of SQL.
pub struct ReservedWordName;

impl Rule for ReservedWordName {
    type Options = NoOptions;

    const META: RuleMeta = RuleMeta {
        id: "reserved-word-name",
        summary: "Names that PostgreSQL keeps to itself",
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
        if is_reserved(&relation.name) {
            tell(relation.into(), &format!("'{}'", relation.name), report);
        }
        for column in relation.columns.iter().filter(|column| is_reserved(&column.name)) {
            if stands_alone(relation, schema) {
                let what = format!("'{}' of table '{}'", column.name, relation.name);
                tell((relation, column).into(), &what, report);
            }
        }
        Ok(())
    }
}

fn is_reserved(name: &str) -> bool {
    WORDS.binary_search(&name).is_ok()
}

fn tell(subject: ObjectRef, what: &str, report: &mut Report) {
    let quoted = sql::identifier(&subject.name);
    report
        .finding(subject, format!("The name {what} is a reserved word"))
        .suggestion(format!("Rename it, or write {quoted} in quotes wherever it stands"));
}

const DOCUMENTATION: &str = r#"
## What it finds

Names of tables, views and columns of tables that are reserved words of PostgreSQL: `user`, `order`, `group`, `end`, `default`, `left` and
their like. Words that PostgreSQL knows and lets stand as a name, such as `name`, `type`, `value` and `position`, are left alone.

```sql fires
CREATE TABLE "user" (id bigint PRIMARY KEY);
```

```sql clean
CREATE TABLE users (id bigint PRIMARY KEY, name text, type text, position int);
```

## Why it hurts

Forgotten quotes are not always an error: `SELECT * FROM user` answers with the name of the session's role, `SELECT user FROM orders` as
well.

## How to fix

```sql
ALTER TABLE "user" RENAME TO users;
```

## When to allow it

Where a program's framework quotes all names and nobody else writes queries.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, Table, check};

    #[test]
    fn words_are_sorted() {
        assert!(WORDS.is_sorted());
    }

    #[test]
    fn reserved_words_and_no_others() {
        let schema = Snapshot::new()
            .with(Table::new("user").column("left", "int").column("name", "text").column("User", "text"))
            .with(Table::new("orders").column("position", "int"));
        let found = check(&ReservedWordName, "{}", &schema).unwrap();
        let messages: Vec<_> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            ["The name 'user' is a reserved word", "The name 'left' of table 'user' is a reserved word"]
        );
    }
}
