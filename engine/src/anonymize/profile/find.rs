//! Which file a profile's name means.

use super::{Problems, Profile, extend, read};
use crate::config::{self, ConfigError, Source, nearest};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Where profiles lie, from the configuration's directory.
const DIRECTORIES: [&str; 3] = ["confiture-environments", "anonymization", ""];
/// What makes a file a profile.
const MARK: &str = "anonymization_profile";

/// A profile's file.
#[derive(Debug)]
pub struct Found {
    /// The file.
    pub path: PathBuf,
    pub(super) read: Result<read::ProfileFile, Problems>,
}

/// Every profile of a project.
#[derive(Debug)]
pub struct Profiles {
    /// In the order of their paths.
    pub found: Vec<Found>,
    root: PathBuf,
}

impl Profiles {
    /// Reads the profiles below `root`, the directory of the configuration. `env` looks up variables of the environment.
    ///
    /// # Errors
    /// A directory that cannot be read. What is wrong with a profile is said where it is asked for.
    pub fn discover(root: &Path, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut found = Vec::new();
        for directory in DIRECTORIES {
            for path in files(&root.join(directory))? {
                found.extend(open(&path, root, env).map(|read| Found { path, read }));
            }
        }
        Ok(Self { found, root: root.to_owned() })
    }

    /// With the profile in this file, whose name is answered: it stands for any other of its name.
    ///
    /// # Errors
    /// [`Problems`] of the file.
    pub fn with_file(mut self, path: &Path, env: &dyn Fn(&str) -> Option<String>) -> Result<(Self, String), Problems> {
        let shown = path.display().to_string();
        let none = || ConfigError::about(&shown, format!("it is no profile: it has no `{MARK}`"), None);
        let file = open(path, &self.root, env).ok_or_else(none)??;
        let name = file.name.value.clone();
        self.found.retain(|one| one.read.as_ref().is_ok_and(|other| other.name.value != name));
        self.found.push(Found { path: path.to_owned(), read: Ok(file) });
        Ok((self, name))
    }

    /// What each profile is called; one that cannot be read, by its file.
    pub fn names(&self) -> Vec<String> {
        let stem = |path: &Path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let name = |one: &Found| match &one.read {
            Ok(file) => Some(file.name.value.clone()),
            Err(_) => stem(&one.path),
        };
        self.found.iter().filter_map(name).collect()
    }

    /// The profile that `--profile` names, by its own name or else by its file's, with all that it extends and what it says
    /// for `environment`. `known` are the environments of the configuration; where there are some, a profile may speak of
    /// no other.
    ///
    /// # Errors
    /// [`Problems`], all of them.
    pub fn load(&self, name: &str, environment: Option<&str>, known: &[&str]) -> Result<Profile, Problems> {
        let mut chain = vec![self.file(name, None)?];
        while let Some(extends) = chain.last().and_then(|file| file.extends.as_ref()) {
            let by = chain[chain.len() - 1];
            let next = self.file(&extends.value, Some((by, extends)))?;
            if chain.iter().any(|file| std::ptr::eq(*file, next)) {
                let names =
                    chain.iter().chain([&next]).map(|file| format!("`{}`", file.name.value)).collect::<Vec<_>>();
                let message = format!("profiles cannot extend each other in a circle: {}", names.join(" → "));
                return Err(extend::at(by, extends.span, message, None).into());
            }
            chain.push(next);
        }
        extend::merge(&chain, environment, known)
    }

    fn file(
        &self,
        name: &str,
        by: Option<(&read::ProfileFile, &config::Spanned<String>)>,
    ) -> Result<&read::ProfileFile, Problems> {
        let error = |message: String, help: Option<String>| match by {
            Some((file, place)) => extend::at(file, place.span, message, help),
            None => ConfigError::about("", message, help),
        };
        let named = |one: &&Found| one.read.as_ref().is_ok_and(|file| file.name.value == name);
        let by_stem = |one: &&Found| one.path.file_stem().is_some_and(|stem| stem == name);
        let mut matching: Vec<&Found> = self.found.iter().filter(named).collect();
        if matching.is_empty() {
            matching = self.found.iter().filter(by_stem).collect();
        }
        match &matching[..] {
            [one] => one.read.as_ref().map_err(Clone::clone),
            [] => Err(self.missing(name, &error)),
            several => {
                let files = several.iter().map(|one| format!("{}", one.path.display())).collect::<Vec<_>>();
                let message = format!("two profiles are called `{name}`: {}", files.join(" and "));
                Err(error(
                    message,
                    Some("rename one of them, or name one by its file's name without its ending".to_owned()),
                )
                .into())
            }
        }
    }

    /// Where one could not be read, it may be the one that was meant.
    fn missing(&self, name: &str, error: &dyn Fn(String, Option<String>) -> ConfigError) -> Problems {
        let names = self.found.iter().filter_map(|one| Some(one.read.as_ref().ok()?.name.value.as_str()));
        let stems = self.found.iter().filter_map(|one| one.path.file_stem()?.to_str());
        let help = nearest::hint(name, names.chain(stems)).unwrap_or_else(|| {
            let directories = DIRECTORIES.map(|directory| format!("`{}`", self.root.join(directory).display()));
            format!("a profile is a YAML or TOML file with `{MARK}: {name}` in {}", directories.join(", "))
        });
        let mut problems = Problems::from(error(format!("there is no anonymization profile `{name}`"), Some(help)));
        for broken in self.found.iter().filter_map(|one| one.read.as_ref().err()) {
            problems.0.extend(broken.0.iter().cloned());
        }
        problems
    }
}

fn files(directory: &Path) -> Result<Vec<PathBuf>, ConfigError> {
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            let message = format!("its profiles cannot be listed: {error}");
            return Err(ConfigError::about(&directory.display().to_string(), message, None));
        }
    };
    let ending = |path: &PathBuf| {
        path.extension()
            .and_then(|ending| ending.to_str())
            .is_some_and(|ending| ["yaml", "yml", "toml"].contains(&ending))
    };
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(ending).collect();
    files.sort();
    Ok(files)
}

/// Reads a file, if it is a profile. In errors and reports it is called as the project knows it, on every machine the same.
fn open(path: &Path, root: &Path, env: &dyn Fn(&str) -> Option<String>) -> Option<Result<read::ProfileFile, Problems>> {
    let (mut source, format) = match config::find::read(path) {
        Ok(read) => read,
        Err(error) => return Some(Err(error.into())),
    };
    if let Ok(below) = path.strip_prefix(root) {
        source.name = below.display().to_string();
    }
    source.text.contains(MARK).then(|| parse(source, format, env))
}

pub(super) fn parse(
    source: Source,
    format: config::DocumentFormat,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<read::ProfileFile, Problems> {
    let source = Arc::new(source);
    let mut tree: config::tree::Node = config::read_document(&source, format)?;
    tree.expand(&source, env);
    read::read(&tree, &source)
}
