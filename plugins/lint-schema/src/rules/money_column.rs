//! `money-column`: amounts whose currency is a setting of the server.

use crate::column_types::{columns_of_type, tell};
use confiture_sdk::{Error, NoOptions, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity};

/// Amounts whose currency is a setting of the server.
pub struct MoneyColumn;

impl Rule for MoneyColumn {
    type Options = NoOptions;

    const META: RuleMeta = RuleMeta {
        id: "money-column",
        summary: "Columns of type money",
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
        for column in columns_of_type(relation, schema, |name| name == "money") {
            tell(
                relation,
                column,
                "numeric(19, 4)",
                Some("{}::numeric").filter(|_| !column.type_name.ends_with("[]")),
                report,
            );
        }
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Columns of type `money`.

```sql fires
CREATE TABLE invoices (id bigint PRIMARY KEY, total money);
```

```sql clean
CREATE TABLE invoices (id bigint PRIMARY KEY, total numeric(19, 4), currency text);
```

## Why it hurts

A `money` does not know its currency: it prints with that of `lc_monetary`, a setting. The same row is 10 dollars on one server and
10 euros on another, a dump of one may not load into the other, and fractions of a cent are rounded away.

## How to fix

```sql
ALTER TABLE invoices ALTER COLUMN total TYPE numeric(19, 4) USING total::numeric;
```

That rewrites the table. Keep the currency in a column beside it.

## When to allow it

Hardly ever; PostgreSQL's own wiki asks not to use it.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, Table, check};

    #[test]
    fn the_amount_is_converted() {
        let found = check(&MoneyColumn, "{}", &Snapshot::from(Table::new("t").column("Total", "money"))).unwrap();
        assert_eq!(
            found[0].suggestion.as_deref(),
            Some("ALTER TABLE public.t ALTER COLUMN \"Total\" TYPE numeric(19, 4) USING \"Total\"::numeric;")
        );
    }
}
