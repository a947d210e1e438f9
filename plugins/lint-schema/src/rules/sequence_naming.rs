//! `sequence-naming`: sequences whose names are not written as the project writes names.

use crate::names::Naming;
use confiture_sdk::{Error, Parts, Report, Rule, RuleMeta, Schema, Severity, catalog::Sequence};
use std::collections::HashSet;

/// Sequences whose names are not written as the project writes names.
pub struct SequenceNaming;

impl Rule for SequenceNaming {
    type Options = Naming;

    const META: RuleMeta = RuleMeta {
        id: "sequence-naming",
        summary: "Sequences whose names do not follow the project's style",
        category: "naming",
        severity: Severity::Warning,
        enabled_by_default: false,
        reads: Parts::NONE,
        documentation: DOCUMENTATION,
    };

    fn check(&self, options: &Naming, schema: &Schema, report: &mut Report) -> Result<(), Error> {
        // PostgreSQL makes and names the sequence of a column after the column.
        let chosen: Vec<&Sequence> =
            schema.sequences().filter(|sequence| !sequence.identity && sequence.owned_by.is_none()).collect();
        let names: HashSet<(&str, &str)> = chosen.iter().map(|one| (&*one.schema, &*one.name)).collect();
        for sequence in chosen.iter().copied() {
            let Some(complaint) = options.complaint(&sequence.name) else { continue };
            let finding = report.finding(sequence, format!("Sequence '{}' {complaint}", sequence.name));
            // Tables and sequences share their names.
            let taken = |name: &str| {
                names.contains(&(&*sequence.schema, name)) || schema.find(&sequence.schema, name).is_some()
            };
            if let Some(suggestion) = options.suggestion(&sequence.name, taken) {
                finding.suggestion(suggestion);
            }
        }
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Sequences whose names are not written in the project's style: `snake_case` unless the option `style` or `pattern` says
otherwise. Those that belong to a column are named after it by PostgreSQL, and are not looked at.

```sql fires
CREATE SEQUENCE "InvoiceNumber";
```

```sql fires {"pattern": "_seq$"}
CREATE SEQUENCE invoice_number;
```

```sql clean
CREATE SEQUENCE invoice_number;
CREATE TABLE "Order" ("Id" bigserial PRIMARY KEY);
```

## Why it hurts

The name of a sequence stands in a string: `nextval('"InvoiceNumber"')`, quotes inside quotes. Forgotten quotes are found when
the statement runs, not when it is written.

## How to fix

Renaming takes a moment. Defaults of columns follow by themselves, strings in programs do not.

```sql
ALTER SEQUENCE "InvoiceNumber" RENAME TO invoice_number;
```

## When to allow it

For sequences whose names another program decides, such as an ORM.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, check};

    #[test]
    fn sequences_of_columns_are_named_by_postgresql() {
        let sequence = |name: &str, rest: &str| {
            format!(r#"{{"schema": "public", "name": "{name}", "type_name": "bigint", "cycles": false, {rest}}}"#)
        };
        let sequences = [
            sequence("InvoiceNumber", r#""identity": false"#),
            sequence("Order_Id_seq", r#""identity": false, "owned_by": "public.Order.Id""#),
            sequence("Line_Id_seq", r#""identity": true"#),
        ];
        let json = format!(
            r#"{{"snapshot_version": 1, "server_version": 150000, "live": false, "relations": [], "sequences": [{}]}}"#,
            sequences.join(",")
        );
        let found = check(&SequenceNaming, "{}", &Snapshot::from_json(&json).unwrap()).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "Sequence 'InvoiceNumber' is not snake_case");
        assert_eq!(found[0].suggestion.as_deref(), Some("Rename to 'invoice_number'"));
    }
}
