//! What the naming rules share: what a right name is, and what to say of a wrong one.

use crate::{case::Case, pattern::Pattern};
use schemars::JsonSchema;
use serde::Deserialize;

/// Options of the naming rules.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Naming {
    /// How names are written: snake_case, PascalCase, camelCase, kebab-case or SCREAMING_SNAKE_CASE.
    pub style: Case,
    /// A regular expression that names match, in place of a style.
    pub pattern: Option<Pattern>,
}

impl Naming {
    /// What is wrong with a name, for the end of a sentence; none where nothing is.
    pub fn complaint(&self, name: &str) -> Option<String> {
        match &self.pattern {
            Some(pattern) if pattern.matches(name) => None,
            Some(pattern) => Some(format!("does not match '{}'", pattern.as_str())),
            None if self.style.fits(name) => None,
            None => Some(format!("is not {}", self.style.as_str())),
        }
    }

    /// What to do about a wrong name. A pattern does not say what the right one is, unless writing the name in the
    /// rule's style happens to match it.
    pub fn suggestion(&self, name: &str, taken: impl FnOnce(&str) -> bool) -> Option<String> {
        let right = self.style.write(name).filter(|right| right != name && self.complaint(right).is_none())?;
        Some(if taken(&right) {
            format!("Rename it; '{right}' is already taken")
        } else {
            format!("Rename to '{right}'")
        })
    }
}
