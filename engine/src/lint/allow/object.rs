//! Suppressions in comments of objects, which travel with the database.

use super::{Allow, Reach, words};
use crate::lint::report::SuppressionKind;
use confiture_model::{
    object::{ObjectKind, ObjectRef, SourceSpan},
    schema::Snapshot,
};

/// The suppressions in the comments of a schema. Columns' comments are there where some rule reads columns.
pub fn of_objects(snapshot: &Snapshot) -> Vec<Allow> {
    let mut allows = Vec::new();
    for relation in &snapshot.relations {
        let own = ObjectRef::in_schema(relation.kind.into(), &relation.schema, &relation.name);
        add(&mut allows, own, relation.comment.as_deref(), relation.source.as_ref());
        for column in &relation.columns {
            let own = ObjectRef::of_table(ObjectKind::Column, &relation.schema, &relation.name, &column.name);
            add(&mut allows, own, column.comment.as_deref(), column.source.as_ref());
        }
    }
    for routine in &snapshot.routines {
        let kind = if routine.kind == "procedure" { ObjectKind::Procedure } else { ObjectKind::Function };
        let own = ObjectRef::in_schema(kind, &routine.schema, &routine.name);
        add(&mut allows, own, routine.comment.as_deref(), routine.source.as_ref());
    }
    for one in &snapshot.type_definitions {
        let kind = if one.kind == "domain" { ObjectKind::Domain } else { ObjectKind::Type };
        let own = ObjectRef::in_schema(kind, &one.schema, &one.name);
        add(&mut allows, own, one.comment.as_deref(), one.source.as_ref());
    }
    allows
}

fn add(allows: &mut Vec<Allow>, subject: ObjectRef, comment: Option<&str>, span: Option<&SourceSpan>) {
    let Some(comment) = comment.filter(|comment| comment.contains("confiture:")) else { return };
    for words in words::within(comment) {
        let rules: Vec<Option<String>> = match words.rules.is_empty() {
            true => vec![None],
            false => words.rules.into_iter().map(Some).collect(),
        };
        allows.extend(rules.into_iter().map(|rule| Allow {
            rule,
            reach: Reach::Object(subject.clone()),
            reason: words.reason.clone(),
            kind: SuppressionKind::ObjectComment,
            span: span.cloned(),
            subject: subject.clone(),
        }));
    }
}
