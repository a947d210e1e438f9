//! What a plugin is, what it asks for, what it is given; and the trait through which the engine runs its rules.

use crate::{
    BoxFuture,
    fault::Fault,
    finding::Finding,
    object::ObjectRef,
    rule::{RuleInfo, RuleSetting},
    schema::Snapshot,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, LazyLock},
};

/// How much of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum DatabaseAccess {
    #[default]
    None,
    Read,
    Write,
}

/// How much of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum DirectoryAccess {
    Read,
    Write,
}

/// What a plugin asks for (`wants`) or is given (`grant`). Nothing, unless it says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Capabilities {
    /// The database.
    pub database: DatabaseAccess,
    /// Directories by the name that the project gives them.
    pub directories: BTreeMap<String, DirectoryAccess>,
    /// Backups made by the host with PostgreSQL's own tools.
    pub backup: bool,
    /// Names of secrets that it may use without seeing them; `*` for those that a profile hands it.
    pub secrets: Vec<String>,
}

/// Who a plugin is, as it says itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginInfo {
    /// `namespace:name`, as registries know it.
    pub name: String,
    /// Semantic version.
    pub version: String,
    /// One sentence.
    pub summary: String,
    /// An SPDX expression.
    pub license: Option<String>,
    /// Where to read more.
    pub homepage: Option<String>,
    /// What it asks for.
    pub wants: Capabilities,
}

/// What a component offers, read from its exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Offer {
    /// Lint rules.
    Lint,
    /// Migration hooks.
    Hooks,
    /// Anonymization strategies.
    Anonymization,
}

/// The schema under check, with what the project knows about it.
#[derive(Clone, Debug)]
pub struct SchemaView {
    /// The schema.
    pub snapshot: Arc<Snapshot>,
    /// `production`, `local`, ...; empty where the user named none.
    pub environment: String,
    /// Columns that some anonymization profile of the project has a rule for.
    pub masked_columns: MaskedColumns,
}

/// Columns that some anonymization profile has a rule for. Profiles are read when a plugin first asks, and only then: most
/// rules never do.
#[derive(Clone)]
pub struct MaskedColumns(Arc<LazyLock<Vec<ObjectRef>, Reading>>);

/// Reads profiles.
type Reading = Box<dyn FnOnce() -> Vec<ObjectRef> + Send + Sync>;

impl MaskedColumns {
    /// What `read` finds, when somebody asks.
    pub fn read_by(read: impl FnOnce() -> Vec<ObjectRef> + Send + Sync + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(read))))
    }

    /// The columns.
    pub fn get(&self) -> &[ObjectRef] {
        &self.0
    }
}

impl Default for MaskedColumns {
    fn default() -> Self {
        Self::read_by(Vec::new)
    }
}

impl fmt::Debug for MaskedColumns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MaskedColumns").finish_non_exhaustive()
    }
}

/// A loaded plugin that offers lint rules.
pub trait LintPlugin: Send + Sync {
    /// The name that the project uses for it.
    fn name(&self) -> &str;
    /// Who it says it is.
    fn info(&self) -> &PluginInfo;
    /// Its rules.
    fn rules(&self) -> &[RuleInfo];
    /// Runs `rules` over a schema, in one call into the plugin.
    ///
    /// # Errors
    /// A [`Fault`] where the plugin broke or was refused something; it never counts as «no findings».
    fn check_schema<'a>(
        &'a self,
        schema: &'a SchemaView,
        rules: &'a [RuleSetting],
    ) -> BoxFuture<'a, Result<Vec<Finding>, Fault>>;
}
