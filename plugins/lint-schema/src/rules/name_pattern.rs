//! `name-pattern`: names that do not match a regular expression of the project's own.

use crate::{partitions::stands_alone, pattern::Pattern};
use confiture_sdk::{
    Error, ObjectRef, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity, catalog::ConstraintKind,
    catalog::RelationKind,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// Names that do not match a regular expression of the project's own.
pub struct NamePattern;

/// What kind of names a pattern is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Target {
    Tables,
    Columns,
    Views,
    MaterializedViews,
    ForeignTables,
    Indexes,
    Constraints,
    Functions,
    Procedures,
    Types,
    Domains,
    Sequences,
    Triggers,
}

/// Options of `name-pattern`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The regular expression that names match; without `^` and `$` it may match anywhere in them.
    pattern: Pattern,
    /// Whose names: tables unless it says otherwise.
    #[serde(default = "tables")]
    targets: Vec<Target>,
}

fn tables() -> Vec<Target> {
    vec![Target::Tables]
}

impl Options {
    fn wants(&self, target: Target) -> bool {
        self.targets.contains(&target)
    }

    fn judge(&self, target: Target, name: &str, subject: impl Into<ObjectRef>, report: &mut Report) {
        if self.wants(target) && !self.pattern.matches(name) {
            let message = format!("{} '{name}' does not match '{}'", target.noun(), self.pattern.as_str());
            report.finding(subject, message);
        }
    }
}

impl Target {
    fn noun(self) -> &'static str {
        match self {
            Self::Tables => "Table",
            Self::Columns => "Column",
            Self::Views => "View",
            Self::MaterializedViews => "Materialized view",
            Self::ForeignTables => "Foreign table",
            Self::Indexes => "Index",
            Self::Constraints => "Constraint",
            Self::Functions => "Function",
            Self::Procedures => "Procedure",
            Self::Types => "Type",
            Self::Domains => "Domain",
            Self::Sequences => "Sequence",
            Self::Triggers => "Trigger",
        }
    }

    /// What relations of a kind are called here; none for what has no name that a person chose.
    fn of_kind(kind: RelationKind) -> Option<Self> {
        match kind {
            RelationKind::Table | RelationKind::PartitionedTable | RelationKind::Partition => Some(Self::Tables),
            RelationKind::ForeignTable => Some(Self::ForeignTables),
            RelationKind::View => Some(Self::Views),
            RelationKind::MaterializedView => Some(Self::MaterializedViews),
            RelationKind::Other => None,
        }
    }
}

impl Rule for NamePattern {
    type Options = Options;

    const META: RuleMeta = RuleMeta {
        id: "name-pattern",
        summary: "Names that do not match a pattern of the project's own",
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
        let partition = relation.is_table() && !stands_alone(relation, schema);
        let Some(target) = Target::of_kind(relation.kind).filter(|_| !partition) else { return Ok(()) };
        options.judge(target, &relation.name, relation, report);
        if matches!(target, Target::Tables | Target::ForeignTables) {
            for column in &relation.columns {
                options.judge(Target::Columns, &column.name, (relation, column), report);
            }
        }
        for constraint in relation.constraints.iter().filter(|constraint| constraint.kind != ConstraintKind::NotNull) {
            options.judge(Target::Constraints, &constraint.name, (relation, constraint), report);
        }
        // The index of a constraint has the constraint's name, and is renamed with it.
        let of_constraint = |name: &str| relation.constraints.iter().any(|constraint| constraint.name == name);
        for index in relation.indexes.iter().filter(|index| !of_constraint(&index.name)) {
            options.judge(Target::Indexes, &index.name, (relation, index), report);
        }
        Ok(())
    }

    fn check(&self, options: &Options, schema: &Schema, report: &mut Report) -> Result<(), Error> {
        if options.wants(Target::Functions) || options.wants(Target::Procedures) {
            for routine in schema.routines() {
                let target = if routine.kind == "procedure" { Target::Procedures } else { Target::Functions };
                options.judge(target, &routine.name, &routine, report);
            }
        }
        if options.wants(Target::Types) || options.wants(Target::Domains) {
            for definition in schema.type_definitions() {
                let target = if definition.kind == "domain" { Target::Domains } else { Target::Types };
                options.judge(target, &definition.name, &definition, report);
            }
        }
        if options.wants(Target::Sequences) {
            // The sequence of an identity column is made and named by PostgreSQL.
            for sequence in schema.sequences().filter(|sequence| !sequence.identity) {
                options.judge(Target::Sequences, &sequence.name, sequence, report);
            }
        }
        if options.wants(Target::Triggers) {
            for trigger in schema.triggers() {
                options.judge(Target::Triggers, &trigger.name, &trigger, report);
            }
        }
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Names that do not match the regular expression `pattern`. The option `targets` says whose: `tables` (the default),
`columns`, `views`, `materialized-views`, `foreign-tables`, `indexes`, `constraints`, `functions`, `procedures`, `types`,
`domains`, `sequences` or `triggers`. What belongs to a partition is its parent's.

```sql fires {"pattern": "^w_"}
CREATE TABLE customers (id bigint PRIMARY KEY);
```

```sql clean {"pattern": "^w_"}
CREATE TABLE w_customers (id bigint PRIMARY KEY);
CREATE VIEW customers AS SELECT * FROM w_customers;
```

```sql fires {"pattern": "^fn_", "targets": ["functions"]}
CREATE FUNCTION answer() RETURNS integer LANGUAGE sql AS 'SELECT 42';
```

```sql clean {"pattern": "^idx_", "targets": ["indexes"]}
CREATE TABLE customers (id bigint PRIMARY KEY, email text);
CREATE INDEX idx_customers_email ON customers (email);
```

## Why it hurts

Where names carry meaning, such as `w_` for what is written and `r_` for what is read, one that does not is taken for
something else.

## How to fix

Rename the object, or narrow the rule to the schemas or directories that it is meant for.

```sql
ALTER TABLE customers RENAME TO w_customers;
```

## When to allow it

For the few names that the pattern was not made for: exempt them by name.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, Table, check};

    fn messages(options: &str, schema: &Snapshot) -> Vec<String> {
        check(&NamePattern, options, schema).unwrap().into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn tables_unless_it_says_otherwise() {
        let schema = Snapshot::new()
            .with(Table::new("w_orders").column("x", "int"))
            .with(Table::new("Orders"))
            .with(Table::new("orders_1").partition_of("Orders"))
            .with(Table::new("report").kind(RelationKind::View));
        assert_eq!(messages(r#"{"pattern": "^w_"}"#, &schema), ["Table 'Orders' does not match '^w_'"]);
        let options = r#"{"pattern": "^r_", "targets": ["views", "columns"]}"#;
        assert_eq!(
            messages(options, &schema),
            ["View 'report' does not match '^r_'", "Column 'x' does not match '^r_'"]
        );
    }

    #[test]
    fn the_index_of_a_constraint_is_judged_as_the_constraint() {
        let table = Table::new("t").column("a", "int not null").primary_key(["a"]).index(["a"]);
        let schema = Snapshot::from(table);
        let indexes = r#"{"pattern": "^idx_", "targets": ["indexes"]}"#;
        assert_eq!(messages(indexes, &schema), ["Index 't_a_idx' does not match '^idx_'"]);
        let constraints = r#"{"pattern": "^pk_", "targets": ["constraints"]}"#;
        assert_eq!(messages(constraints, &schema), ["Constraint 't_pkey' does not match '^pk_'"]);
    }

    #[test]
    fn everything_else_is_read_from_the_schema() {
        let schema = Snapshot::from_json(
            r#"{"snapshot_version": 1, "server_version": 150000, "live": false, "relations": [],
                "routines": [{"schema": "public", "name": "clv", "kind": "function", "arguments": "", "language": "sql",
                    "volatility": "stable", "security_definer": false, "owner": "o", "definition": "..."}],
                "type_definitions": [{"schema": "public", "name": "mood", "kind": "enum", "labels": ["ok"]}]}"#,
        )
        .unwrap();
        let options = r#"{"pattern": "^x_", "targets": ["functions", "types", "sequences", "triggers"]}"#;
        assert_eq!(
            messages(options, &schema),
            ["Function 'clv' does not match '^x_'", "Type 'mood' does not match '^x_'"]
        );
    }

    #[test]
    fn a_rule_without_a_pattern_is_refused() {
        let pointer = |options| match check(&NamePattern, options, &Snapshot::new()) {
            Err(Error::InvalidConfig { pointer, .. }) => pointer,
            other => format!("{other:?}"),
        };
        assert_eq!(pointer("{}"), "/pattern");
        assert_eq!(pointer(r#"{"pattern": "a{99999}{99999}"}"#), "/pattern");
        assert_eq!(pointer(r#"{"pattern": "^w_", "targets": ["tables", "rows"]}"#), "/targets/1");
    }
}
