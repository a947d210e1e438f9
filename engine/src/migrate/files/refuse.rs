//! Files of other tools that hold both directions: run as they are, they would undo what they just did.

use crate::migrate::error::FileError;

/// What other tools write above the way down, in lower case.
const MARKS: [(&str, &str); 5] = [
    ("-- migrate:down", "dbmate"),
    ("-- +goose down", "goose"),
    ("-- +migrate down", "sql-migrate"),
    ("-- !downs", "play"),
    ("--//@undo", "MyBatis"),
];

/// Refuses an SQL file that holds a way down as well.
pub(super) fn both_directions(text: &str, shown: &str) -> Result<(), FileError> {
    for (index, line) in text.lines().enumerate() {
        let line = line.trim().to_ascii_lowercase();
        if let Some((mark, tool)) = MARKS.iter().find(|(mark, _)| line.starts_with(mark)) {
            let message = format!("`{mark}` of {tool} begins a way down, which would run with the way up");
            let problem = FileError::about(shown, message);
            let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            return Err(FileError { line: Some(number), column: Some(1), ..problem }
                .help("split the file into NNN_name.up.sql and NNN_name.down.sql"));
        }
    }
    Ok(())
}
