//! The contract's records as the SDK's own, and the other way round: one conversion a record, field by field.

use super::{
    confiture::plugin::{catalog, common, database as host},
    exports::confiture::plugin::lint,
};
use crate::{Finding, OptionInfo, Parts, Severity, catalog as sdk, database, error, object};

impl From<catalog::Persistence> for sdk::Persistence {
    fn from(from: catalog::Persistence) -> Self {
        match from {
            catalog::Persistence::Permanent => Self::Permanent,
            catalog::Persistence::Unlogged => Self::Unlogged,
            catalog::Persistence::Temporary => Self::Temporary,
        }
    }
}

impl From<catalog::RelationKind> for sdk::RelationKind {
    fn from(from: catalog::RelationKind) -> Self {
        match from {
            catalog::RelationKind::Table => Self::Table,
            catalog::RelationKind::PartitionedTable => Self::PartitionedTable,
            catalog::RelationKind::Partition => Self::Partition,
            catalog::RelationKind::ForeignTable => Self::ForeignTable,
            catalog::RelationKind::View => Self::View,
            catalog::RelationKind::MaterializedView => Self::MaterializedView,
            catalog::RelationKind::Other => Self::Other,
        }
    }
}

impl From<catalog::ConstraintKind> for sdk::ConstraintKind {
    fn from(from: catalog::ConstraintKind) -> Self {
        match from {
            catalog::ConstraintKind::PrimaryKey => Self::PrimaryKey,
            catalog::ConstraintKind::Unique => Self::Unique,
            catalog::ConstraintKind::ForeignKey => Self::ForeignKey,
            catalog::ConstraintKind::Check => Self::Check,
            catalog::ConstraintKind::Exclusion => Self::Exclusion,
            catalog::ConstraintKind::NotNull => Self::NotNull,
            catalog::ConstraintKind::Other => Self::Other,
        }
    }
}

impl From<Severity> for common::Severity {
    fn from(from: Severity) -> Self {
        match from {
            Severity::Info => Self::Info,
            Severity::Warning => Self::Warning,
            Severity::Error => Self::Error,
        }
    }
}

impl From<common::ObjectKind> for object::ObjectKind {
    fn from(from: common::ObjectKind) -> Self {
        match from {
            common::ObjectKind::Schema => Self::Schema,
            common::ObjectKind::Table => Self::Table,
            common::ObjectKind::Partition => Self::Partition,
            common::ObjectKind::View => Self::View,
            common::ObjectKind::MaterializedView => Self::MaterializedView,
            common::ObjectKind::Column => Self::Column,
            common::ObjectKind::Index => Self::Index,
            common::ObjectKind::Constraint => Self::Constraint,
            common::ObjectKind::Sequence => Self::Sequence,
            common::ObjectKind::Function => Self::Function,
            common::ObjectKind::Procedure => Self::Procedure,
            common::ObjectKind::Trigger => Self::Trigger,
            common::ObjectKind::Type => Self::Type,
            common::ObjectKind::Domain => Self::Domain,
            common::ObjectKind::Policy => Self::Policy,
            common::ObjectKind::Extension => Self::Extension,
            common::ObjectKind::ForeignTable => Self::ForeignTable,
            common::ObjectKind::Other => Self::Other,
        }
    }
}

impl From<object::ObjectKind> for common::ObjectKind {
    fn from(from: object::ObjectKind) -> Self {
        match from {
            object::ObjectKind::Schema => Self::Schema,
            object::ObjectKind::Table => Self::Table,
            object::ObjectKind::Partition => Self::Partition,
            object::ObjectKind::View => Self::View,
            object::ObjectKind::MaterializedView => Self::MaterializedView,
            object::ObjectKind::Column => Self::Column,
            object::ObjectKind::Index => Self::Index,
            object::ObjectKind::Constraint => Self::Constraint,
            object::ObjectKind::Sequence => Self::Sequence,
            object::ObjectKind::Function => Self::Function,
            object::ObjectKind::Procedure => Self::Procedure,
            object::ObjectKind::Trigger => Self::Trigger,
            object::ObjectKind::Type => Self::Type,
            object::ObjectKind::Domain => Self::Domain,
            object::ObjectKind::Policy => Self::Policy,
            object::ObjectKind::Extension => Self::Extension,
            object::ObjectKind::ForeignTable => Self::ForeignTable,
            object::ObjectKind::Other => Self::Other,
        }
    }
}

impl From<common::ObjectRef> for object::ObjectRef {
    fn from(from: common::ObjectRef) -> Self {
        Self { kind: from.kind.into(), schema: from.schema, parent: from.parent, name: from.name }
    }
}

impl From<common::SourceSpan> for object::SourceSpan {
    fn from(from: common::SourceSpan) -> Self {
        Self {
            file: from.file,
            line: from.line,
            column: from.column,
            end_line: from.end_line,
            end_column: from.end_column,
        }
    }
}

impl From<object::ObjectRef> for common::ObjectRef {
    fn from(from: object::ObjectRef) -> Self {
        Self { kind: from.kind.into(), schema: from.schema, parent: from.parent, name: from.name }
    }
}

impl From<object::SourceSpan> for common::SourceSpan {
    fn from(from: object::SourceSpan) -> Self {
        Self {
            file: from.file,
            line: from.line,
            column: from.column,
            end_line: from.end_line,
            end_column: from.end_column,
        }
    }
}

impl From<catalog::Column> for sdk::Column {
    fn from(from: catalog::Column) -> Self {
        Self {
            name: from.name,
            type_name: from.type_name,
            nullable: from.nullable,
            default_expression: from.default_expression,
            identity: from.identity,
            generated: from.generated,
            comment: from.comment,
            extra: from.extra,
        }
    }
}

impl From<catalog::ForeignKeyTarget> for sdk::ForeignKeyTarget {
    fn from(from: catalog::ForeignKeyTarget) -> Self {
        Self {
            schema: from.schema,
            table: from.table,
            columns: from.columns,
            on_delete: from.on_delete,
            on_update: from.on_update,
        }
    }
}

impl From<catalog::Constraint> for sdk::Constraint {
    fn from(from: catalog::Constraint) -> Self {
        Self {
            name: from.name,
            kind: from.kind.into(),
            columns: from.columns,
            definition: from.definition,
            validated: from.validated,
            deferrable: from.deferrable,
            references: from.references.map(Into::into),
            extra: from.extra,
        }
    }
}

impl From<catalog::Index> for sdk::Index {
    fn from(from: catalog::Index) -> Self {
        Self {
            name: from.name,
            keys: from.keys,
            key_options: from.key_options,
            nulls_not_distinct: from.nulls_not_distinct,
            included: from.included,
            method: from.method,
            unique: from.unique,
            primary: from.primary,
            valid: from.valid,
            predicate: from.predicate,
            definition: from.definition,
            bytes: from.bytes,
            scans: from.scans,
            extra: from.extra,
        }
    }
}

impl From<catalog::Policy> for sdk::Policy {
    fn from(from: catalog::Policy) -> Self {
        Self {
            name: from.name,
            command: from.command,
            permissive: from.permissive,
            roles: from.roles,
            using_expression: from.using_expression,
            check_expression: from.check_expression,
            extra: from.extra,
        }
    }
}

impl From<catalog::Relation> for sdk::Relation {
    fn from(from: catalog::Relation) -> Self {
        Self {
            schema: from.schema,
            name: from.name,
            kind: from.kind.into(),
            persistence: from.persistence.into(),
            owner: from.owner,
            comment: from.comment,
            columns: from.columns.into_iter().map(Into::into).collect(),
            constraints: from.constraints.into_iter().map(Into::into).collect(),
            indexes: from.indexes.into_iter().map(Into::into).collect(),
            depends_on: from.depends_on,
            definition: from.definition,
            row_security: from.row_security,
            row_security_forced: from.row_security_forced,
            policies: from.policies.into_iter().map(Into::into).collect(),
            settings: from.settings,
            estimated_rows: from.estimated_rows,
            bytes: from.bytes,
            sequential_scans: from.sequential_scans,
            index_scans: from.index_scans,
            rows_inserted: from.rows_inserted,
            rows_updated: from.rows_updated,
            rows_deleted: from.rows_deleted,
            partition_of: from.partition_of,
            source: from.source.map(Into::into),
            extra: from.extra,
        }
    }
}

impl From<catalog::Routine> for sdk::Routine {
    fn from(from: catalog::Routine) -> Self {
        Self {
            schema: from.schema,
            name: from.name,
            kind: from.kind,
            arguments: from.arguments,
            language: from.language,
            volatility: from.volatility,
            security_definer: from.security_definer,
            settings: from.settings,
            owner: from.owner,
            comment: from.comment,
            definition: from.definition,
            source: from.source.map(Into::into),
            extra: from.extra,
        }
    }
}

impl From<catalog::TypeDefinition> for sdk::TypeDefinition {
    fn from(from: catalog::TypeDefinition) -> Self {
        Self {
            schema: from.schema,
            name: from.name,
            kind: from.kind,
            labels: from.labels,
            base_type: from.base_type,
            checks: from.checks,
            comment: from.comment,
            source: from.source.map(Into::into),
            extra: from.extra,
        }
    }
}

impl From<catalog::Sequence> for sdk::Sequence {
    fn from(from: catalog::Sequence) -> Self {
        Self {
            schema: from.schema,
            name: from.name,
            type_name: from.type_name,
            owned_by: from.owned_by,
            identity: from.identity,
            cycles: from.cycles,
            used_fraction: from.used_fraction,
            extra: from.extra,
        }
    }
}

impl From<catalog::Trigger> for sdk::Trigger {
    fn from(from: catalog::Trigger) -> Self {
        Self {
            schema: from.schema,
            table: from.table,
            name: from.name,
            row_level: from.row_level,
            enabled: from.enabled,
            function: from.function,
            definition: from.definition,
            extra: from.extra,
        }
    }
}

impl From<OptionInfo> for lint::OptionInfo {
    fn from(from: OptionInfo) -> Self {
        Self { name: from.name, summary: from.summary, required: from.required, schema: from.schema.to_string() }
    }
}

impl From<Finding> for lint::Finding {
    fn from(from: Finding) -> Self {
        Self {
            rule: from.rule,
            subject: from.subject.into(),
            message: from.message,
            suggestion: from.suggestion,
            fix: from.fix,
            evidence: from.evidence,
            span: from.span.map(Into::into),
            severity: from.severity.map(Into::into),
            extra: None,
        }
    }
}

impl From<Parts> for catalog::Parts {
    fn from(from: Parts) -> Self {
        let mut parts = Self::empty();
        parts.set(Self::COLUMNS, from.columns);
        parts.set(Self::CONSTRAINTS, from.constraints);
        parts.set(Self::INDEXES, from.indexes);
        parts.set(Self::POLICIES, from.policies);
        parts.set(Self::DEFINITION, from.definition);
        parts
    }
}

impl From<common::DbError> for error::DbError {
    fn from(from: common::DbError) -> Self {
        Self {
            sqlstate: from.sqlstate,
            message: from.message,
            detail: from.detail,
            hint: from.hint,
            position: from.position,
        }
    }
}

impl From<error::DbError> for common::DbError {
    fn from(from: error::DbError) -> Self {
        Self {
            sqlstate: from.sqlstate,
            message: from.message,
            detail: from.detail,
            hint: from.hint,
            position: from.position,
        }
    }
}

impl From<host::QueryError> for error::Error {
    fn from(from: host::QueryError) -> Self {
        match from {
            host::QueryError::Denied(what) => Self::Denied(what),
            host::QueryError::LimitExceeded(what) => Self::LimitExceeded(what),
            host::QueryError::Database(error) => Self::Database(error.into()),
            host::QueryError::TimedOut => Self::TimedOut,
        }
    }
}

impl From<error::Error> for common::PluginError {
    fn from(from: error::Error) -> Self {
        match from {
            error::Error::InvalidConfig { pointer, expected } => {
                Self::InvalidConfig(common::ConfigError { pointer, expected })
            }
            error::Error::Denied(what) => Self::Denied(what),
            error::Error::Database(error) => Self::Database(error.into()),
            error::Error::TimedOut => Self::TimedOut,
            error::Error::LimitExceeded(what) => Self::LimitExceeded(what),
            error::Error::CheckFailed(what) => Self::CheckFailed(what),
            error::Error::Failed(message) => Self::Failed(message),
        }
    }
}

impl From<host::Value> for database::Value {
    fn from(from: host::Value) -> Self {
        match from {
            host::Value::Null => Self::Null,
            host::Value::Boolean(boolean) => Self::Boolean(boolean),
            host::Value::Integer(number) => Self::Integer(number),
            host::Value::Float(number) => Self::Float(number),
            host::Value::Text(text) => Self::Text(text),
            host::Value::Bytes(bytes) => Self::Bytes(bytes),
            host::Value::Other(other) => Self::Other { text: other.text, type_name: other.type_name },
        }
    }
}

impl From<database::Value> for host::Value {
    fn from(from: database::Value) -> Self {
        match from {
            database::Value::Null => Self::Null,
            database::Value::Boolean(boolean) => Self::Boolean(boolean),
            database::Value::Integer(number) => Self::Integer(number),
            database::Value::Float(number) => Self::Float(number),
            database::Value::Text(text) => Self::Text(text),
            database::Value::Bytes(bytes) => Self::Bytes(bytes),
            database::Value::Other { text, type_name } => Self::Other(host::OtherValue { text, type_name }),
        }
    }
}

impl From<common::PluginError> for error::Error {
    fn from(from: common::PluginError) -> Self {
        match from {
            common::PluginError::InvalidConfig(wrong) => {
                Self::InvalidConfig { pointer: wrong.pointer, expected: wrong.expected }
            }
            common::PluginError::Denied(what) => Self::Denied(what),
            common::PluginError::Database(error) => Self::Database(error.into()),
            common::PluginError::TimedOut => Self::TimedOut,
            common::PluginError::LimitExceeded(what) => Self::LimitExceeded(what),
            common::PluginError::CheckFailed(what) => Self::CheckFailed(what),
            common::PluginError::Failed(message) => Self::Failed(message),
        }
    }
}
