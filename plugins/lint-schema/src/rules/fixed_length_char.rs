//! `fixed-length-char`: texts that PostgreSQL fills up with spaces.

use crate::column_types::{columns_of_type, tell};
use confiture_sdk::{Error, NoOptions, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity};

/// Texts that PostgreSQL fills up with spaces.
pub struct FixedLengthChar;

impl Rule for FixedLengthChar {
    type Options = NoOptions;

    const META: RuleMeta = RuleMeta {
        id: "fixed-length-char",
        summary: "Columns of type char(n)",
        category: "types",
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
        for column in columns_of_type(relation, schema, |name| name.starts_with("character(")) {
            tell(relation, column, "text", None, report);
        }
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Columns of type `character(n)`, written `char(n)`; `char` alone is `char(1)`.

```sql fires
CREATE TABLE countries (code char(2) PRIMARY KEY, name text);
```

```sql clean
CREATE TABLE countries (code text PRIMARY KEY CHECK (code ~ '^[A-Z]{2}$'), name text);
```

## Why it hurts

Shorter values are filled up with spaces, which count in some operations and not in others: `length` leaves them out, `LIKE` and
regular expressions see them, a comparison with a `text` depends on which side is converted. They cost room and are faster nowhere.

## How to fix

```sql
ALTER TABLE countries ALTER COLUMN code TYPE text;
ALTER TABLE countries ADD CONSTRAINT code_is_iso CHECK (code ~ '^[A-Z]{2}$') NOT VALID;
```

The change drops the spaces at the end, and rewrites the table.

## When to allow it

Where a program that cannot be changed relies on the spaces.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, Table, check};

    #[test]
    fn not_the_internal_type() {
        let table =
            Table::new("t").column("a", "character(2)").column("b", "\"char\"").column("c", "character varying");
        let found = check(&FixedLengthChar, "{}", &Snapshot::from(table)).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "Column 'a' of table 't' is character(2)");
    }
}
