//! `json-column`: documents that are parsed anew each time they are read.

use crate::column_types::{columns_of_type, tell};
use confiture_sdk::{Error, NoOptions, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity};

/// Documents that are parsed anew each time they are read.
pub struct JsonColumn;

impl Rule for JsonColumn {
    type Options = NoOptions;

    const META: RuleMeta = RuleMeta {
        id: "json-column",
        summary: "Columns of type json, where jsonb would do",
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
        for column in columns_of_type(relation, schema, |name| name == "json") {
            tell(relation, column, "jsonb", None, report);
        }
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Columns of type `json`.

```sql fires
CREATE TABLE events (id bigint PRIMARY KEY, payload json);
```

```sql clean
CREATE TABLE events (id bigint PRIMARY KEY, payload jsonb);
```

## Why it hurts

`json` is a text that was checked once. Each operator parses it again; it has no equality, so `DISTINCT`, `GROUP BY` and `UNION`
fail on it; and no GIN index finds what is inside.

## How to fix

```sql
ALTER TABLE events ALTER COLUMN payload TYPE jsonb;
```

That rewrites the table; spaces, the order of keys and all but the last of equal keys go.

## When to allow it

Where the text itself has to be kept as it came: for a signature over it, or as evidence.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, Table, check};

    #[test]
    fn json_and_its_arrays() {
        let table = Table::new("t").column("a", "json").column("b", "json[]").column("c", "jsonb");
        let found = check(&JsonColumn, "{}", &Snapshot::from(table)).unwrap();
        let told: Vec<_> = found.iter().filter_map(|finding| finding.suggestion.as_deref()).collect();
        assert_eq!(
            told,
            ["ALTER TABLE public.t ALTER COLUMN a TYPE jsonb;", "ALTER TABLE public.t ALTER COLUMN b TYPE jsonb[];"]
        );
    }
}
