//! `index-naming`: indexes whose names do not say what they index.

use crate::{
    case::Case,
    made_names::{MadeNames, Wrong},
    partitions::stands_alone,
    pattern::Pattern,
    template::{Template, Values},
};
use confiture_sdk::{Error, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity, catalog::Index, sql};
use schemars::JsonSchema;
use serde::Deserialize;

/// Indexes whose names do not say what they index.
pub struct IndexNaming;

/// Options of `index-naming`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// What names are made of: text and the placeholders {schema}, {table}, {columns} and {type}; `idx_{table}_{columns}` where neither this nor `pattern` nor `style` is set.
    template: Option<Template>,
    /// A regular expression that names match, in place of a template.
    pattern: Option<Pattern>,
    /// How names are written, in place of a template: snake_case, PascalCase, camelCase, kebab-case or SCREAMING_SNAKE_CASE.
    style: Option<Case>,
}

impl Rule for IndexNaming {
    type Options = Options;

    const META: RuleMeta = RuleMeta {
        id: "index-naming",
        summary: "Indexes whose names do not follow the project's template",
        category: "naming",
        severity: Severity::Warning,
        enabled_by_default: false,
        reads: Parts::COLUMNS.and(Parts::CONSTRAINTS).and(Parts::INDEXES),
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        options: &Options,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        // PostgreSQL names the indexes of partitions after their parent's.
        if relation.indexes.is_empty() || relation.is_table() && !stands_alone(relation, schema) {
            return Ok(());
        }
        let names = MadeNames {
            template: options.template.as_ref(),
            pattern: options.pattern.as_ref(),
            style: options.style,
            usual: "idx_{table}_{columns}",
        };
        for index in relation.indexes.iter().filter(|index| !is_of_constraint(index, relation)) {
            if let Some(wrong) = names.wrong(&index.name, &values(index, relation)) {
                tell(index, relation, wrong, schema, report);
            }
        }
        Ok(())
    }
}

/// The index of a constraint has the constraint's name, and is renamed with it.
fn is_of_constraint(index: &Index, relation: &Relation) -> bool {
    relation.constraints.iter().any(|constraint| constraint.name == index.name)
}

fn values<'a>(index: &'a Index, relation: &'a Relation) -> Values<'a> {
    let column = |key: &String| {
        let is_key = |name: &str| name == key || sql::identifier(name) == *key;
        relation.columns.iter().map(|column| column.name.as_str()).find(|name| is_key(name))
    };
    Values {
        schema: &relation.schema,
        table: &relation.name,
        columns: index.keys.iter().map(column).collect(),
        types: if index.unique {
            vec!["uq", "ux", "uidx", "uindex", "unique", "key", "idx", "ix"]
        } else {
            vec!["idx", "ix", "index"]
        },
        open: has_more_to_say(index, relation),
        alone: false,
        references: None,
    }
}

/// Whether the table and the columns do not say all of it: of several on the same columns, each needs its own name.
fn has_more_to_say(index: &Index, relation: &Relation) -> bool {
    index.predicate.is_some()
        || !index.included.is_empty()
        || index.method != "btree"
        || index.key_options.iter().any(|option| !option.is_empty())
        || has_twin(index, relation)
}

/// Whether another index is on the same columns, and would get the same name.
fn has_twin(index: &Index, relation: &Relation) -> bool {
    let twin =
        |other: &Index| other.name != index.name && other.keys == index.keys && !is_of_constraint(other, relation);
    relation.indexes.iter().any(twin)
}

fn tell(index: &Index, relation: &Relation, wrong: Wrong, schema: &Schema, report: &mut Report) {
    let finding = report.finding((relation, index), format!("Index '{}' {}", index.name, wrong.complaint));
    finding.evidence(&index.definition);
    let Some(right) = wrong.right.filter(|right| *right != index.name) else { return };
    // Tables and indexes share their names.
    if relation.indexes.iter().any(|other| other.name == right) || schema.find(&relation.schema, &right).is_some() {
        finding.suggestion(format!("Rename it; '{right}' is already taken"));
        return;
    }
    if has_twin(index, relation) {
        finding.suggestion(format!(
            "Rename it: '{right}' and, behind a further `_`, what tells it from the other indexes on the same columns"
        ));
        return;
    }
    let name = sql::qualified(&relation.schema, &index.name);
    let rename = format!("ALTER INDEX {name} RENAME TO {}", sql::identifier(&right));
    finding.suggestion(format!("{rename};"));
    // No query names an index; but programs know a unique one from the errors that it makes, and what a name says beyond
    // table and columns would be lost.
    if !index.unique && !has_more_to_say(index, relation) {
        finding.fix(rename);
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Indexes whose names are not what the option `template` makes of their table and columns: `idx_{table}_{columns}` unless
the option says otherwise. A `pattern` or a `style` can stand in its place.

`{columns}` are the key columns in order, joined with `_`; any word may stand for an expression. `{type}` is `uq` (or
`ux`, `uidx`, `uindex`, `key`) for a unique index, `idx` (or `ix`) for another. Where table and columns do not say all, more
may follow the columns behind `_`: of an index that is partial, of another method than btree, in another order or with included columns, and of
one of several on the same columns. A name that PostgreSQL cut at 63 bytes is right. The indexes of constraints are named
by `constraint-naming`, those of partitions by their parent.

```sql fires
CREATE TABLE customers (id bigint PRIMARY KEY, email text);
CREATE INDEX by_mail ON customers (email);
```

```sql fires {"template": "{table}_{columns}_{type}"}
CREATE TABLE customers (id bigint PRIMARY KEY, email text, name text);
CREATE INDEX customers_email_idx ON customers (email, name);
```

```sql fires {"style": "snake_case"}
CREATE TABLE customers (id bigint PRIMARY KEY, email text);
CREATE INDEX "ByMail" ON customers (email);
```

```sql clean
CREATE TABLE customers (id bigint PRIMARY KEY, email text UNIQUE, name text, gone boolean);
CREATE INDEX idx_customers_name_email ON customers (name, email);
CREATE INDEX idx_customers_name_present ON customers (name) WHERE NOT gone;
CREATE INDEX idx_customers_lower_email ON customers (lower(email));
```

```sql clean {"template": "{table}_{columns}_idx"}
CREATE TABLE customers (id bigint PRIMARY KEY, email text);
CREATE INDEX ON customers (email);
```

## Why it hurts

Query plans, error messages and statistics show an index by its name alone. One that says its table and columns can be
judged where it is seen; `by_mail` sends everyone to look it up, and the same index is soon made again under another name.

## How to fix

Renaming an index takes a moment and blocks neither reads nor writes:

```sql
ALTER INDEX by_mail RENAME TO idx_customers_email;
```

Where the index is unique, programs may know its name from the error of a value that was already there: look for it first.

## When to allow it

For indexes whose names another program decides, such as a migration tool that drops them by these names.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{
        Finding,
        catalog::RelationKind,
        testing::{Snapshot, Table, check},
    };

    fn orders() -> Table {
        Table::new("orders").column("id", "bigint not null").column("Paid At", "date").primary_key(["id"])
    }

    fn found(options: &str, schema: impl Into<Snapshot>) -> Vec<Finding> {
        check(&IndexNaming, options, &schema.into()).unwrap()
    }

    #[test]
    fn the_name_follows_from_table_and_columns() {
        let table = orders().index_as("idx_orders_id_Paid At", ["id", "\"Paid At\""], |_| {}).index(["id"]);
        let found = found("{}", table);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "Index 'orders_id_idx' does not follow 'idx_{table}_{columns}'");
        assert_eq!(found[0].suggestion.as_deref(), Some("ALTER INDEX public.orders_id_idx RENAME TO idx_orders_id;"));
        assert_eq!(found[0].fix, ["ALTER INDEX public.orders_id_idx RENAME TO idx_orders_id"]);
        assert!(found[0].evidence[0].starts_with("CREATE INDEX orders_id_idx"));
    }

    #[test]
    fn a_unique_index_is_renamed_by_hand() {
        let found = found("{}", orders().index_as("one", ["id"], |index| index.unique = true));
        assert!(found[0].fix.is_empty() && found[0].suggestion.is_some());
        let partial = |index: &mut Index| index.predicate = Some("NOT paid".to_owned());
        let found = self::found("{}", orders().index_as("unpaid", ["id"], partial));
        assert!(found[0].fix.is_empty() && found[0].suggestion.is_some());
    }

    #[test]
    fn no_two_indexes_are_to_get_one_name() {
        let partial = |index: &mut Index| index.predicate = Some("NOT gone".to_owned());
        let twins = orders().index_as("one", ["id"], |_| {}).index_as("other", ["id"], partial);
        for finding in found("{}", twins) {
            let suggestion = finding.suggestion.unwrap_or_default();
            assert!(
                suggestion.starts_with("Rename it: 'idx_orders_id' and, behind") && finding.fix.is_empty(),
                "{suggestion}"
            );
        }
    }

    #[test]
    fn what_table_and_columns_do_not_tell_apart_may_say_more() {
        let partial = |index: &mut Index| index.predicate = Some("NOT gone".to_owned());
        assert!(found("{}", orders().index_as("idx_orders_id_open", ["id"], partial)).is_empty());
        assert_eq!(found("{}", orders().index_as("idx_orders_id_open", ["id"], |_| {})).len(), 1);
        let twins = orders().index_as("idx_orders_id", ["id"], |_| {}).index_as("idx_orders_id_2", ["id"], |_| {});
        assert!(found("{}", twins).is_empty());
    }

    #[test]
    fn a_taken_name_and_an_expression() {
        let twins = orders().index_as("idx_orders_id", ["id"], |_| {}).index_as("by_id", ["id"], |_| {});
        assert_eq!(found("{}", twins)[0].suggestion.as_deref(), Some("Rename it; 'idx_orders_id' is already taken"));
        assert_eq!(found("{}", orders().index_as("by_day", ["abs(id)"], |_| {}))[0].suggestion, None);
    }

    #[test]
    fn a_pattern_or_a_style_in_place_of_a_template() {
        let table = || orders().index(["id"]);
        assert!(found(r#"{"pattern": "_idx$"}"#, table()).is_empty());
        assert_eq!(found(r#"{"pattern": "^ix"}"#, table())[0].message, "Index 'orders_id_idx' does not match '^ix'");
        assert_eq!(found(r#"{"style": "camelCase"}"#, table())[0].message, "Index 'orders_id_idx' is not camelCase");
        let error = check(&IndexNaming, r#"{"template": "{tabel}"}"#, &Snapshot::new()).unwrap_err().to_string();
        assert!(error.contains("`/template`") && error.contains("not `{tabel}`"), "{error}");
    }

    #[test]
    fn partitions_follow_their_parent() {
        let schema = Snapshot::new()
            .with(Table::new("events").kind(RelationKind::PartitionedTable))
            .with(Table::new("events_1").partition_of("events").column("id", "bigint").index(["id"]));
        assert!(found("{}", schema).is_empty());
    }
}
