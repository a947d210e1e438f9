//! `sensitive-column-masked`: columns that look personal and that no anonymization profile knows.

mod signs;

use crate::{partitions::stands_alone, pattern::Pattern};
use confiture_sdk::{Error, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity};
use schemars::JsonSchema;
use serde::Deserialize;
use signs::{Kind, sign};

/// Columns that look personal and that no anonymization profile knows.
pub struct SensitiveColumnMasked;

/// Options of `sensitive-column-masked`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// What is looked for; all of it unless it says otherwise.
    kinds: Vec<Kind>,
    /// Regular expressions for names of columns that are sensitive too.
    also: Vec<Pattern>,
}

impl Default for Options {
    fn default() -> Self {
        Self { kinds: Kind::ALL.to_vec(), also: Vec::new() }
    }
}

impl Rule for SensitiveColumnMasked {
    type Options = Options;

    const META: RuleMeta = RuleMeta {
        id: "sensitive-column-masked",
        summary: "Columns that look personal and that no anonymization profile has a rule for",
        category: "security",
        severity: Severity::Error,
        enabled_by_default: false,
        reads: Parts::COLUMNS,
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        options: &Options,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        if !stands_alone(relation, schema) {
            return Ok(());
        }
        // What a generated column holds is made from columns that are judged themselves.
        for column in relation.columns.iter().filter(|column| !column.generated) {
            let by_pattern = options.also.iter().find(|pattern| pattern.matches(&column.name));
            let (what, reason) = match (sign(column, &relation.name), by_pattern) {
                (Some(sign), _) if options.kinds.contains(&sign.kind) => {
                    (format!("like {}", sign.kind.as_str()), sign.reason)
                }
                (_, Some(pattern)) => ("sensitive".to_owned(), format!("its name matches `{}`", pattern.as_str())),
                _ => continue,
            };
            if schema.is_masked(relation, column) {
                continue;
            }
            let message =
                format!("Column '{}' of '{}' looks {what}, and no profile masks it", column.name, relation.name);
            report.finding((relation, column), message).evidence(reason).suggestion(
                "Give it a strategy in an anonymization profile, `none` where it may be copied as it is; `confiture anonymize \
                 suggest` drafts one",
            );
        }
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Columns of tables that look personal, and that no anonymization profile of the project has a rule for. A profile's rule may
mask the column, skip its table, or keep it as it is with the strategy `none`: it shows that somebody decided.

What looks personal: names of columns in English, German, French and Spanish that mean one thing, with a type that can hold
it (`email`, `date_of_birth`), `name` in a table of people, and comments that say so (`PII`, `personal data`, `RGPD`). The
option `kinds` narrows it to some of `email`, `phone`, `name`, `address`, `birth-date`, `national-id`, `payment`,
`network-address`, `health` and `declared`; the option `also` adds names by regular expressions. `confiture anonymize suggest`
knows more names and looks at values, and drafts a profile.

```sql fires
CREATE TABLE customers (id bigint PRIMARY KEY, email text);
```

```sql fires
CREATE TABLE notes (id bigint PRIMARY KEY, body text);
COMMENT ON COLUMN notes.body IS 'What the doctor wrote. Contains personal data.';
```

```sql fires {"also": ["_ref$"], "kinds": []}
CREATE TABLE orders (id bigint PRIMARY KEY, customer_ref text);
```

```sql clean
CREATE TABLE orders (id bigint PRIMARY KEY, email_sent_at timestamptz, address_id bigint, phone_verified boolean);
```

```sql clean {"kinds": ["phone"]}
CREATE TABLE customers (id bigint PRIMARY KEY, email text);
```

## Why it hurts

A copy of production for tests goes where production may not: to laptops, to contractors, into screenshots. A column that the
profile does not know is copied with real people in it, and a column that was added last week is one that nobody thought of.

## How to fix

Decide for each column, in the profile:

```yaml
rules:
  - table: customers
    columns:
      email: {strategy: email_masking}
```

## When to allow it

For columns that are called so and hold something else, and for tables of public data. Where a column may be copied as it is,
a rule with the strategy `none` in the profile says so better than an exemption here.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{
        Finding, ObjectKind, ObjectRef,
        catalog::RelationKind,
        testing::{Snapshot, Table, check},
    };

    fn customers() -> Table {
        Table::new("customers").column("id", "bigint").column("email", "text").column("state", "text")
    }

    fn found(options: &str, schema: impl Into<Snapshot>) -> Vec<Finding> {
        check(&SensitiveColumnMasked, options, &schema.into()).unwrap()
    }

    #[test]
    fn a_column_that_no_profile_knows() {
        let findings = found("{}", customers());
        assert_eq!(findings.len(), 1);
        assert_eq!(
            findings[0].message,
            "Column 'email' of 'customers' looks like an e-mail address, and no profile masks it"
        );
        assert_eq!(findings[0].evidence, ["its name says `email`"]);
    }

    #[test]
    fn a_profile_knows_exactly_its_column() {
        let column = |schema: &str, table: &str| ObjectRef {
            kind: ObjectKind::Column,
            schema: Some(schema.to_owned()),
            parent: Some(table.to_owned()),
            name: "email".to_owned(),
        };
        let masking = |object| found("{}", Snapshot::from(customers()).masking(object));
        assert!(masking(column("public", "customers")).is_empty());
        assert_eq!(masking(column("crm", "customers")).len(), 1);
        assert_eq!(masking(column("public", "clients")).len(), 1);
    }

    #[test]
    fn names_of_the_projects_own() {
        let findings = found(r#"{"also": ["^st"], "kinds": ["phone"]}"#, customers());
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].message, "Column 'state' of 'customers' looks sensitive, and no profile masks it");
        assert_eq!(findings[0].evidence, ["its name matches `^st`"]);
    }

    #[test]
    fn views_partitions_and_generated_columns_have_nothing_of_their_own() {
        let schema = Snapshot::new()
            .with(customers().kind(RelationKind::View))
            .with(Table::new("people").kind(RelationKind::PartitionedTable))
            .with(Table::new("people_1").partition_of("people").column("email", "text"))
            .with(Table::new("users").column("email", "text").changed(|table| table.columns[0].generated = true));
        assert!(found("{}", schema).is_empty());
    }
}
