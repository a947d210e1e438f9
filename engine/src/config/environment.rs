//! A database of the project.

use super::{ConfigError, HookUse, Problem, Source, tree::Node};
use std::{fmt, sync::Arc};

/// A database of the project, under the name that `--env` takes.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    pub(super) source: Arc<Source>,
    pub(super) database_url: Option<Node>,
    pub(super) reader_url: Option<Node>,
    /// The role that plugins read as; a role of the same server.
    pub reader: Option<String>,
    /// Whether what changes data or holds locks asks first.
    pub protected: bool,
    /// Whether sync may replace its data, though it is protected or called production.
    pub sync_target: bool,
    /// Hooks of every migration in it.
    pub hooks: Vec<HookUse>,
}

impl Environment {
    /// A libpq URI or connection string of the database.
    ///
    /// # Errors
    /// A variable of the environment that is not set.
    pub fn database_url(&self) -> Result<Option<Secret>, ConfigError> {
        self.expanded(self.database_url.as_ref())
    }

    /// The same database under a login that only reads, for plugins.
    ///
    /// # Errors
    /// A variable of the environment that is not set.
    pub fn reader_url(&self) -> Result<Option<Secret>, ConfigError> {
        self.expanded(self.reader_url.as_ref())
    }

    /// Why sync may not write to it, under this name; none where it may.
    pub fn refuses_sync(&self, name: &str) -> Option<String> {
        let is_production = matches!(name.to_lowercase().as_str(), "production" | "prod" | "live");
        match (self.sync_target, self.protected, is_production) {
            (true, ..) | (false, false, false) => None,
            (false, true, _) => Some(format!("is the environment `{name}`, which is protected")),
            (false, false, true) => Some(format!("is the environment `{name}`")),
        }
    }

    fn expanded(&self, node: Option<&Node>) -> Result<Option<Secret>, ConfigError> {
        let text = node.map(|node| node.str("a string")).transpose();
        text.map(|text| text.map(Secret::new)).map_err(|problem: Problem| problem.in_source(&self.source))
    }
}

/// A text that may hold a password: it shows only to whoever asks for it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for connecting only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}
