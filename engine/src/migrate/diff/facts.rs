//! What of each object counts.

use super::{Facts, Objects};
use confiture_model::{
    object::{ObjectKind, ObjectRef},
    schema::{Relation, Snapshot},
};

/// Every object of a snapshot.
pub(super) fn of(snapshot: &Snapshot) -> Objects {
    let mut objects = Objects::new();
    for relation in &snapshot.relations {
        add_relation(&mut objects, relation);
    }
    add_routines_and_types(&mut objects, snapshot);
    for sequence in &snapshot.sequences {
        let object = ObjectRef::in_schema(ObjectKind::Sequence, &sequence.schema, &sequence.name);
        let facts = vec![
            text("type", &sequence.type_name),
            ("owner column", sequence.owned_by.clone()),
            flag("cycles", sequence.cycles),
        ];
        add(&mut objects, "sequence", object, facts);
    }
    for trigger in &snapshot.triggers {
        let object = ObjectRef::of_table(ObjectKind::Trigger, &trigger.schema, &trigger.table, &trigger.name);
        add(
            &mut objects,
            "trigger",
            object,
            vec![text("definition", &trigger.definition), flag("enabled", trigger.enabled)],
        );
    }
    for extension in &snapshot.extensions {
        let object =
            ObjectRef { kind: ObjectKind::Extension, schema: None, parent: None, name: extension.name.clone() };
        add(
            &mut objects,
            "extension",
            object,
            vec![text("schema", &extension.schema), text("version", &extension.version)],
        );
    }
    objects
}

/// The key of a table or view.
pub(super) fn relation_key(schema: &str, name: &str) -> String {
    key("relation", &ObjectRef::in_schema(ObjectKind::Table, schema, name))
}

fn key(family: &str, object: &ObjectRef) -> String {
    let part = |text: &Option<String>| text.clone().unwrap_or_default();
    [family, &part(&object.schema), &part(&object.parent), &object.name].join("\0")
}

fn add(objects: &mut Objects, family: &str, object: ObjectRef, facts: Facts) {
    objects.insert(key(family, &object), (object, facts));
}

fn text(name: &'static str, value: &str) -> (&'static str, Option<String>) {
    (name, Some(value.to_owned()))
}

fn flag(name: &'static str, value: bool) -> (&'static str, Option<String>) {
    (name, Some(if value { "on" } else { "off" }.to_owned()))
}

fn list(name: &'static str, values: &[String]) -> (&'static str, Option<String>) {
    (name, (!values.is_empty()).then(|| values.join(", ")))
}

fn add_relation(objects: &mut Objects, relation: &Relation) {
    let (schema, table) = (&relation.schema, &relation.name);
    let object = ObjectRef::in_schema(relation.kind.into(), schema, table);
    let facts = vec![
        ("kind", Some(format!("{:?}", relation.kind))),
        ("persistence", Some(format!("{:?}", relation.persistence))),
        text("owner", &relation.owner),
        ("comment", relation.comment.clone()),
        ("definition", relation.definition.clone()),
        flag("row security", relation.row_security),
        flag("forced row security", relation.row_security_forced),
        list("settings", &relation.settings),
        ("partition of", relation.partition_of.clone()),
    ];
    add(objects, "relation", object, facts);
    for column in &relation.columns {
        let facts = vec![
            text("type", &column.type_name),
            flag("nullable", column.nullable),
            ("default", column.default_expression.clone()),
            flag("identity", column.identity),
            flag("generated", column.generated),
            ("comment", column.comment.clone()),
        ];
        add(objects, "column", ObjectRef::of_table(ObjectKind::Column, schema, table, &column.name), facts);
    }
    for constraint in &relation.constraints {
        let facts = vec![text("definition", &constraint.definition), flag("validated", constraint.validated)];
        let object = ObjectRef::of_table(ObjectKind::Constraint, schema, table, &constraint.name);
        add(objects, "constraint", object, facts);
    }
    for index in &relation.indexes {
        let facts = vec![text("definition", &index.definition), flag("valid", index.valid)];
        add(objects, "index", ObjectRef::of_table(ObjectKind::Index, schema, table, &index.name), facts);
    }
    for policy in &relation.policies {
        let facts = vec![
            text("command", &policy.command),
            flag("permissive", policy.permissive),
            list("roles", &policy.roles),
            ("USING", policy.using_expression.clone()),
            ("WITH CHECK", policy.check_expression.clone()),
        ];
        add(objects, "policy", ObjectRef::of_table(ObjectKind::Policy, schema, table, &policy.name), facts);
    }
}

fn add_routines_and_types(objects: &mut Objects, snapshot: &Snapshot) {
    for routine in &snapshot.routines {
        let kind = if routine.kind == "procedure" { ObjectKind::Procedure } else { ObjectKind::Function };
        let name = format!("{}({})", routine.name, routine.arguments);
        let facts = vec![
            text("definition", &routine.definition),
            text("language", &routine.language),
            text("volatility", &routine.volatility),
            flag("security definer", routine.security_definer),
            list("settings", &routine.settings),
            text("owner", &routine.owner),
            ("comment", routine.comment.clone()),
        ];
        add(objects, "routine", ObjectRef::in_schema(kind, &routine.schema, name), facts);
    }
    for definition in &snapshot.type_definitions {
        let kind = if definition.kind == "domain" { ObjectKind::Domain } else { ObjectKind::Type };
        let facts = vec![
            text("kind", &definition.kind),
            list("labels", &definition.labels),
            ("base type", definition.base_type.clone()),
            list("checks", &definition.checks),
            ("comment", definition.comment.clone()),
        ];
        add(objects, "type", ObjectRef::in_schema(kind, &definition.schema, &definition.name), facts);
    }
}
