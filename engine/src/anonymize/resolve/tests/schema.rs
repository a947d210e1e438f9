//! Schemas, written short.

use confiture_model::schema::{
    Column, Constraint, ConstraintKind, ForeignKeyTarget, Persistence, Relation, RelationKind, Snapshot,
};

/// Tables as `name: column type[!][*][>table.column], …`: `!` is NOT NULL, `*` the primary key, `#` UNIQUE.
pub(crate) fn snapshot(tables: &[&str]) -> Snapshot {
    let mut snapshot = Snapshot::empty(150_000);
    snapshot.relations = tables.iter().map(|table| relation(table)).collect();
    snapshot.relations.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
    snapshot
}

fn relation(text: &str) -> Relation {
    let (name, columns) = text.split_once(": ").expect("has columns");
    let (schema, name) = name.split_once('.').unwrap_or(("public", name));
    let mut relation = Relation {
        schema: schema.to_owned(),
        name: name.to_owned(),
        kind: RelationKind::Table,
        persistence: Persistence::Permanent,
        owner: "owner".to_owned(),
        comment: None,
        columns: Vec::new(),
        constraints: Vec::new(),
        indexes: Vec::new(),
        depends_on: Vec::new(),
        definition: None,
        row_security: false,
        row_security_forced: false,
        policies: Vec::new(),
        settings: Vec::new(),
        estimated_rows: None,
        bytes: None,
        sequential_scans: None,
        index_scans: None,
        rows_inserted: None,
        rows_updated: None,
        rows_deleted: None,
        partition_of: None,
        source: None,
        extra: None,
    };
    for column in columns.split(", ") {
        let (name, rest) = column.split_once(' ').expect("has a type");
        let (rest, target) = rest.split_once('>').map_or((rest, None), |(rest, target)| (rest, Some(target)));
        let type_name = rest.trim_end_matches(['!', '*', '#']);
        let marks = &rest[type_name.len()..];
        relation.columns.push(Column {
            name: name.to_owned(),
            type_name: type_name.to_owned(),
            nullable: !marks.contains(['!', '*']),
            default_expression: None,
            identity: false,
            generated: false,
            comment: None,
            source: None,
            extra: None,
        });
        let table = relation.name.clone();
        if marks.contains('*') {
            relation.constraints.push(constraint(&format!("{table}_pkey"), ConstraintKind::PrimaryKey, name));
        }
        if marks.contains('#') {
            relation.constraints.push(constraint(&format!("{table}_{name}_key"), ConstraintKind::Unique, name));
        }
        if let Some((other, referenced)) = target.and_then(|target| target.split_once('.')) {
            let key = constraint(&format!("{table}_{name}_fkey"), ConstraintKind::ForeignKey, name);
            let references = ForeignKeyTarget {
                schema: "public".to_owned(),
                table: other.to_owned(),
                columns: vec![referenced.to_owned()],
                on_delete: "NO ACTION".to_owned(),
                on_update: "NO ACTION".to_owned(),
            };
            relation.constraints.push(Constraint { references: Some(references), ..key });
        }
    }
    relation
}

pub(crate) fn constraint(name: &str, kind: ConstraintKind, column: &str) -> Constraint {
    Constraint {
        name: name.to_owned(),
        kind,
        columns: vec![column.to_owned()],
        definition: String::new(),
        validated: true,
        deferrable: false,
        references: None,
        source: None,
        extra: None,
    }
}
