//! A table put together by hand.

use crate::{
    catalog::{
        Column, Constraint, ConstraintKind, ForeignKeyTarget, Index, Persistence, Policy, Relation, RelationKind,
    },
    sql,
};

/// A table or view put together by hand; everything not said is as PostgreSQL would have it.
#[derive(Clone, Debug)]
pub struct Table(Relation);

impl From<Table> for Relation {
    fn from(table: Table) -> Self {
        table.0
    }
}

impl Table {
    /// A table in schema `public`, or, written `schema.name`, in another.
    pub fn new(name: &str) -> Self {
        let (schema, name) = name.split_once('.').unwrap_or(("public", name));
        Self(Relation {
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
        })
    }

    /// A view, a foreign table, ... instead of a table.
    pub fn kind(mut self, kind: RelationKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// A partition of another table.
    pub fn partition_of(mut self, parent: &str) -> Self {
        self.0.kind = RelationKind::Partition;
        self.0.partition_of = Some(if parent.contains('.') { parent.to_owned() } else { format!("public.{parent}") });
        self
    }

    /// UNLOGGED.
    pub fn unlogged(mut self) -> Self {
        self.0.persistence = Persistence::Unlogged;
        self
    }

    /// COMMENT ON TABLE.
    pub fn comment(mut self, comment: &str) -> Self {
        self.0.comment = Some(comment.to_owned());
        self
    }

    /// PostgreSQL's estimate of its rows.
    pub fn estimated_rows(mut self, rows: u64) -> Self {
        self.0.estimated_rows = Some(rows);
        self
    }

    /// A column with its type; `not null` behind the type is understood.
    pub fn column(mut self, name: &str, type_name: &str) -> Self {
        let bare = type_name.strip_suffix(" not null");
        self.0.columns.push(Column {
            name: name.to_owned(),
            type_name: bare.unwrap_or(type_name).to_owned(),
            nullable: bare.is_none(),
            default_expression: None,
            identity: false,
            generated: false,
            comment: None,
            extra: None,
        });
        self
    }

    /// A column with a comment.
    pub fn commented_column(mut self, name: &str, type_name: &str, comment: &str) -> Self {
        self = self.column(name, type_name);
        if let Some(column) = self.0.columns.last_mut() {
            column.comment = Some(comment.to_owned());
        }
        self
    }

    /// PRIMARY KEY, with its index.
    pub fn primary_key<const N: usize>(mut self, columns: [&str; N]) -> Self {
        let name = format!("{}_pkey", self.0.name);
        let definition = format!("PRIMARY KEY ({})", sql::identifiers(&owned(columns)));
        self.constraint(&name, ConstraintKind::PrimaryKey, owned(columns), definition);
        self.index_as(&name, columns, |index| (index.unique, index.primary) = (true, true))
    }

    /// UNIQUE, with its index, named as PostgreSQL names them.
    pub fn unique<const N: usize>(mut self, columns: [&str; N]) -> Self {
        let name = format!("{}_{}_key", self.0.name, columns.join("_"));
        let definition = format!("UNIQUE ({})", sql::identifiers(&owned(columns)));
        self.constraint(&name, ConstraintKind::Unique, owned(columns), definition);
        self.index_as(&name, columns, |index| index.unique = true)
    }

    /// A view of these relations, each written `schema.name`.
    pub fn view<const N: usize>(mut self, of: [&str; N]) -> Self {
        self.0.kind = RelationKind::View;
        self.0.depends_on = owned(of);
        self
    }

    /// ENABLE ROW LEVEL SECURITY.
    pub fn row_security(mut self) -> Self {
        self.0.row_security = true;
        self
    }

    /// CREATE POLICY, for everyone and every command.
    pub fn policy(mut self, name: &str, using: &str) -> Self {
        self.0.policies.push(Policy {
            name: name.to_owned(),
            command: "ALL".to_owned(),
            permissive: true,
            roles: vec!["public".to_owned()],
            using_expression: Some(using.to_owned()),
            check_expression: None,
            extra: None,
        });
        self
    }

    /// FOREIGN KEY, named as PostgreSQL names it.
    pub fn foreign_key<const N: usize>(mut self, columns: [&str; N], table: &str, target: [&str; N]) -> Self {
        let (schema, table) = table.split_once('.').unwrap_or(("public", table));
        let name = format!("{}_{}_fkey", self.0.name, columns.join("_"));
        let (from, to) = (sql::identifiers(&owned(columns)), sql::identifiers(&owned(target)));
        let definition = format!("FOREIGN KEY ({from}) REFERENCES {}({to})", sql::qualified(schema, table));
        self.constraint(&name, ConstraintKind::ForeignKey, owned(columns), definition);
        if let Some(constraint) = self.0.constraints.last_mut() {
            constraint.references = Some(ForeignKeyTarget {
                schema: schema.to_owned(),
                table: table.to_owned(),
                columns: owned(target),
                on_delete: "NO ACTION".to_owned(),
                on_update: "NO ACTION".to_owned(),
            });
        }
        self
    }

    /// A btree index, named as PostgreSQL names it.
    pub fn index<const N: usize>(self, keys: [&str; N]) -> Self {
        let name = format!("{}_{}_idx", self.0.name, keys.join("_"));
        self.index_as(&name, keys, |_| {})
    }

    /// A btree index, changed by `change`: partial, invalid, of another method.
    pub fn index_as<const N: usize>(mut self, name: &str, keys: [&str; N], change: impl FnOnce(&mut Index)) -> Self {
        let table = self.0.sql_name();
        let mut index = Index {
            name: name.to_owned(),
            keys: owned(keys),
            key_options: vec![String::new(); N],
            nulls_not_distinct: false,
            included: Vec::new(),
            method: "btree".to_owned(),
            unique: false,
            primary: false,
            valid: true,
            predicate: None,
            definition: format!("CREATE INDEX {} ON {table} USING btree ({})", sql::identifier(name), keys.join(", ")),
            bytes: None,
            scans: None,
            extra: None,
        };
        change(&mut index);
        self.0.indexes.push(index);
        self
    }

    /// Anything else: changes the relation itself.
    pub fn changed(mut self, change: impl FnOnce(&mut Relation)) -> Self {
        change(&mut self.0);
        self
    }

    fn constraint(&mut self, name: &str, kind: ConstraintKind, columns: Vec<String>, definition: String) {
        self.0.constraints.push(Constraint {
            name: name.to_owned(),
            kind,
            columns,
            definition,
            validated: true,
            deferrable: false,
            references: None,
            extra: None,
        });
    }
}

fn owned<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
