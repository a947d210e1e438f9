//! Columns as strategies see them.

use crate::bindings::confiture::plugin::masking as wit;
use confiture_model::mask::{Column, ColumnInfo, NotAColumn};

pub(crate) fn column_out(column: &Column) -> wit::Column {
    wit::Column {
        data: column.text().as_bytes().to_vec(),
        ends: column.ends().to_vec(),
        nulls: column.nulls().to_vec(),
    }
}

/// A column that a guest put together.
///
/// # Errors
/// Why it is none.
pub(crate) fn column_in(column: wit::Column) -> Result<Column, NotAColumn> {
    Column::from_parts(column.data, column.ends, column.nulls)
}

pub(crate) fn column_from(column: Column) -> wit::Column {
    let (data, ends, nulls) = column.into_parts();
    wit::Column { data, ends, nulls }
}

pub(crate) fn info_out(info: &ColumnInfo) -> wit::ColumnInfo {
    wit::ColumnInfo {
        schema: info.schema.clone(),
        table: info.table.clone(),
        name: info.name.clone(),
        type_name: info.type_name.clone(),
        base_type: info.base_type.clone(),
        labels: info.labels.clone(),
        max_length: info.max_length,
        nullable: info.nullable,
        unique: info.unique,
        join_group: info.join_group.clone(),
        group_type: info.group_type.clone(),
        group_max_length: info.group_max_length,
        estimated_rows: info.estimated_rows,
        extra: info.primary_key.then(|| r#"{"primary_key":true}"#.to_owned()),
    }
}

/// A column that a guest describes to a strategy inside of it: its own target, or what it made of one.
pub(crate) fn info_in(info: wit::ColumnInfo) -> ColumnInfo {
    let extra: Option<serde_json::Value> = info.extra.and_then(|extra| serde_json::from_str(&extra).ok());
    ColumnInfo {
        schema: info.schema,
        table: info.table,
        name: info.name,
        type_name: info.type_name,
        base_type: info.base_type,
        labels: info.labels,
        max_length: info.max_length,
        nullable: info.nullable,
        unique: info.unique,
        primary_key: extra.is_some_and(|extra| extra.get("primary_key").is_some_and(|key| *key == true)),
        join_group: info.join_group,
        group_type: info.group_type,
        group_max_length: info.group_max_length,
        estimated_rows: info.estimated_rows,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_comes_back_as_it_went() {
        let info = ColumnInfo {
            name: "id".to_owned(),
            type_name: "character varying(20)".to_owned(),
            labels: vec!["a".to_owned()],
            max_length: Some(20),
            primary_key: true,
            estimated_rows: Some(3),
            ..ColumnInfo::default()
        };
        assert_eq!(info_in(info_out(&info)), info);
    }
}
