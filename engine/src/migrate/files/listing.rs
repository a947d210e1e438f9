//! What lies in a directory, sorted by the migration that it belongs to.

use super::{
    FileError, FileErrors,
    draft::{Draft, Part},
};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// A directory's migrations before they are read.
#[derive(Default)]
pub(super) struct Listing {
    pub(super) drafts: Vec<Draft>,
    pub(super) warnings: Vec<FileError>,
    pub(super) errors: Vec<FileError>,
}

/// Something in a directory, and what it is called in messages.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) path: PathBuf,
    pub(super) shown: String,
    pub(super) name: String,
}

/// What an item's name says that it is.
enum Kind {
    /// A part of the migration with this stem.
    Part(String, Part),
    Ignored,
    Unknown(&'static str),
}

/// Sorts the items of a directory.
pub(super) fn read(directory: &Path, shown: &str) -> Result<Listing, FileErrors> {
    let mut listing = Listing::default();
    let mut drafts: BTreeMap<String, Draft> = BTreeMap::new();
    for item in items(directory, shown)? {
        let found = match item.path.is_dir() {
            true => directory_kind(&item)?,
            false => vec![(item.clone(), file_kind(&item.name))],
        };
        for (item, kind) in found {
            match kind {
                Kind::Part(stem, part) => {
                    let draft = drafts.entry(stem.clone()).or_insert_with(|| Draft::new(stem));
                    listing.errors.extend(draft.add(part, item).err());
                }
                Kind::Unknown(why) => listing.warnings.push(FileError::about(item.shown, why)),
                Kind::Ignored => {}
            }
        }
    }
    listing.drafts = drafts.into_values().collect();
    Ok(listing)
}

/// What lies in a directory, by name, hidden things aside.
fn items(directory: &Path, shown: &str) -> Result<Vec<Item>, FileError> {
    let unreadable = |error: std::io::Error| {
        let message = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such directory".to_owned(),
            _ => format!("it cannot be read: {error}"),
        };
        FileError::about(shown, message).help("name the directory of the migrations with --migrations DIR")
    };
    let mut items = Vec::new();
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let Ok(name) = entry.file_name().into_string() else {
            let shown = format!("{}/{}", shown.trim_end_matches('/'), entry.file_name().to_string_lossy());
            return Err(FileError::about(shown, "its name is not UTF-8").help("rename it"));
        };
        if !name.starts_with('.') {
            items.push(Item { path: entry.path(), shown: format!("{}/{name}", shown.trim_end_matches('/')), name });
        }
    }
    items.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(items)
}

fn file_kind(name: &str) -> Kind {
    let lower = name.to_ascii_lowercase();
    let stem = |suffix: &str| name[..name.len() - suffix.len()].to_owned();
    let ends = [
        (".up.sql", Part::Up),
        (".down.sql", Part::Down),
        (".sql", Part::Up),
        (".hooks.yaml", Part::Hooks),
        (".hooks.yml", Part::Hooks),
        (".hooks.toml", Part::Hooks),
        (".yaml", Part::Document),
        (".yml", Part::Document),
        (".toml", Part::Document),
    ];
    match ends.into_iter().find(|(suffix, _)| lower.ends_with(suffix)) {
        Some((suffix, part)) => Kind::Part(stem(suffix), part),
        None if lower.ends_with(".md") || lower.ends_with(".txt") => Kind::Ignored,
        None => Kind::Unknown("this is no migration: migrations are .sql, .yaml and .toml files, and directories"),
    }
}

/// A directory is one migration: it holds an `up.sql`.
fn directory_kind(directory: &Item) -> Result<Vec<(Item, Kind)>, FileError> {
    let inside = items(&directory.path, &directory.shown)?;
    if !inside.iter().any(|item| item.name == "up.sql") {
        let why = "this directory holds no `up.sql`: it is no migration";
        return Ok(vec![(directory.clone(), Kind::Unknown(why))]);
    }
    let kind = |name: &str| match name {
        "up.sql" => Kind::Part(directory.name.clone(), Part::Up),
        "down.sql" => Kind::Part(directory.name.clone(), Part::Down),
        "metadata.toml" => Kind::Part(directory.name.clone(), Part::Metadata),
        "hooks.yaml" | "hooks.yml" | "hooks.toml" => Kind::Part(directory.name.clone(), Part::Hooks),
        name if name.ends_with(".md") || name.ends_with(".txt") => Kind::Ignored,
        _ => Kind::Unknown("this is no part of a migration: those are up.sql, down.sql, metadata.toml and hooks.yaml"),
    };
    Ok(inside.into_iter().map(|item| (item.clone(), kind(&item.name))).collect())
}
