//! A schema of many tables: 10 columns, 4 constraints and 4 indexes each, as in the reference measurement.

use confiture_model::{
    plugin::SchemaView,
    schema::{Column, Constraint, ConstraintKind, Index, Persistence, Relation, RelationKind, Snapshot},
};
use std::sync::Arc;

pub fn tables(count: usize) -> SchemaView {
    let relations = (0..count).map(|number| table(&format!("tb_customer_order_{number:05}"))).collect();
    let snapshot = Arc::new(Snapshot { relations, ..Snapshot::empty(150_000) });
    SchemaView { snapshot, environment: "bench".to_owned(), masked_columns: Default::default() }
}

fn table(name: &str) -> Relation {
    Relation {
        schema: "public".to_owned(),
        name: name.to_owned(),
        kind: RelationKind::Table,
        persistence: Persistence::Permanent,
        owner: "application".to_owned(),
        comment: Some("A table of the benchmark".to_owned()),
        columns: (0..10).map(column).collect(),
        constraints: (0..4).map(|number| constraint(name, number)).collect(),
        indexes: (0..4).map(|number| index(name, number)).collect(),
        depends_on: Vec::new(),
        definition: None,
        row_security: false,
        row_security_forced: false,
        policies: Vec::new(),
        settings: Vec::new(),
        estimated_rows: Some(5_200_000),
        bytes: Some(1 << 30),
        sequential_scans: Some(1),
        index_scans: Some(1),
        rows_inserted: Some(1),
        rows_updated: Some(1),
        rows_deleted: Some(1),
        partition_of: None,
        source: None,
        extra: None,
    }
}

fn column(number: usize) -> Column {
    Column {
        name: format!("column_with_a_name_{number}"),
        type_name: "character varying(50)".to_owned(),
        nullable: number.is_multiple_of(2),
        default_expression: Some("''::character varying".to_owned()),
        identity: false,
        generated: false,
        comment: None,
        source: None,
        extra: None,
    }
}

fn constraint(table: &str, number: usize) -> Constraint {
    Constraint {
        name: format!("{table}_check_{number}"),
        kind: ConstraintKind::Check,
        columns: vec![format!("column_with_a_name_{number}")],
        definition: format!("CHECK ((column_with_a_name_{number} IS NOT NULL))"),
        validated: true,
        deferrable: false,
        references: None,
        source: None,
        extra: None,
    }
}

fn index(table: &str, number: usize) -> Index {
    Index {
        name: format!("{table}_index_{number}"),
        keys: vec![format!("column_with_a_name_{number}")],
        key_options: vec![String::new()],
        nulls_not_distinct: false,
        included: Vec::new(),
        method: "btree".to_owned(),
        unique: false,
        primary: false,
        valid: true,
        predicate: None,
        definition: format!(
            "CREATE INDEX {table}_index_{number} ON public.{table} USING btree (column_with_a_name_{number})"
        ),
        bytes: Some(8192),
        scans: Some(1),
        source: None,
        extra: None,
    }
}
