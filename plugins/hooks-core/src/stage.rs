//! The option `stage`: inside the migration's transaction, or after its commit.

use schemars::JsonSchema;
use serde::Deserialize;

/// Where a hook's work runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// In the migration's transaction.
    #[default]
    InTransaction,
    /// After its commit, each step in a transaction of its own.
    AfterCommit,
}
