//! `constraint-naming`: constraints whose names do not say what they hold.

use crate::{
    case::Case,
    made_names::{MadeNames, Wrong},
    partitions::stands_alone,
    pattern::Pattern,
    template::{Template, Values},
};
use confiture_sdk::{
    Error, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity,
    catalog::{Constraint, ConstraintKind},
    sql,
};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::LazyLock;

/// The template where the project has none.
static USUAL: LazyLock<Option<Template>> = LazyLock::new(|| Template::parse("{type}_{table}_{columns}").ok());

/// Constraints whose names do not say what they hold.
pub struct ConstraintNaming;

/// Options of `constraint-naming`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// What names are made of: text and the placeholders {type}, {schema}, {table}, {columns} and {references}; `{type}_{table}_{columns}` where neither this nor `pattern` nor `style` is set.
    template: Option<Template>,
    /// What {type} stands for, kind by kind; customary abbreviations where it says nothing.
    types: Types,
    /// A regular expression that names match, in place of a template.
    pattern: Option<Pattern>,
    /// How names are written, in place of a template: snake_case, PascalCase, camelCase, kebab-case or SCREAMING_SNAKE_CASE.
    style: Option<Case>,
}

/// What `{type}` stands for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Types {
    /// `pk` or `pkey`.
    primary_key: Option<String>,
    /// `uq`, `uk`, `unique` or `key`.
    unique: Option<String>,
    /// `fk` or `fkey`.
    foreign_key: Option<String>,
    /// `ck`, `chk` or `check`.
    check: Option<String>,
    /// `ex`, `excl` or `exclude`.
    exclusion: Option<String>,
}

impl Types {
    /// What a kind may be called, the preferred word first; none for what has no name that a person chose.
    fn words(&self, kind: ConstraintKind) -> Option<Vec<&str>> {
        let (own, usual): (_, &[&str]) = match kind {
            ConstraintKind::PrimaryKey => (&self.primary_key, &["pk", "pkey"]),
            ConstraintKind::Unique => (&self.unique, &["uq", "uk", "unique", "key"]),
            ConstraintKind::ForeignKey => (&self.foreign_key, &["fk", "fkey"]),
            ConstraintKind::Check => (&self.check, &["ck", "chk", "check"]),
            ConstraintKind::Exclusion => (&self.exclusion, &["ex", "excl", "exclude"]),
            ConstraintKind::NotNull | ConstraintKind::Other => return None,
        };
        Some(own.as_deref().map_or_else(|| usual.to_vec(), |word| vec![word]))
    }
}

impl Rule for ConstraintNaming {
    type Options = Options;

    const META: RuleMeta = RuleMeta {
        id: "constraint-naming",
        summary: "Constraints whose names do not follow the project's template",
        category: "naming",
        severity: Severity::Warning,
        enabled_by_default: false,
        reads: Parts::CONSTRAINTS,
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
        let names = MadeNames {
            template: options.template.as_ref(),
            pattern: options.pattern.as_ref(),
            style: options.style,
            usual: USUAL.as_ref(),
        };
        for constraint in &relation.constraints {
            let Some(types) = options.types.words(constraint.kind) else { continue };
            if let Some(wrong) = names.wrong(&constraint.name, &values(constraint, relation, types)) {
                tell(constraint, relation, wrong, report);
            }
        }
        Ok(())
    }
}

fn values<'a>(constraint: &'a Constraint, relation: &'a Relation, types: Vec<&'a str>) -> Values<'a> {
    // A check is told by what it asks for: its columns are in no order that means something.
    let by_columns = !matches!(constraint.kind, ConstraintKind::Check | ConstraintKind::Exclusion);
    let columns: Vec<&str> =
        if by_columns { constraint.columns.iter().map(String::as_str).collect() } else { Vec::new() };
    let twin = |other: &Constraint| {
        other.name != constraint.name && other.kind == constraint.kind && other.columns == constraint.columns
    };
    Values {
        schema: &relation.schema,
        table: &relation.name,
        columns: columns.into_iter().map(Some).collect(),
        types,
        open: relation.constraints.iter().any(twin),
        references: constraint.references.as_ref().map(|target| target.table.as_str()),
        alone: constraint.kind == ConstraintKind::PrimaryKey,
    }
}

fn tell(constraint: &Constraint, relation: &Relation, wrong: Wrong, report: &mut Report) {
    let message = format!("Constraint '{}' of '{}' {}", constraint.name, relation.name, wrong.complaint);
    let finding = report.finding((relation, constraint), message);
    finding.evidence(&constraint.definition);
    let Some(right) = wrong.right.filter(|right| *right != constraint.name) else { return };
    finding.suggestion(if relation.constraints.iter().any(|other| other.name == right) {
        format!("Rename it; '{right}' is already taken")
    } else {
        let (table, name) = (relation.sql_name(), sql::identifier(&constraint.name));
        format!("ALTER TABLE {table} RENAME CONSTRAINT {name} TO {};", sql::identifier(&right))
    });
}

const DOCUMENTATION: &str = r#"
## What it finds

Constraints whose names are not what the option `template` makes of their kind, table and columns:
`{type}_{table}_{columns}` unless the option says otherwise. A `pattern` or a `style` can stand in its place.

`{type}` is `pk` (or `pkey`) for a primary key, `uq` (or `uk`, `unique`, `key`) for a unique constraint, `fk` (or `fkey`),
`ck` (or `chk`, `check`) and `ex` (or `excl`, `exclude`) for the others; the option `types` says otherwise. `{references}` is
the table that a foreign key refers to, and stands for any text in the names of other constraints.

In the name of a check or an exclusion constraint any words may stand for `{columns}`: what it asks for tells it apart. A
primary key may leave them out: a table has only one. Of several of one kind on the same columns, each may add its own word
behind them. A name that PostgreSQL cut at 63 bytes is right. NOT NULL has no name that anyone chose, and the constraints of
partitions are their parent's.

```sql fires
CREATE TABLE orders (id bigint PRIMARY KEY);
```

```sql fires {"types": {"unique": "uk"}}
CREATE TABLE orders (number text CONSTRAINT uq_orders_number UNIQUE);
```

```sql clean
CREATE TABLE orders (
    id bigint CONSTRAINT pk_orders_id PRIMARY KEY,
    total numeric CONSTRAINT ck_orders_total_is_positive CHECK (total > 0)
);
```

```sql clean {"template": "{table}_{columns}_{type}"}
CREATE TABLE orders (id bigint PRIMARY KEY, number text UNIQUE, total numeric CHECK (total > 0));
```

## Why it hurts

The error of a constraint shows its name and little else. `fk_orders_customer_id` says at once what was wrong; `orders_c1`
has to be looked up, and a name that PostgreSQL made differs between databases that were made in another order.

## How to fix

Renaming a constraint changes no row; its index is renamed with it. Programs may know the name from errors and from
`ON CONFLICT ON CONSTRAINT`: look for it first.

```sql
ALTER TABLE orders RENAME CONSTRAINT orders_c1 TO fk_orders_customer_id;
```

## When to allow it

For constraints whose names another program decides, and in old tables whose programs know the names.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{
        Finding,
        testing::{Snapshot, Table, check},
    };

    fn orders() -> Table {
        Table::new("orders").column("id", "bigint not null").primary_key(["id"]).foreign_key(
            ["tenant_id", "customer_id"],
            "customers",
            ["tenant_id", "id"],
        )
    }

    fn named(name: &str, kind: ConstraintKind, columns: &[&str]) -> Constraint {
        Constraint {
            name: name.to_owned(),
            kind,
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
            definition: "...".to_owned(),
            validated: true,
            deferrable: false,
            references: None,
            extra: None,
        }
    }

    fn found(options: &str, schema: impl Into<Snapshot>) -> Vec<Finding> {
        check(&ConstraintNaming, options, &schema.into()).unwrap()
    }

    #[test]
    fn the_name_follows_from_kind_table_and_columns() {
        let found = found("{}", orders());
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].message, "Constraint 'orders_pkey' of 'orders' does not follow '{type}_{table}_{columns}'");
        assert_eq!(
            found[1].suggestion.as_deref(),
            Some(
                "ALTER TABLE public.orders RENAME CONSTRAINT orders_tenant_id_customer_id_fkey TO \
                 fk_orders_tenant_id_customer_id;"
            )
        );
        assert!(found[1].fix.is_empty(), "programs may know the name");
        assert!(found[1].evidence[0].starts_with("FOREIGN KEY"));
    }

    #[test]
    fn kinds_have_customary_words_or_the_projects() {
        let table = |name: &str| {
            let unique = named(name, ConstraintKind::Unique, &["number"]);
            Table::new("orders").changed(|table| table.constraints.push(unique))
        };
        for name in ["uq_orders_number", "uk_orders_number", "key_orders_number"] {
            assert!(found("{}", table(name)).is_empty(), "{name}");
        }
        let only_uk = r#"{"types": {"unique": "uk"}}"#;
        assert!(found(only_uk, table("uk_orders_number")).is_empty());
        assert_eq!(found(only_uk, table("uq_orders_number")).len(), 1);
    }

    #[test]
    fn a_check_is_told_by_what_it_asks_for() {
        let table = |name: &str| {
            let check = named(name, ConstraintKind::Check, &["total", "paid"]);
            Table::new("orders").changed(|table| table.constraints.push(check))
        };
        assert!(found("{}", table("ck_orders_paid_in_full")).is_empty());
        let wrong = found("{}", table("orders_check"));
        assert_eq!((wrong.len(), wrong[0].suggestion.as_ref()), (1, None));
    }

    #[test]
    fn postgresqls_own_names_are_a_template_too() {
        let options = r#"{"template": "{table}_{columns}_{type}"}"#;
        assert!(found(options, orders()).is_empty());
    }

    #[test]
    fn not_null_has_no_name() {
        let not_null = named("x", ConstraintKind::NotNull, &["id"]);
        assert!(found("{}", Table::new("t").changed(|table| table.constraints.push(not_null))).is_empty());
    }
}
