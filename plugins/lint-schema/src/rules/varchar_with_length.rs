//! `varchar-with-length`: texts with a length that somebody guessed.

use crate::column_types::{columns_of_type, tell};
use confiture_sdk::{Error, NoOptions, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity};

/// Texts with a length that somebody guessed.
pub struct VarcharWithLength;

impl Rule for VarcharWithLength {
    type Options = NoOptions;

    const META: RuleMeta = RuleMeta {
        id: "varchar-with-length",
        summary: "Columns of type varchar(n)",
        category: "types",
        severity: Severity::Info,
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
        for column in columns_of_type(relation, schema, |name| name.starts_with("character varying(")) {
            tell(relation, column, "text", None, report);
        }
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Columns of type `character varying(n)`, written `varchar(n)`. One without a length is a `text` under another name.

```sql fires
CREATE TABLE customers (id bigint PRIMARY KEY, name varchar(255) NOT NULL);
```

```sql clean
CREATE TABLE customers (
    id bigint PRIMARY KEY,
    name text NOT NULL CHECK (length(name) <= 200),
    nickname varchar
);
```

## Why it hurts

The length saves nothing: PostgreSQL stores both in the same way. It is mostly a guess (255, from another database), and the first
longer value fails in production. Making it shorter later rewrites the table; views that read the column stand in the way of any
change.

## How to fix

Changing to `text` rewrites nothing. Where the length is a rule of the business, say it as one, by name:

```sql
ALTER TABLE customers ALTER COLUMN name TYPE text;
ALTER TABLE customers ADD CONSTRAINT name_fits CHECK (length(name) <= 200) NOT VALID;
```

## When to allow it

Where a standard or a neighbouring system sets the length: a BIC, a country's code, a column of a file of fixed width.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, Table, check};

    #[test]
    fn only_with_a_length() {
        let table = Table::new("t")
            .column("a", "character varying(255)")
            .column("b", "character varying(5)[]")
            .column("c", "character varying")
            .column("d", "text");
        let found = check(&VarcharWithLength, "{}", &Snapshot::from(table)).unwrap();
        let told: Vec<_> = found.iter().filter_map(|finding| finding.suggestion.as_deref()).collect();
        assert_eq!(
            told,
            ["ALTER TABLE public.t ALTER COLUMN a TYPE text;", "ALTER TABLE public.t ALTER COLUMN b TYPE text[];"]
        );
    }
}
