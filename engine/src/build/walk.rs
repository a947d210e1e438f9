//! The SQL files below a directory.

use super::BuildError;
use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

/// Whether a name is one of an SQL file.
pub(super) fn is_sql(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql"))
}

/// Every SQL file below `directory`, hidden ones aside. Links are followed; a directory that was seen before, as in a
/// loop of links, is not entered again. In no particular order.
pub(super) fn sql_files(directory: &Path) -> Result<Vec<PathBuf>, BuildError> {
    let mut files = Vec::new();
    let mut seen = HashSet::new();
    let mut open = vec![directory.to_path_buf()];
    while let Some(directory) = open.pop() {
        let canonical = fs::canonicalize(&directory).map_err(|error| unreadable(&directory, &error))?;
        if !seen.insert(canonical) {
            continue;
        }
        // The last is opened first: a directory that two names lead to is entered under the same one every time.
        for path in children(&directory)?.into_iter().rev() {
            match fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() => open.push(path),
                Ok(_) if is_sql(&path) => files.push(path),
                Err(error) if is_sql(&path) => return Err(unreadable(&path, &error)),
                // A link into nowhere, or a file of another kind.
                Ok(_) | Err(_) => {}
            }
        }
    }
    Ok(files)
}

fn children(directory: &Path) -> Result<Vec<PathBuf>, BuildError> {
    let failed = |error: io::Error| unreadable(directory, &error);
    let mut children = Vec::new();
    for child in fs::read_dir(directory).map_err(failed)? {
        let child = child.map_err(failed)?;
        if !child.file_name().as_encoded_bytes().starts_with(b".") {
            children.push(child.path());
        }
    }
    children.sort();
    Ok(children)
}

fn unreadable(path: &Path, error: &io::Error) -> BuildError {
    BuildError::Unreadable { path: path.display().to_string(), reason: error.to_string() }
}
