//! The statements that make what a snapshot holds.

use confiture_model::schema::{
    Column, ConstraintKind, Persistence, Policy, Relation, RelationKind, Snapshot, TypeDefinition,
};
use confiture_sql::quote::{identifier as quoted, literal};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// In an order that is right for most; what needs something that comes later fails, and may be tried again.
///
/// # Errors
/// What the snapshot does not hold, one a line.
pub(super) fn of(snapshot: &Snapshot) -> Result<Vec<String>, Vec<String>> {
    let missing = missing(snapshot);
    if !missing.is_empty() {
        return Err(missing);
    }
    let mut made = roles(snapshot);
    made.extend(schemas(snapshot).iter().map(|schema| format!("CREATE SCHEMA IF NOT EXISTS {}", quoted(schema))));
    made.extend(snapshot.extensions.iter().map(|extension| {
        format!("CREATE EXTENSION IF NOT EXISTS {} SCHEMA {}", quoted(&extension.name), quoted(&extension.schema))
    }));
    made.extend(snapshot.type_definitions.iter().map(type_definition));
    made.extend(snapshot.routines.iter().map(|routine| routine.definition.clone()));
    for sequence in snapshot.sequences.iter().filter(|sequence| !sequence.identity) {
        let cycle = if sequence.cycles { " CYCLE" } else { "" };
        made.push(format!(
            "CREATE SEQUENCE {} AS {}{cycle}",
            named(&sequence.schema, &sequence.name),
            sequence.type_name
        ));
    }
    made.extend(snapshot.relations.iter().map(relation));
    made.extend(snapshot.relations.iter().flat_map(belongings));
    for trigger in &snapshot.triggers {
        made.push(trigger.definition.clone());
        if !trigger.enabled {
            let table = named(&trigger.schema, &trigger.table);
            made.push(format!("ALTER TABLE {table} DISABLE TRIGGER {}", quoted(&trigger.name)));
        }
    }
    for sequence in snapshot.sequences.iter().filter(|sequence| !sequence.identity) {
        made.extend(
            sequence
                .owned_by
                .as_deref()
                .and_then(column)
                .map(|column| format!("ALTER SEQUENCE {} OWNED BY {column}", named(&sequence.schema, &sequence.name))),
        );
    }
    Ok(made)
}

/// What a snapshot has no fields for.
fn missing(snapshot: &Snapshot) -> Vec<String> {
    let relations = snapshot.relations.iter().filter_map(|relation| {
        let what = match relation.kind {
            RelationKind::PartitionedTable => "how it is partitioned",
            RelationKind::Partition => "the bounds of the partition",
            RelationKind::ForeignTable => "the server of the foreign table",
            RelationKind::Other => "what kind of relation it is",
            RelationKind::View | RelationKind::MaterializedView if relation.definition.is_none() => "its query",
            _ => return None,
        };
        Some(format!("{}.{}: {what}", relation.schema, relation.name))
    });
    let routines = snapshot.routines.iter().filter(|routine| routine.definition.is_empty());
    relations
        .chain(
            routines.map(|routine| format!("{}.{}: how the {} is defined", routine.schema, routine.name, routine.kind)),
        )
        .collect()
}

fn schemas(snapshot: &Snapshot) -> BTreeSet<&str> {
    let relations = snapshot.relations.iter().map(|relation| &relation.schema);
    let routines = snapshot.routines.iter().map(|routine| &routine.schema);
    let types = snapshot.type_definitions.iter().map(|definition| &definition.schema);
    let sequences = snapshot.sequences.iter().map(|sequence| &sequence.schema);
    let extensions = snapshot.extensions.iter().map(|extension| &extension.schema);
    let all = relations.chain(routines).chain(types).chain(sequences).chain(extensions).map(String::as_str);
    all.filter(|schema| *schema != "pg_catalog").collect()
}

/// Whom policies are for: a scratch cluster has nobody yet. One that is there already is no error.
fn roles(snapshot: &Snapshot) -> Vec<String> {
    let policies = snapshot.relations.iter().flat_map(|relation| &relation.policies);
    let names: BTreeSet<&str> = policies.flat_map(|policy| &policy.roles).map(String::as_str).collect();
    let made = names.into_iter().filter(|name| *name != "public").map(|name| {
        format!(
            "DO $confiture$ BEGIN CREATE ROLE {}; EXCEPTION WHEN duplicate_object THEN END $confiture$",
            quoted(name)
        )
    });
    made.collect()
}

fn type_definition(definition: &TypeDefinition) -> String {
    let name = named(&definition.schema, &definition.name);
    let extra: Json = definition.extra.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    match definition.kind.as_str() {
        "enum" => {
            let labels: Vec<String> = definition.labels.iter().map(|label| literal(label)).collect();
            format!("CREATE TYPE {name} AS ENUM ({})", labels.join(", "))
        }
        "domain" => {
            let base = definition.base_type.as_deref().unwrap_or("text");
            let default = extra["default"].as_str().map(|text| format!(" DEFAULT {text}")).unwrap_or_default();
            let checks: String = definition.checks.iter().map(|check| format!(" {check}")).collect();
            format!("CREATE DOMAIN {name} AS {base}{default}{checks}")
        }
        "range" => format!("CREATE TYPE {name} AS RANGE (SUBTYPE = {})", extra["subtype"].as_str().unwrap_or_default()),
        _ => {
            let attributes = extra["attributes"].as_array().into_iter().flatten();
            let attribute = |one: &Json| {
                let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
                format!("{} {}", quoted(&text("name")), text("type"))
            };
            format!("CREATE TYPE {name} AS ({})", attributes.map(attribute).collect::<Vec<_>>().join(", "))
        }
    }
}

/// A relation without what belongs to it.
fn relation(relation: &Relation) -> String {
    let name = named(&relation.schema, &relation.name);
    let with = match relation.settings.is_empty() {
        true => String::new(),
        false => format!(" WITH ({})", relation.settings.join(", ")),
    };
    let query = relation.definition.as_deref().unwrap_or_default().trim_end().trim_end_matches(';');
    match relation.kind {
        RelationKind::View => format!("CREATE VIEW {name}{with} AS {query}"),
        RelationKind::MaterializedView => format!("CREATE MATERIALIZED VIEW {name}{with} AS {query}"),
        _ => {
            let unlogged = if relation.persistence == Persistence::Unlogged { "UNLOGGED " } else { "" };
            let columns: Vec<String> = relation.columns.iter().map(table_column).collect();
            format!("CREATE {unlogged}TABLE {name} ({}){with}", columns.join(", "))
        }
    }
}

fn table_column(column: &Column) -> String {
    let filled = match (&column.default_expression, column.identity) {
        (Some(expression), _) if column.generated => format!(" GENERATED ALWAYS AS ({expression}) STORED"),
        (Some(expression), _) => format!(" DEFAULT {expression}"),
        (None, true) => " GENERATED BY DEFAULT AS IDENTITY".to_owned(),
        (None, false) => String::new(),
    };
    let required = if column.nullable { "" } else { " NOT NULL" };
    format!("{} {}{filled}{required}", quoted(&column.name), column.type_name)
}

/// Constraints, keys first; the indexes that are not theirs; row security.
fn belongings(relation: &Relation) -> Vec<String> {
    let table = named(&relation.schema, &relation.name);
    let mut constraints: Vec<_> = relation.constraints.iter().collect();
    constraints.sort_by_key(|constraint| match constraint.kind {
        ConstraintKind::PrimaryKey | ConstraintKind::Unique => 0,
        ConstraintKind::ForeignKey => 2,
        _ => 1,
    });
    let mut made: Vec<String> = constraints
        .iter()
        .map(|one| format!("ALTER TABLE {table} ADD CONSTRAINT {} {}", quoted(&one.name), one.definition))
        .collect();
    let is_constraint = |name: &str| relation.constraints.iter().any(|constraint| constraint.name == name);
    let indexes = relation.indexes.iter().filter(|index| !is_constraint(&index.name));
    made.extend(indexes.map(|index| index.definition.clone()));
    for (is_on, how) in [(relation.row_security, "ENABLE"), (relation.row_security_forced, "FORCE")] {
        if is_on {
            made.push(format!("ALTER TABLE {table} {how} ROW LEVEL SECURITY"));
        }
    }
    made.extend(relation.policies.iter().map(|one| policy(one, &table)));
    made
}

fn policy(policy: &Policy, table: &str) -> String {
    let role = |role: &String| if role == "public" { role.clone() } else { quoted(role) };
    let roles: Vec<String> = policy.roles.iter().map(role).collect();
    let expression =
        |words: &str, text: &Option<String>| text.as_ref().map(|text| format!(" {words} ({text})")).unwrap_or_default();
    format!(
        "CREATE POLICY {} ON {table} AS {} FOR {} TO {}{}{}",
        quoted(&policy.name),
        if policy.permissive { "PERMISSIVE" } else { "RESTRICTIVE" },
        policy.command,
        roles.join(", "),
        expression("USING", &policy.using_expression),
        expression("WITH CHECK", &policy.check_expression),
    )
}

/// `schema.table.column`, where no name has a dot in it.
fn column(text: &str) -> Option<String> {
    match text.split('.').collect::<Vec<_>>().as_slice() {
        [schema, table, column] => Some(format!("{}.{}", named(schema, table), quoted(column))),
        _ => None,
    }
}

fn named(schema: &str, name: &str) -> String {
    format!("{}.{}", quoted(schema), quoted(name))
}
