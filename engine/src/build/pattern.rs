//! What an entry of the load order names.

use super::{BuildError, Entry, walk};
use globset::{GlobBuilder, GlobMatcher};
use std::path::{Path, PathBuf};

/// The files that an entry names, in the order of their paths' bytes.
pub(super) fn files(root: &Path, entry: &Entry) -> Result<Vec<PathBuf>, BuildError> {
    let pattern = entry.pattern.trim_start_matches("./");
    if pattern.is_empty() {
        return Err(refused(entry, "it is empty", "name a file, a directory (`.` for the project) or a glob"));
    }
    let plain = root.join(pattern);
    if plain.is_file() {
        return named_file(entry, plain);
    }
    if plain.is_dir() {
        return below(entry, &plain);
    }
    match is_glob(pattern) {
        true => matching(root, entry, pattern),
        false => Err(refused(
            entry,
            "there is no such file or directory",
            &format!("it is looked for in {}", root.display()),
        )),
    }
}

/// The files of a path that is no pattern.
pub(super) fn below_path(path: &Path) -> Result<Vec<PathBuf>, BuildError> {
    let entry = Entry { pattern: path.display().to_string(), origin: None };
    if path.is_dir() {
        return below(&entry, path);
    }
    match path.exists() {
        true => named_file(&entry, path.to_path_buf()),
        false => {
            Err(refused(&entry, "there is no such file or directory", "name .sql files, or directories that hold some"))
        }
    }
}

fn named_file(entry: &Entry, path: PathBuf) -> Result<Vec<PathBuf>, BuildError> {
    match walk::is_sql(&path) {
        true => Ok(vec![path]),
        false => Err(refused(entry, "it is not an SQL file", "only files whose names end in .sql are built")),
    }
}

fn below(entry: &Entry, directory: &Path) -> Result<Vec<PathBuf>, BuildError> {
    let files = sorted(walk::sql_files(directory)?);
    match files.is_empty() {
        true => Err(refused(
            entry,
            "this directory holds no SQL file",
            "put .sql files into it or below it, or remove the entry",
        )),
        false => Ok(files),
    }
}

fn matching(root: &Path, entry: &Entry, pattern: &str) -> Result<Vec<PathBuf>, BuildError> {
    let glob = glob(pattern).map_err(|reason| {
        refused(entry, &format!("it is no glob: {reason}"), "`*` stands for a part of a name, `**` for directories")
    })?;
    let base = literal_part(pattern);
    let directory = root.join(base);
    let found = if directory.is_dir() { walk::sql_files(&directory)? } else { Vec::new() };
    let fits =
        |path: &PathBuf| path.strip_prefix(&directory).is_ok_and(|rest| glob.is_match(Path::new(base).join(rest)));
    let files = sorted(found.into_iter().filter(fits).collect());
    match files.is_empty() {
        true => Err(refused(
            entry,
            "it matches no SQL file",
            "`*` matches within one directory, `DIR/**/*` everything below it; only names that end in .sql count",
        )),
        false => Ok(files),
    }
}

fn glob(pattern: &str) -> Result<GlobMatcher, String> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build().map_err(|error| error.kind().to_string())?;
    Ok(glob.compile_matcher())
}

fn is_glob(pattern: &str) -> bool {
    pattern.contains(['*', '?', '[', '{'])
}

/// The directories before the first part that is a glob.
fn literal_part(pattern: &str) -> &str {
    let first = pattern.find(['*', '?', '[', '{', '\\']).unwrap_or(pattern.len());
    let literal = pattern.get(..first).unwrap_or_default();
    literal.rfind('/').map_or("", |slash| &literal[..=slash])
}

/// As `sort` in the C locale would put them: by the bytes of the whole path.
fn sorted(mut files: Vec<PathBuf>) -> Vec<PathBuf> {
    files.sort_by(|a, b| a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes()));
    files
}

fn refused(entry: &Entry, reason: &str, help: &str) -> BuildError {
    BuildError::Entry {
        pattern: entry.pattern.clone(),
        origin: entry.origin.clone(),
        reason: reason.to_owned(),
        help: help.to_owned(),
    }
}
