//! One file, read as text.

use super::{BuildError, SourceFile};
use confiture_sql::place::LineIndex;
use std::path::Path;

/// Reads a file that was found at `path`.
pub(super) fn read(path: &Path, canonical: &Path, shown: &str) -> Result<SourceFile, BuildError> {
    let bytes = std::fs::read(path)
        .map_err(|error| BuildError::Unreadable { path: shown.to_owned(), reason: error.to_string() })?;
    let text = text(bytes, shown)?;
    Ok(SourceFile { path: canonical.to_path_buf(), shown: shown.to_owned(), text })
}

/// The text of a file, which PostgreSQL takes as UTF-8 without zero bytes.
pub(crate) fn text(bytes: Vec<u8>, shown: &str) -> Result<String, BuildError> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(bad_byte("", shown, "the file is UTF-16, not UTF-8", "UTF-16"));
    }
    match String::from_utf8(bytes) {
        Ok(text) => match text.find('\0') {
            None => Ok(text),
            Some(at) => Err(bad_byte(&text[..at], shown, "a zero byte, which PostgreSQL takes nowhere", "UTF-16")),
        },
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let bytes = error.as_bytes();
            let byte = bytes.get(valid).copied().unwrap_or_default();
            let before = std::str::from_utf8(bytes.get(..valid).unwrap_or_default()).unwrap_or_default();
            Err(bad_byte(before, shown, &format!("byte 0x{byte:02X} is not UTF-8"), "LATIN1"))
        }
    }
}

/// The bad byte stands right after `before`.
fn bad_byte(before: &str, shown: &str, message: &str, encoding: &str) -> BuildError {
    let span = LineIndex::new(before).span(before.len()..before.len(), shown);
    BuildError::Place {
        span: Box::new(span),
        message: message.to_owned(),
        help: format!("save the file as UTF-8; if it is {encoding}: iconv -f {encoding} -t UTF-8 FILE > NEW"),
        caret: None,
    }
}
