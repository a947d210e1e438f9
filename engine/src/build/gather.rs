//! The files to build, each once.

use super::{BuildError, Entry, SourceFile, pattern, read};
use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

/// The files of a load order, below the project's directory `root`. A file that several entries name is built where the
/// first one names it; the files of one entry are in the order of their paths' bytes.
///
/// # Errors
/// [`BuildError`] for an entry that names no SQL file, and for a file that cannot be read as UTF-8.
pub fn gather(root: &Path, load_order: &[Entry]) -> Result<Vec<SourceFile>, BuildError> {
    let mut gathered = Gathered::new(root);
    for entry in load_order {
        for path in pattern::files(root, entry)? {
            gathered.add(&path)?;
        }
    }
    Ok(gathered.files)
}

/// Files and directories as a command line names them: relative to the current directory, and no globs.
///
/// # Errors
/// As [`gather`].
pub fn gather_paths(root: &Path, paths: &[PathBuf]) -> Result<Vec<SourceFile>, BuildError> {
    let mut gathered = Gathered::new(root);
    for path in paths {
        for path in pattern::below_path(path)? {
            gathered.add(&path)?;
        }
    }
    Ok(gathered.files)
}

struct Gathered {
    /// The project's directory, absolute and with links resolved.
    roots: Vec<PathBuf>,
    seen: HashSet<PathBuf>,
    files: Vec<SourceFile>,
}

impl Gathered {
    fn new(root: &Path) -> Self {
        let roots = [std::path::absolute(root).ok(), std::fs::canonicalize(root).ok()];
        Self { roots: roots.into_iter().flatten().collect(), seen: HashSet::new(), files: Vec::new() }
    }

    fn add(&mut self, path: &Path) -> Result<(), BuildError> {
        let canonical = std::fs::canonicalize(path)
            .map_err(|error| BuildError::Unreadable { path: path.display().to_string(), reason: error.to_string() })?;
        if self.seen.insert(canonical.clone()) {
            let shown = self.shown(path, &canonical);
            self.files.push(read::read(path, &canonical, &shown)?);
        }
        Ok(())
    }

    /// Relative to the project where the file lies inside, else as it was named.
    fn shown(&self, path: &Path, canonical: &Path) -> String {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        let climbs = absolute.components().any(|part| part == std::path::Component::ParentDir);
        let candidates = [(!climbs).then_some(absolute.as_path()), Some(canonical)];
        let inside = candidates.into_iter().flatten().find_map(|candidate| {
            self.roots.iter().find_map(|root| candidate.strip_prefix(root).ok()).map(Path::to_path_buf)
        });
        let shown = inside.unwrap_or_else(|| path.components().collect());
        shown.to_string_lossy().into_owned()
    }
}
