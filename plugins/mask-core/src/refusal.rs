//! What is said where a value or a column cannot be masked. Never the value.

use confiture_sdk::{Error, masking::ColumnInfo};

/// A value that stops the run. Rows count from 1 for people.
pub fn value(row: usize, what: &str) -> Error {
    Error::failed(format!("row {} of the batch: {what}", row + 1))
}

/// A column that is too short for what would be written into it.
pub fn too_short(target: &ColumnInfo, room: usize, needed: usize, what: &str) -> Error {
    Error::failed(format!(
        "the column `{}` (or one that a foreign key joins with it) has room for {room} characters, and {what} takes {needed}",
        target.name
    ))
}
