//! A suppression in the configuration.

use super::{super::Spanned, Names};
use schemars::JsonSchema;
use serde::Deserialize;

/// Findings of a rule about some objects that are allowed.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AllowTable {
    /// The rule: its name, or that of a use of it.
    pub rule: Spanned<String>,
    /// The objects: globs, or regular expressions that start with `^`, of their names, their tables' names, or both with
    /// the schema in front.
    pub objects: Names,
    /// Why this is right here; where there is none, that is a finding.
    #[serde(default)]
    pub reason: Option<String>,
}
