//! The directories of a project by their names.

use confiture_engine::lint::rule::NamePattern;
use std::path::Path;

/// So deep below the project's own: `db/0_schema/01_write_side/011_customers`.
const DEEPEST: usize = 6;
/// Directories of other people's files.
const OTHERS: [&str; 3] = ["node_modules", "target", "vendor"];

/// The directories below `root` that are called so, relative to it, with `/` between their parts.
pub fn called(root: &Path, name: &NamePattern) -> Vec<String> {
    let mut found = Vec::new();
    let mut todo = vec![(root.to_owned(), String::new(), 0)];
    while let Some((path, shown, depth)) = todo.pop() {
        let Ok(entries) = std::fs::read_dir(&path) else { continue };
        for entry in entries.flatten() {
            let own = entry.file_name();
            let Some(own) = own.to_str().filter(|own| !own.starts_with('.') && !OTHERS.contains(own)) else { continue };
            // Links are not followed: they may lead round in a circle.
            if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                continue;
            }
            let shown = if shown.is_empty() { own.to_owned() } else { format!("{shown}/{own}") };
            if name.matches(own) {
                found.push(shown);
            } else if depth + 1 < DEEPEST {
                todo.push((entry.path(), shown, depth + 1));
            }
        }
    }
    found.sort();
    found
}
