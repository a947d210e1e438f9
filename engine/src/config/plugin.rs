//! A plugin of the project.

use confiture_model::plugin::Capabilities;
use schemars::JsonSchema;
use serde::Deserialize;
use std::path::PathBuf;

/// A plugin of the project, or what a bundled plugin is granted here.
#[derive(Clone, Debug, PartialEq)]
pub struct PluginConfig {
    /// The component, absolute; none for a bundled plugin.
    pub source: Option<PathBuf>,
    /// What it is given; none where the file says nothing: nothing for the project's own plugins, the shipped grant for
    /// bundled ones.
    pub grant: Option<Capabilities>,
    /// What it may use.
    pub limits: Limits,
    /// Whether it is loaded.
    pub enabled: bool,
    /// Where it is configured.
    pub span: super::Span,
}

/// What a plugin may use; the host's defaults where nothing is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Linear memory, in MiB, from 1 to 4096.
    #[schemars(range(min = 1, max = 4096))]
    pub memory_mib: Option<u32>,
    /// One call, in seconds, more than 0 and at most 86400.
    #[schemars(range(max = 86400))]
    pub timeout_s: Option<f64>,
}
