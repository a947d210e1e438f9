//! Names of database objects, and places in files.

use crate::bindings::confiture::plugin::common as wit;
use confiture_model::object as model;

macro_rules! same_variants {
    ($($variant:ident),* $(,)?) => {
        fn kind_out(kind: model::ObjectKind) -> wit::ObjectKind {
            match kind { $(model::ObjectKind::$variant => wit::ObjectKind::$variant,)* }
        }
        fn kind_in(kind: wit::ObjectKind) -> model::ObjectKind {
            match kind { $(wit::ObjectKind::$variant => model::ObjectKind::$variant,)* }
        }
    };
}

same_variants!(
    Schema,
    Table,
    Partition,
    View,
    MaterializedView,
    Column,
    Index,
    Constraint,
    Sequence,
    Function,
    Procedure,
    Trigger,
    Type,
    Domain,
    Policy,
    Extension,
    ForeignTable,
    Other,
);

pub(crate) fn object_out(object: &model::ObjectRef) -> wit::ObjectRef {
    wit::ObjectRef {
        kind: kind_out(object.kind),
        schema: object.schema.clone(),
        parent: object.parent.clone(),
        name: object.name.clone(),
    }
}

pub(crate) fn object_in(object: wit::ObjectRef) -> model::ObjectRef {
    model::ObjectRef { kind: kind_in(object.kind), schema: object.schema, parent: object.parent, name: object.name }
}

pub(crate) fn span_out(span: &model::SourceSpan) -> wit::SourceSpan {
    wit::SourceSpan {
        file: span.file.clone(),
        line: span.line,
        column: span.column,
        end_line: span.end_line,
        end_column: span.end_column,
    }
}

pub(crate) fn span_in(span: wit::SourceSpan) -> model::SourceSpan {
    model::SourceSpan {
        file: span.file,
        line: span.line,
        column: span.column,
        end_line: span.end_line,
        end_column: span.end_column,
    }
}
