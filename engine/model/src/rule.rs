//! What a plugin says of its rules, and how the project switches them on.

use crate::{finding::Severity, schema::Parts};
use serde::{Deserialize, Serialize};

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// A whole schema.
    Schema,
    /// The statements of a migration.
    Migration,
}

/// One option of a rule, hook or strategy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OptionInfo {
    /// As it is written in the configuration.
    pub name: String,
    /// One sentence.
    pub summary: String,
    /// Whether it has no default.
    pub required: bool,
    /// A JSON Schema (draft 2020-12).
    pub schema: serde_json::Value,
}

/// What a plugin says of one of its rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleInfo {
    /// kebab-case, unique within the plugin.
    pub id: String,
    /// What it looks at.
    pub subject: Subject,
    /// One sentence.
    pub summary: String,
    /// Markdown: what it finds, why that hurts, how to fix it, an example that fires and one that does not.
    pub documentation: String,
    /// `naming`, `security`, `performance`, ...
    pub category: String,
    /// Unless the project or the finding says otherwise.
    pub default_severity: Severity,
    /// Whether it runs where the project does not mention it.
    pub enabled_by_default: bool,
    /// What it reads of each relation.
    pub reads: Parts,
    /// What it takes.
    pub options: Vec<OptionInfo>,
}

impl RuleInfo {
    /// Whether it rests on statistics of a database in use: its documentation has the section *Without statistics*. Then
    /// its silence about a schema that has none says nothing.
    pub fn rests_on_statistics(&self) -> bool {
        self.documentation.lines().any(|line| line.trim_end() == "## Without statistics")
    }
}

/// A rule that the project switched on. One rule may be on several times under different instances.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleSetting {
    /// The name of this use of the rule; findings carry it.
    pub instance: String,
    /// The rule's id.
    pub id: String,
    /// Its options: a JSON object.
    pub options: serde_json::Value,
}
