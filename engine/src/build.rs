//! Building: the project's DDL files, in the order of its configuration, as one text or run on a database.
//!
//! Files are gathered and read, cut into statements, run one by one; afterwards the places of the statements are written
//! to the objects that PostgreSQL says they made.

mod apply;
mod error;
mod gather;
mod overload;
mod pattern;
pub(crate) mod place;
pub(crate) mod read;
mod sources;
mod walk;

pub use apply::{Applied, Ran, all_in_one_transaction, apply};
pub use error::{BuildError, FailedStatement};
pub use gather::{gather, gather_paths};
pub use sources::attach_sources;

use confiture_model::object::SourceSpan;
use confiture_sql::split::split;
use std::path::PathBuf;

/// A DDL file as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Where it is, links resolved: two mentions of one file have the same path.
    pub path: PathBuf,
    /// As the user would write it: relative to the project where it lies inside.
    pub shown: String,
    /// What it holds.
    pub text: String,
}

/// An entry of the configuration's `load_order`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// A file, a directory (everything below it) or a glob that names files, relative to the project.
    pub pattern: String,
    /// Where it is written, for error messages.
    pub origin: Option<SourceSpan>,
}

/// The files as one SQL text, each under a comment with its name, fit for psql.
pub fn concatenate(files: &[SourceFile]) -> String {
    let mut text = String::with_capacity(files.iter().map(|file| file.text.len() + file.shown.len() + 16).sum());
    for file in files {
        if !text.is_empty() {
            text.push('\n');
        }
        // A name may hold anything, but a comment ends with its line.
        let name = file.shown.replace(|character: char| character.is_control(), "?");
        text.push_str(&format!("-- {name}\n"));
        text.push_str(file.text.trim_start_matches('\u{feff}'));
        if !text.ends_with('\n') {
            text.push('\n');
        }
        if !is_terminated(&file.text) {
            text.push_str(";\n");
        }
    }
    text
}

/// Whether the last statement has its semicolon: without, it would run on into the next file.
fn is_terminated(text: &str) -> bool {
    let statements = split(text).unwrap_or_default();
    statements.last().is_none_or(|statement| statement.terminated)
}

#[cfg(test)]
mod tests;
