//! What is in a directory.

use super::Found;
use crate::config::ConfigError;
use regex::Regex;
use std::{
    collections::BTreeMap,
    fs, io,
    io::Read,
    path::{Path, PathBuf},
};

/// Nobody keeps DDL deeper than this.
const MAX_DEPTH: usize = 8;
/// Where other people's files, or generated ones, are.
const SKIPPED: [&str; 6] = ["node_modules", "target", "vendor", "venv", "dist", "build"];
/// Directories whose SQL is run by a migration tool.
const MIGRATIONS: [&str; 6] = ["migrations", "migration", "migrate", "confiture-migrations", "changelogs", "flyway"];
/// Directories whose SQL fills tables.
const DATA: [&str; 9] = ["seed", "seeds", "prep_seed", "test", "tests", "fixtures", "data", "samples", "examples"];
/// Files in which people write connection strings; the last word counts, after `docker-compose.` and the like.
const VARIABLES_IN: [&str; 7] =
    [".env", ".env.example", ".env.local", ".envrc", "compose.yaml", "docker-compose.yml", "docker-compose.yaml"];
/// More of a file is not looked at.
const MAX_BYTES: u64 = 64 << 10;

/// A directory with SQL somewhere below.
struct Tree {
    /// Relative, with `/`.
    path: String,
    name: String,
    /// Whether SQL files lie in itself.
    files: bool,
    children: Vec<Tree>,
}

/// Looks for DDL files, migrations and the names of variables. Hidden directories and links are left alone.
///
/// # Errors
/// Where the directory cannot be read; what cannot be read below it is passed over.
pub fn look(directory: &Path) -> Result<Found, ConfigError> {
    let failed = |error: io::Error| ConfigError::about(&directory.display().to_string(), error.to_string(), None);
    fs::read_dir(directory).map_err(failed)?;
    let mut found = Found { variables: variables(directory), ..Found::default() };
    let root = walk(directory, String::new(), String::new(), 0, &mut found);
    if root.files {
        found.load_order.push("*.sql".to_owned());
    }
    for child in root.children {
        order(child, &mut found);
    }
    Ok(found)
}

fn walk(directory: &Path, path: String, name: String, depth: usize, found: &mut Found) -> Tree {
    let mut tree = Tree { path, name, files: false, children: Vec::new() };
    for (name, is_directory, full) in entries(directory) {
        if !is_directory {
            tree.files |= name.ends_with(".sql");
            continue;
        }
        if depth == MAX_DEPTH || name.starts_with('.') || SKIPPED.contains(&name.as_str()) {
            continue;
        }
        let path = if tree.path.is_empty() { name.clone() } else { format!("{}/{name}", tree.path) };
        let child = walk(&full, path, name, depth + 1, found);
        if !child.files && child.children.is_empty() {
            continue;
        }
        match MIGRATIONS.contains(&plain(&child.name)) {
            true => found.migrations.push(child.path),
            false => tree.children.push(child),
        }
    }
    tree
}

/// By name, numbers first; without links, and without names that no configuration could hold.
fn entries(directory: &Path) -> Vec<(String, bool, PathBuf)> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut entries: Vec<_> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let kind = entry.file_type().ok()?;
            let name = entry.file_name().into_string().ok()?;
            (!kind.is_symlink()).then(|| (name, kind.is_dir(), entry.path()))
        })
        .collect();
    entries.sort();
    entries
}

/// Adds the patterns of a directory: one for all that is below, or one for each of its parts where they are numbered.
fn order(tree: Tree, found: &mut Found) {
    let pattern = format!("{}/**/*", escaped(&tree.path));
    if DATA.contains(&plain(&tree.name)) {
        found.left_out.push(pattern);
        return;
    }
    let apart = |child: &Tree| numbered(&child.name) || DATA.contains(&plain(&child.name));
    if !tree.files && (tree.children.len() == 1 || tree.children.iter().all(apart)) {
        tree.children.into_iter().for_each(|child| order(child, found));
    } else {
        found.load_order.push(pattern);
    }
}

/// `01_write_side` → `write_side`.
fn plain(name: &str) -> &str {
    name.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches(['_', '-'])
}

fn numbered(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_digit())
}

/// A directory's name as a glob that matches only it.
fn escaped(path: &str) -> String {
    path.chars().map(|c| if "*?[]{}".contains(c) { format!("[{c}]") } else { c.to_string() }).collect()
}

/// The names of variables that hold a database's URL; the first file that names one counts.
fn variables(directory: &Path) -> Vec<(String, String)> {
    let Ok(name) = Regex::new(r"\b(?:[A-Z][A-Z0-9]*_)*DATABASE_URL\b") else { return Vec::new() };
    let mut found = BTreeMap::new();
    for file in VARIABLES_IN {
        let Ok(open) = fs::File::open(directory.join(file)) else { continue };
        let mut bytes = Vec::new();
        if open.take(MAX_BYTES).read_to_end(&mut bytes).is_ok() {
            for variable in name.find_iter(&String::from_utf8_lossy(&bytes)) {
                found.entry(variable.as_str().to_owned()).or_insert_with(|| file.to_owned());
            }
        }
    }
    found.into_iter().collect()
}
