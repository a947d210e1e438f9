//! The project's configuration: `confiture.toml` or `confiture.yaml`, one model.
//!
//! A file is read ([`find`]), parsed to a tree in which every key and value has its place (`toml`, `yaml` → [`tree`]),
//! variables of the environment are looked up ([`expand`]), and the tree is read into the model (`de`, [`file`]). An
//! error at any of these steps is a [`ConfigError`]: file, line, column, the line itself, what to do.

mod check;
mod de;
pub mod environment;
mod error;
pub mod expand;
mod file;
pub mod find;
mod grant;
pub mod hooks;
pub mod linting;
pub mod migrations;
pub(crate) mod nearest;
pub mod plugin;
mod redact;
pub mod source;
mod spanned;
pub mod starter;

mod toml;
pub mod tree;
mod yaml;

pub(crate) use error::Problem;
pub use {
    environment::{Environment, Secret},
    error::ConfigError,
    file::schema,
    find::{beside, find},
    grant::{grant_as_toml, grants},
    hooks::HookUse,
    linting::{CustomRule, Linting},
    migrations::Migrations,
    plugin::{Limits, PluginConfig},
    source::{Source, Span},
    spanned::Spanned,
};

pub(crate) use find::Format as DocumentFormat;

use find::Format;
use schemars::JsonSchema;
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

/// A project's configuration.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The directory that paths of the configuration are relative to: the file's own.
    pub root: PathBuf,
    /// The file it was read from; an empty one where there is none.
    pub source: Arc<Source>,
    /// The databases of the project by name.
    pub environments: BTreeMap<String, Environment>,
    /// The one environment of a file that describes only one, in an `environment` block.
    pub default_environment: Option<String>,
    /// How the schema is built from files.
    pub build: Build,
    /// What is linted, and how.
    pub linting: Linting,
    /// How migrations are run.
    pub migrations: Migrations,
    /// Plugins of the project, and what bundled ones are granted beyond their defaults.
    pub plugins: BTreeMap<String, PluginConfig>,
    /// Directories that plugins can be granted, by name; absolute.
    pub directories: BTreeMap<String, PathBuf>,
    /// Hooks of every migration.
    pub hooks: Vec<HookUse>,
}

/// How the schema is built from files.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Build {
    /// Files, directories and globs, relative to the configuration file, in the order in which they are run.
    pub load_order: Vec<Spanned<String>>,
}

/// Reads a configuration file. `env` looks up a variable of the environment.
///
/// # Errors
/// [`ConfigError`] at the first thing that is wrong. A variable that only a database's URL uses is missed when
/// [`Environment::database_url`] is asked for, so that nobody needs the variables of environments they do not use.
pub fn load(path: &Path, env: &dyn Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
    let (source, format) = find::read(path)?;
    let absolute = std::path::absolute(path)
        .map_err(|error| ConfigError::about(&source.name, format!("its place is unknown: {error}"), None))?;
    let root = absolute.parent().map(Path::to_owned).unwrap_or_default();
    parse(source, format, root, env)
}

fn parse(
    source: Source,
    format: Format,
    root: PathBuf,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Config, ConfigError> {
    let source = Arc::new(source);
    let read = || {
        let mut tree = match format {
            Format::Toml => toml::parse(&source)?,
            Format::Yaml => yaml::parse(&source)?,
        };
        tree.expand(&source, env);
        file::read(&tree, root, &source)
    };
    read().map_err(|problem: Problem| problem.in_source(&source))
}

/// Reads another kind of document as a configuration file is read: every error has its place. Variables stay as they are
/// written.
pub(crate) fn read_document<T: serde::de::DeserializeOwned>(
    source: &Source,
    format: DocumentFormat,
) -> Result<T, ConfigError> {
    let tree = match format {
        Format::Toml => toml::parse(source),
        Format::Yaml => yaml::parse(source),
    };
    tree.and_then(|tree| de::from_node(&tree)).map_err(|problem| problem.in_source(source))
}

impl Config {
    /// What counts where there is no file: no environment, no plugin of the project, every rule at its default.
    pub fn defaults(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), ..Self::default() }
    }

    /// The environment called `name`.
    ///
    /// # Errors
    /// Where there is none: names the nearest one.
    pub fn environment(&self, name: &str) -> Result<&Environment, ConfigError> {
        self.environments.get(name).ok_or_else(|| {
            let help = nearest::hint(name, self.environments.keys().map(String::as_str)).unwrap_or_else(|| {
                format!("write `[environments.{name}]` with its `database_url`, or name a database with --database-url")
            });
            ConfigError::about(&self.source.name, format!("there is no environment `{name}`"), Some(help))
        })
    }

    /// An error about a place in the file.
    pub fn error(&self, span: Span, message: impl Into<String>, help: Option<String>) -> ConfigError {
        let problem = Problem::new(span, message);
        Problem { help, ..problem }.in_source(&self.source)
    }

    /// The hooks that run around every migration in `environment`: the project's, then its own.
    pub fn hooks_in<'a>(&'a self, environment: Option<&str>) -> impl Iterator<Item = &'a HookUse> + use<'a> {
        let own = environment.and_then(|name| self.environments.get(name)).map(|environment| &environment.hooks[..]);
        self.hooks.iter().chain(own.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::{bad::cases, read_with};
