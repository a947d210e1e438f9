//! A directory of migrations, in any of the forms that people write them in.
//!
//! `NNN_name.sql`, `NNN_name.up.sql` with `NNN_name.down.sql`, a directory with `up.sql` and `down.sql` (and diesel's
//! `metadata.toml`), `NNN_name.yaml` or `.toml`, each with hooks in a file of their own, `NNN_name.hooks.yaml`; and
//! `R__name.sql`, which runs again whenever it changes.

mod document;
mod draft;
mod listing;
mod metadata;
mod refuse;

use super::{
    error::{FileError, FileErrors},
    script::{Script, Text},
    version::Version,
};
use crate::{build::read, config::HookUse};
use draft::Draft;
use serde::Serialize;
use std::{fmt, path::Path};

/// What a migration is known by in the ledger.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum Id {
    /// Runs once, in the order of versions.
    Versioned(Version),
    /// Runs after those, in the order of names, whenever it changed: its name, `R__` in front.
    Repeatable(String),
}

impl Id {
    /// Reads what the ledger holds.
    pub fn of_ledger(text: &str) -> Self {
        match Version::parse(text).filter(|_| !text.contains('-')) {
            Some(version) => Self::Versioned(version),
            None => Self::Repeatable(text.to_owned()),
        }
    }

    /// As the ledger holds it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Versioned(version) => version.as_str(),
            Self::Repeatable(name) => name,
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A migration as its files describe it.
#[derive(Clone, Debug, PartialEq)]
pub struct Migration {
    /// What it is known by.
    pub id: Id,
    /// What stands behind the version in its file's name.
    pub name: String,
    /// A version of the user's own, such as `1.0`: shown, never compared.
    pub label: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// The environments that it is for; empty: all.
    pub applies_to: Vec<String>,
    /// What it does.
    pub up: Script,
    /// What undoes it; none where it only goes up.
    pub down: Option<Script>,
    /// Hooks around it, in the order of the file.
    pub hooks: Vec<HookUse>,
}

impl Migration {
    /// `003_add_user_analytics`: as its file is called.
    pub fn title(&self) -> String {
        title(self.id.as_str(), &self.name)
    }

    /// Whether it is for this environment. A migration that names environments is not for a database that has none.
    pub fn applies_in(&self, environment: Option<&str>) -> bool {
        self.applies_to.is_empty() || environment.is_some_and(|name| self.applies_to.iter().any(|known| known == name))
    }
}

/// A version and a name as one word; a repeatable migration's name is its version.
pub fn title(version: &str, name: &str) -> String {
    match name {
        "" => version.to_owned(),
        _ if version.starts_with("R__") => version.to_owned(),
        name => format!("{version}_{name}"),
    }
}

/// The migrations of a directory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Files {
    /// In the order in which they run.
    pub migrations: Vec<Migration>,
    /// What lies in the directory and is no migration.
    pub warnings: Vec<FileError>,
}

impl Files {
    /// The migration that the ledger knows by this version.
    pub fn find(&self, id: &Id) -> Option<&Migration> {
        self.migrations.iter().find(|migration| migration.id == *id)
    }
}

/// Reads every migration of a directory, which is called `shown` in messages.
///
/// # Errors
/// Everything that is wrong with any of them: a file that looks like a migration and has no version, two of one version,
/// SQL that does not end, bytes that are no UTF-8.
pub fn discover(directory: &Path, shown: &str) -> Result<Files, FileErrors> {
    let listing = listing::read(directory, shown)?;
    let mut files = Files { migrations: Vec::new(), warnings: listing.warnings };
    let mut errors = listing.errors;
    // Where every migration is a directory, a loose file is none that somebody misnamed.
    let only_directories = !listing.drafts.iter().any(|draft| draft.is_versioned() && !draft.is_directory());
    let loose = |draft: &Draft| only_directories && !draft.is_versioned();
    let any_directory = listing.drafts.iter().any(|draft| draft.is_versioned() && draft.is_directory());
    for draft in listing.drafts {
        match draft.migration() {
            Ok(migration) => files.migrations.push(migration),
            Err(error) if any_directory && loose(&draft) => files.warnings.push(error),
            Err(error) => errors.push(error),
        }
    }
    files.migrations.sort_by(|a, b| a.id.cmp(&b.id));
    errors.extend(duplicates(&files.migrations));
    match errors.is_empty() {
        true => Ok(files),
        false => Err(FileErrors(errors)),
    }
}

fn duplicates(sorted: &[Migration]) -> impl Iterator<Item = FileError> {
    sorted.windows(2).filter(|pair| pair[0].id == pair[1].id).map(|pair| {
        let message = format!("version {} is also that of {}", pair[1].id, pair[0].up.file());
        FileError::about(pair[1].up.file(), message).help("give one of them a version of its own")
    })
}

/// Reads one file of a migration: UTF-8, without its byte order mark where it is no SQL.
fn text(path: &Path, shown: &str) -> Result<Text, FileError> {
    let bytes = std::fs::read(path).map_err(|error| FileError::about(shown, format!("it cannot be read: {error}")))?;
    let text = read::text(bytes, shown)?;
    Ok(Text { shown: shown.to_owned(), text: text.into() })
}

#[cfg(test)]
mod tests;
